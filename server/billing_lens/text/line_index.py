"""Which line a byte is on, kept up to date while the text is edited.

The starts of the lines are a gap buffer: those up to the last edit count from the text's begin, the
later ones from its end, so an edit changes none of them but those that it touches. One elsewhere
moves the gap, which costs the lines in between once; typing goes on where it was.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from itertools import accumulate

from billing_lens.text.incremental import Bytes
from billing_lens.text.positions import Span


class LineIndex:
    """Where each line of a text starts, in bytes.

    Lines end at LF, CRLF and CR only. The last line has no line break and may be empty, so there
    is always at least one.
    """

    def __init__(self, data: bytes) -> None:
        """Index the lines of a whole UTF-8 text."""
        self._size = len(data)
        self._starts = array("q", _line_starts(data, 0))
        """The starts of the lines before the gap."""
        self._from_end = array("q")
        """How far from the text's end those behind the gap start, the last line first."""

    @property
    def line_count(self) -> int:
        """How many lines there are, at least 1."""
        return len(self._starts) + len(self._from_end)

    def line_at(self, offset: int) -> tuple[int, int]:
        """Return the 0-based line that holds the byte at `offset`, and the offset it starts at.

        An offset at or after the text's end is on the last line.
        """
        behind = bisect_left(self._from_end, self._size - offset)
        if behind < len(self._from_end):
            return self.line_count - 1 - behind, self._size - self._from_end[behind]
        line = bisect_right(self._starts, offset) - 1
        return line, self._starts[line]

    def span_of(self, line: int) -> Span:
        """Return the bytes of a line, its line break included.

        Raises:
            IndexError: there is no such line.
        """
        if not 0 <= line < self.line_count:
            raise IndexError(line)
        return Span(self._start_of(line), self._start_of(line + 1))

    def _start_of(self, line: int) -> int:
        if line < len(self._starts):
            return self._starts[line]
        behind = self.line_count - 1 - line
        return self._size - (self._from_end[behind] if behind >= 0 else 0)

    def replace(self, old: Bytes, new: Bytes, span: Span, inserted: int) -> None:
        """Follow an edit that put `inserted` bytes in place of the bytes of `span`.

        `old` and `new` are the whole text before and after it.
        """
        # A line break next to the edit may become one with what was inserted (CR, LF), or fall
        # in two, so the characters on both sides count as touched.
        before = max(span.start - 1, 0)
        touched = old[before : span.end + 1] + new[before : span.start + inserted + 1]
        (first, start), (last, _) = self.line_at(before), self.line_at(span.end)
        end = self._start_of(last + 1)
        self._move_gap(last + 1)
        grown = inserted - (span.end - span.start)
        self._size += grown
        if b"\n" in touched or b"\r" in touched:
            del self._starts[first:]
            lines = _line_starts(new[start : end + grown], start)
            # Where the text goes on, the last one is the first behind the gap.
            self._starts.extend(lines[:-1] if self._from_end else lines)

    def _move_gap(self, line: int) -> None:
        """Have the lines before `line`, and no others, count from the text's begin."""
        gap, size = len(self._starts), self._size
        if line < gap:
            moved = reversed(self._starts[line:])
            self._from_end.extend(array("q", [size - start for start in moved]))
            del self._starts[line:]
        elif gap < line:
            moved = reversed(self._from_end[gap - line :])
            self._starts.extend(array("q", [size - distance for distance in moved]))
            del self._from_end[gap - line :]


def _line_starts(data: bytes, offset: int) -> list[int]:
    """Return where the lines of `data` start; the last one, where it is empty, included."""
    # bytes.splitlines, unlike that of str, knows exactly LF, CRLF and CR.
    lines = data.splitlines(keepends=True)
    starts = [*accumulate(map(len, lines), initial=offset)]
    return starts if not lines or lines[-1].endswith((b"\n", b"\r")) else starts[:-1]
