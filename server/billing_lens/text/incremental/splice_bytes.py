"""Bytes in which something was replaced, put together only once all of them are asked for."""

from __future__ import annotations

from typing import TypeAlias

from billing_lens.text.positions import Span


class EditedBytes:
    """The bytes of `before` with `inserted` in place of `span`.

    A slice costs what it is long, `bytes` of it what the whole is long, and that once: a keystroke
    in a long text is answered before the text is copied.
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


Bytes: TypeAlias = bytes | EditedBytes
"""Either; ``bytes()`` of it is the whole."""
