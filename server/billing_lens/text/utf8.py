"""Whether bytes are UTF-8, without a decoded copy of them all."""

from __future__ import annotations

import codecs

from billing_lens.text.positions import Span

_BLOCK = 1 << 20
_decoder = codecs.getincrementaldecoder("utf-8")


def first_invalid(data: bytes) -> Span | None:
    """Return the first bytes that are not UTF-8, None when all are."""
    if data.isascii():
        return None
    decoder = _decoder()
    pending = 0
    for start in range(0, len(data), _BLOCK):
        block = data[start : start + _BLOCK]
        try:
            decoder.decode(block, final=start + _BLOCK >= len(data))
        except UnicodeDecodeError as error:
            # The decoder counts from what it had kept of a character that two blocks share.
            return Span(start - pending + error.start, start - pending + error.end)
        pending = len(decoder.getstate()[0])
    return None
