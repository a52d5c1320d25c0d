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

from billing_lens.text.edited_bytes import Bytes
from billing_lens.text.positions import Span

BLOCK = 512
"""Lines a block has when made; one that grew to twice as many is split."""


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
        self._put(0, 0, list(_blocks_of(_line_lengths(data, at_end=True))))

    @property
    def line_count(self) -> int:
        """How many lines there are, at least 1."""
        return self._first_lines[-1] + len(self._blocks[-1])

    def line_at(self, offset: int) -> tuple[int, int]:
        """Return the 0-based line that holds the byte at `offset`, and the offset it starts at.

        An offset at or after the text's end is on the last line.
        """
        block, within, start = self._locate_offset(offset)
        return self._first_lines[block] + within, start

    def span_of(self, line: int) -> Span:
        """Return the bytes of a line, its line break included.

        Raises:
            IndexError: there is no such line.
        """
        block, within = self._locate_line(line)
        lengths = self._blocks[block]
        start = self._first_offsets[block] + sum(lengths[:within])
        return Span(start, start + lengths[within])

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
        block, within, _ = self._locate_offset(span.start)
        self._blocks[block][within] += delta
        for later in range(block + 1, len(self._blocks)):
            self._first_offsets[later] += delta

    def _index_again(self, new: Bytes, span: Span, delta: int) -> None:
        first, first_within, start = self._locate_offset(max(span.start - 1, 0))
        last, last_within, last_start = self._locate_offset(span.end)
        end = last_start + self._blocks[last][last_within] + delta
        is_last = last == len(self._blocks) - 1 and last_within == len(self._blocks[last]) - 1
        lengths = self._blocks[first][:first_within]
        lengths.extend(_line_lengths(new[start:end], at_end=is_last))
        lengths.extend(self._blocks[last][last_within + 1 :])
        blocks = [lengths] if 0 < len(lengths) <= 2 * BLOCK else list(_blocks_of(lengths))
        self._put(first, last + 1, blocks)

    def _put(self, first: int, after: int, blocks: list[array[int]]) -> None:
        """Put `blocks` in place of those from `first` to before `after`; move the later ones."""
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

    def _locate_offset(self, offset: int) -> tuple[int, int, int]:
        block = bisect_right(self._first_offsets, offset) - 1
        starts = list(accumulate(self._blocks[block], initial=self._first_offsets[block]))
        within = min(bisect_right(starts, offset), len(self._blocks[block])) - 1
        return block, within, starts[within]

    def _locate_line(self, line: int) -> tuple[int, int]:
        if not 0 <= line < self.line_count:
            raise IndexError(line)
        block = bisect_right(self._first_lines, line) - 1
        return block, line - self._first_lines[block]


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
