"""Changes of a text as data."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from billing_lens.text.positions import Span
from billing_lens.text.utf8 import encoded


class TextEdit(NamedTuple):
    """Put `new_text` in place of `span`, bytes of the UTF-8 text before any edit."""

    span: Span
    new_text: str


class BufferEdit(NamedTuple):
    """One replacement that was made, in the terms and the order of tree-sitter's ``Tree.edit``.

    Offsets are bytes, points are (row, byte column), 0-based; rows are the buffer's lines.
    """

    start_byte: int
    old_end_byte: int
    new_end_byte: int
    start_point: tuple[int, int]
    old_end_point: tuple[int, int]
    new_end_point: tuple[int, int]


def apply_edits(data: bytes, edits: Iterable[TextEdit]) -> bytes:
    """Return `data` with all `edits` made, whatever their order.

    Insertions at one place come in the order given.

    Raises:
        ValueError: two edits overlap, or one lies outside the text.
    """
    parts: list[bytes] = []
    done = 0
    for (start, end), new_text in sorted(edits, key=lambda edit: edit.span):
        if not done <= start <= end <= len(data):
            raise ValueError(f"edit of bytes {start} to {end} overlaps another or the text's end")
        parts += (data[done:start], encoded(new_text))
        done = end
    return b"".join((*parts, data[done:]))
