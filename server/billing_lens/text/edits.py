"""A change of a text as data."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from billing_lens.text.positions import Span


class TextEdit(NamedTuple):
    """Put `new_text` in place of `span`, bytes of the UTF-8 text before any edit."""

    span: Span
    new_text: str


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
        parts += (data[done:start], new_text.encode("utf-8", "surrogatepass"))
        done = end
    return b"".join((*parts, data[done:]))
