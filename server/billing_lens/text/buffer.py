"""A text under edit, as an editor changes it: bytes, lines and positions."""

from __future__ import annotations

import re

from billing_lens.text.edits import BufferEdit
from billing_lens.text.incremental import Bytes, SplicedBytes
from billing_lens.text.line_index import LineIndex
from billing_lens.text.positions import Position, PositionEncoding, Range, Span
from billing_lens.text.utf8 import decoded, encoded

UTF8, UTF16, UTF32 = PositionEncoding.UTF8, PositionEncoding.UTF16, PositionEncoding.UTF32

_CONTINUATIONS = frozenset(bytes((byte,)) for byte in range(0x80, 0xC0))
"""The bytes that are not the first of their character."""
_BEYOND_BMP = "[\U00010000-\U0010ffff]"


class TextBuffer:
    """A text kept as UTF-8 bytes with an index of its lines.

    Lines end at LF, CRLF and CR only, as the Language Server Protocol has it; NUL, U+0085, U+2028
    and U+2029 are ordinary characters. A lone surrogate is kept as the three bytes UTF-8 would
    have for it.
    """

    def __init__(self, text: str | bytes) -> None:
        """Hold `text`. In bytes, what is not UTF-8 becomes U+FFFD, as JavaScript decodes it."""
        data = encoded(text if isinstance(text, str) else text.decode("utf-8", "replace"))
        self._data: Bytes = data
        self._lines = LineIndex(data)

    @property
    def data(self) -> bytes:
        """The whole text as UTF-8."""
        return bytes(self._data)

    @property
    def unread(self) -> Bytes:
        """The same as `data`, not yet joined after an edit."""
        return self._data

    @property
    def text(self) -> str:
        """The whole text; decoded anew on each call."""
        return decoded(self.data)

    def share(self, data: bytes) -> None:
        """Hold `data`, which must be the same text, in place of an own copy."""
        self._data = data

    @property
    def line_count(self) -> int:
        """How many lines there are: one more than line breaks."""
        return self._lines.line_count

    def position(self, offset: int, encoding: PositionEncoding = UTF16) -> Position:
        """Return the position of a byte offset.

        An offset outside the text counts as its start or end, one inside a character as that
        character's start, and one inside a CRLF as the line's end.
        """
        offset = self._character_start(min(max(offset, 0), len(self._data)))
        line, start = self._lines.line_at(offset)
        offset = min(offset, self._content_of(line).end)
        return Position(line, _code_units(self._data[start:offset], encoding))

    def offset(self, position: Position, encoding: PositionEncoding = UTF16) -> int:
        """Return the byte offset of a position.

        A character beyond the line counts as the line's end (before its line break), a line
        beyond the text as the text's end, and a place inside a character as its start.
        """
        line, character = position
        if line >= self.line_count:
            return len(self._data)
        if line < 0 or character <= 0:
            return self._lines.span_of(max(line, 0)).start
        content = self._content_of(line)
        nearest = min(content.start + character, content.end)
        if encoding is UTF8:
            return self._character_start(nearest)
        if self._data[content.start : nearest].isascii():
            return nearest
        text = decoded(self._data[content.start : content.end])
        index = character if encoding is UTF32 else _index_of_unit(text, character)
        return content.start + len(encoded(text[:index]))

    def range(self, span: Span, encoding: PositionEncoding = UTF16) -> Range:
        """Return the range of a span of bytes."""
        return Range(self.position(span.start, encoding), self.position(span.end, encoding))

    def span(
        self,
        range: Range,  # noqa: A002 - the protocol's word
        encoding: PositionEncoding = UTF16,
    ) -> Span:
        """Return the bytes of a range; one whose end comes first is turned round."""
        start = self.offset(range.start, encoding)
        end = start if range.end == range.start else self.offset(range.end, encoding)
        return Span(start, end) if start <= end else Span(end, start)

    def replace(
        self,
        range: Range | None,  # noqa: A002 - the protocol's word
        new_text: str,
        encoding: PositionEncoding = UTF16,
    ) -> BufferEdit | None:
        """Put `new_text` in place of what stands in `range`, or of everything when it is None.

        This is one content change of ``textDocument/didChange``. Returns what to tell the syntax
        tree, None when everything was replaced.
        """
        inserted = encoded(new_text)
        if range is None:
            self._data, self._lines = inserted, LineIndex(inserted)
            return None
        span = self.span(range, encoding)
        new_end = span.start + len(inserted)
        start_point = self._point(span.start)
        old_end_point = start_point if span.start == span.end else self._point(span.end)
        old = self.data
        self._data = SplicedBytes(old, span, inserted)
        self._lines.replace(old, self._data, span, len(inserted))
        new_end_point = start_point[0], start_point[1] + len(inserted)
        if b"\n" in inserted or b"\r" in inserted:
            new_end_point = self._point(new_end)
        return BufferEdit(span.start, span.end, new_end, start_point, old_end_point, new_end_point)

    def _point(self, offset: int) -> tuple[int, int]:
        line, start = self._lines.line_at(offset)
        return line, offset - start

    def _content_of(self, line: int) -> Span:
        """Return a line's bytes without its line break."""
        start, end = self._lines.span_of(line)
        line_break = self._data[max(start, end - 2) : end]
        if line_break == b"\r\n":
            return Span(start, end - 2)
        return Span(start, end - 1 if line_break.endswith((b"\n", b"\r")) else end)

    def _character_start(self, offset: int) -> int:
        size = len(self._data)
        while 0 < offset < size and self._data[offset : offset + 1] in _CONTINUATIONS:
            offset -= 1
        return offset


def _code_units(data: bytes, encoding: PositionEncoding) -> int:
    if encoding is UTF8 or data.isascii():
        return len(data)
    text = decoded(data)
    if encoding is UTF32:
        return len(text)
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def _index_of_unit(text: str, unit: int) -> int:
    """Return which character of `text` holds the UTF-16 code unit with the number `unit`."""
    pairs = 0
    for match in re.finditer(_BEYOND_BMP, text):
        if match.start() + pairs >= unit:
            break
        pairs += 1
    return unit - pairs
