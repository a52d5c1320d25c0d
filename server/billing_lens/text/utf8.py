"""Text as UTF-8 bytes: lone surrogates, which JavaScript strings may have, take three bytes."""

from __future__ import annotations

import codecs

from billing_lens.text.positions import Span

_BLOCK = 1 << 20
_decoder = codecs.getincrementaldecoder("utf-8")


def encoded(text: str) -> bytes:
    """Return `text` as UTF-8, lone surrogates included."""
    return text.encode("utf-8", "surrogatepass")


def decoded(data: bytes) -> str:
    """Return `data` as text: lone surrogates stay, what is not UTF-8 becomes U+FFFD."""
    try:
        return data.decode("utf-8", "surrogatepass")
    except UnicodeDecodeError:
        return data.decode("utf-8", "replace")


def first_invalid(data: bytes) -> Span | None:
    """Return the first bytes that are not UTF-8, None when all are; copies no more than a block."""
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
