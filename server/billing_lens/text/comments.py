"""What JSON with comments allows beyond JSON: comments and trailing commas."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Literal, NamedTuple

from billing_lens.text.positions import Span

TOKEN = re.compile(
    rb"""(?P<comment>//[^\r\n]*|/\*[\s\S]*?\*/)
    | "(?:[^"\\\r\n]|\\[^\r\n])*"?
    | [\[\]{},:]
    | [^\s"/\[\]{},:]+
    | /""",
    re.VERBOSE,
)
"""One comment, string, bracket, colon, comma or word of JSON with comments, broken or not: a string
that is not closed ends at the line's end."""


class Extra(NamedTuple):
    """A comment or a trailing comma."""

    span: Span
    code: Literal["comment", "trailing-comma"]


def extras(text: bytes) -> Iterator[Extra]:
    """Yield the comments and trailing commas of a text.

    Comments end as in VS Code's reader: at LF or CR, or at the first ``*/``; one that is never
    closed is none. A comma is trailing when a value stands before it and a bracket closes after it.
    """
    before, last = b"", b""
    last_span = Span(0, 0)
    for match in TOKEN.finditer(text):
        span = Span(*match.span())
        if match["comment"]:
            yield Extra(span, "comment")
            continue
        token = match[0]
        if token in b"]}" and last == b"," and before not in (b"", b"[", b"{", b",", b":"):
            yield Extra(last_span, "trailing-comma")
        before, last, last_span = last, token, span


def blanked(text: bytes, spans: Iterable[Span]) -> bytes:
    """Return `text` with spaces in place of `spans`; every other byte keeps its offset."""
    result = bytearray(text)
    for start, end in spans:
        result[start:end] = b" " * (end - start)
    return bytes(result)
