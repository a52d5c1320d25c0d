"""What edits replaced in a text, taken together."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from billing_lens.text.buffer import BufferEdit
from billing_lens.text.incremental.splice_bytes import Bytes
from billing_lens.text.positions import Span


class Stretch(NamedTuple):
    """What edits replaced: the bytes from `start` to `old_end` became those up to `new_end`."""

    start: int
    old_end: int
    new_end: int

    @property
    def old(self) -> Span:
        """The bytes of the older text."""
        return Span(self.start, self.old_end)

    @property
    def new(self) -> Span:
        """The bytes of the newer text."""
        return Span(self.start, self.new_end)

    @property
    def growth(self) -> int:
        """How many bytes longer the newer text is."""
        return self.new_end - self.old_end

    def followed_by(self, later: Stretch) -> Stretch:
        """Return what this and a later one replaced together, and what lies between them."""
        start, end = min(self.start, later.start), max(self.new_end, later.old_end)
        return Stretch(start, end - self.growth, end + later.growth)

    def is_undone(self, older: Bytes, newer: Bytes) -> bool:
        """Whether both texts are the same."""
        same_length = self.old_end == self.new_end
        return same_length and older[slice(*self.old)] == newer[slice(*self.old)]


def stretch_of(edits: Sequence[BufferEdit], before: Stretch | None = None) -> Stretch:
    """Return what edits, one at least, replaced one after the other, and others `before` them."""
    replaced = (Stretch(it.start_byte, it.old_end_byte, it.new_end_byte) for it in edits)
    stretch = before or next(replaced)
    for later in replaced:
        stretch = stretch.followed_by(later)
    return stretch
