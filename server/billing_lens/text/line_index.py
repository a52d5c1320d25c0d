"""Which line a byte is on, kept up to date while the text is edited.

The index holds the length of every line, in blocks of a few hundred lines. An edit touches the
blocks it stands in and the running totals of the later blocks, never the lines after it, so its
cost hardly depends on the length of the text.
"""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from itertools import accumulate
from typing import NamedTuple

from billing_lens.text.incremental import Bytes
from billing_lens.text.positions import Span

BLOCK = 512
"""Lines a block has when made; one that grew to twice as many is split."""


class _Line(NamedTuple):
    """Where a line is: its 0-based number, its place in a block, and its bytes."""

    number: int
    block: int
    within: int
    span: Span


class LineIndex:
    """The lengths of a text's lines in bytes, line break included.

    Lines end at LF, CRLF and CR only. The last line has no line break and may be empty, so there
    is always at least one.
    """

    def __init__(self, data: bytes) -> None:
        """Index the lines of a whole UTF-8 text."""
        self._blocks: list[array[int]] = []
        self._first_lines: list[int] = []
        self._first_offsets: list[int] = []
        self._recent: _Line | None = None
        """The line asked for last. A keystroke asks for one again and again."""
        self._put(0, 0, list(_blocks_of(_line_lengths(data, at_end=True))))

    @property
    def line_count(self) -> int:
        """How many lines there are, at least 1."""
        return self._first_lines[-1] + len(self._blocks[-1])

    def line_at(self, offset: int) -> tuple[int, int]:
        """Return the 0-based line that holds the byte at `offset`, and the offset it starts at.

        An offset at or after the text's end is on the last line.
        """
        line = self._holding(offset)
        return line.number, line.span.start

    def span_of(self, line: int) -> Span:
        """Return the bytes of a line, its line break included.

        Raises:
            IndexError: there is no such line.
        """
        if self._recent is None or self._recent.number != line:
            self._recent = self._numbered(line)
        return self._recent.span

    def replace(self, old: Bytes, new: Bytes, span: Span, inserted: int) -> None:
        """Follow an edit that put `inserted` bytes in place of the bytes of `span`.

        `old` and `new` are the whole text before and after it.
        """
        delta = inserted - (span.end - span.start)
        # A line break next to the edit may become one with what was inserted (CR, LF), or fall
        # in two, so the characters on both sides count as touched.
        touched_old = old[max(span.start - 1, 0) : span.end + 1]
        touched_new = new[max(span.start - 1, 0) : span.start + inserted + 1]
        if _has_line_break(touched_old) or _has_line_break(touched_new):
            self._index_again(new, span, delta)
            return
        line = self._holding(span.start)
        self._blocks[line.block][line.within] += delta
        for later in range(line.block + 1, len(self._blocks)):
            self._first_offsets[later] += delta
        self._recent = line._replace(span=Span(line.span.start, line.span.end + delta))

    def _index_again(self, new: Bytes, span: Span, delta: int) -> None:
        first, last = self._holding(max(span.start - 1, 0)), self._holding(span.end)
        end = last.span.end + delta
        is_last = last.number == self.line_count - 1
        lengths = self._blocks[first.block][: first.within]
        lengths.extend(_line_lengths(new[first.span.start : end], at_end=is_last))
        lengths.extend(self._blocks[last.block][last.within + 1 :])
        blocks = [lengths] if 0 < len(lengths) <= 2 * BLOCK else list(_blocks_of(lengths))
        self._put(first.block, last.block + 1, blocks)

    def _put(self, first: int, after: int, blocks: list[array[int]]) -> None:
        """Put `blocks` in place of those from `first` to before `after`; move the later ones."""
        self._recent = None
        line = self._first_lines[first] if self._blocks else 0
        offset = self._first_offsets[first] if self._blocks else 0
        lines = list(accumulate(map(len, blocks), initial=line))
        offsets = list(accumulate(map(sum, blocks), initial=offset))
        if after < len(self._blocks):
            more_lines = lines[-1] - self._first_lines[after]
            more_bytes = offsets[-1] - self._first_offsets[after]
            self._first_lines[after:] = [start + more_lines for start in self._first_lines[after:]]
            self._first_offsets[after:] = [
                start + more_bytes for start in self._first_offsets[after:]
            ]
        self._blocks[first:after] = blocks
        self._first_lines[first:after] = lines[:-1]
        self._first_offsets[first:after] = offsets[:-1]

    def _holding(self, offset: int) -> _Line:
        recent = self._recent
        if recent is None or not recent.span.start <= offset < recent.span.end:
            self._recent = recent = self._at(offset)
        return recent

    def _at(self, offset: int) -> _Line:
        block = bisect_right(self._first_offsets, offset) - 1
        lengths = self._blocks[block]
        starts = list(accumulate(lengths, initial=self._first_offsets[block]))
        within = min(bisect_right(starts, offset), len(lengths)) - 1
        span = Span(starts[within], starts[within + 1])
        return _Line(self._first_lines[block] + within, block, within, span)

    def _numbered(self, line: int) -> _Line:
        if not 0 <= line < self.line_count:
            raise IndexError(line)
        block = bisect_right(self._first_lines, line) - 1
        within = line - self._first_lines[block]
        lengths = self._blocks[block]
        start = self._first_offsets[block] + sum(lengths[:within])
        return _Line(line, block, within, Span(start, start + lengths[within]))


def _has_line_break(data: bytes) -> bool:
    return b"\n" in data or b"\r" in data


def _line_lengths(data: bytes, *, at_end: bool) -> Iterator[int]:
    """Yield the lines' lengths; `at_end` when no text follows, where the last line is."""
    # bytes.splitlines, unlike that of str, knows exactly LF, CRLF and CR.
    yield from map(len, data.splitlines(keepends=True))
    if at_end and (not data or data.endswith((b"\n", b"\r"))):
        yield 0


def _blocks_of(lengths: Iterable[int]) -> Iterator[array[int]]:
    every = array("q", lengths)
    for start in range(0, len(every), BLOCK):
        yield every[start : start + BLOCK]
