"""One replacement of bytes in a text, and the text that it makes."""

from __future__ import annotations

from collections.abc import Iterable
from functools import reduce
from typing import NamedTuple, TypeAlias

from billing_lens.text.edits import BufferEdit
from billing_lens.text.positions import Span


class Splice(NamedTuple):
    """The bytes from `start` to `old_end` became those up to `new_end`."""

    start: int
    old_end: int
    new_end: int

    @staticmethod
    def of(edits: Iterable[BufferEdit]) -> Splice:
        """Return one splice for edits, at least one, that were made one after the other."""
        splices = (Splice(edit.start_byte, edit.old_end_byte, edit.new_end_byte) for edit in edits)
        return reduce(Splice.then, splices)

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

    def then(self, later: Splice) -> Splice:
        """Return one splice for this and a later one; it covers what lies between them."""
        start, end = min(self.start, later.start), max(self.new_end, later.old_end)
        return Splice(start, end - self.growth, end + later.growth)

    def restores(self, older: Bytes, newer: Bytes) -> bool:
        """Whether it replaced bytes by the same, so that both texts are one."""
        return self.old == self.new and older[slice(*self.old)] == newer[slice(*self.new)]


class SplicedBytes:
    """The bytes of `before` with `inserted` in place of `span`, joined only when asked for.

    A slice costs its own length. `bytes()` costs that of the whole, once.
    """

    def __init__(self, before: bytes, span: Span, inserted: bytes) -> None:
        """Note what is replaced; nothing is copied yet."""
        self._before = before
        self._span = span
        self._inserted = inserted
        self._length = len(before) - (span.end - span.start) + len(inserted)
        self._whole: bytes | None = None

    def __len__(self) -> int:
        return self._length

    def __getitem__(self, part: slice) -> bytes:
        """Return a slice with a step of one."""
        if self._whole is not None:
            return self._whole[part]
        start, end, _ = part.indices(len(self))
        first, inserted_end = self._span.start, self._span.start + len(self._inserted)
        shift = self._span.end - inserted_end
        return b"".join(
            (
                self._before[start : min(end, first)],
                self._inserted[max(start - first, 0) : max(end - first, 0)],
                self._before[max(start, inserted_end) + shift : max(end, inserted_end) + shift],
            )
        )

    def __bytes__(self) -> bytes:
        if self._whole is None:
            start, end = self._span
            old = memoryview(self._before)
            self._whole = b"".join((old[:start], self._inserted, old[end:]))
            self._before = self._inserted = b""
        return self._whole


Bytes: TypeAlias = bytes | SplicedBytes
"""Either; ``bytes()`` of it is the whole."""
