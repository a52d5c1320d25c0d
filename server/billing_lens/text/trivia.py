"""Trivia of a JSON text: white space, commas and comments between its values."""

from __future__ import annotations

import re
from codecs import BOM_UTF8
from collections.abc import Iterable, Iterator
from typing import Literal, NamedTuple

from msgspec import Struct

from billing_lens.text.json_node import JsonNode
from billing_lens.text.positions import Span

BLANKS, SPACE = b" \t", b" \t\r\n"
"""The white space of JSON within a line, and all of it."""
TOKEN = re.compile(
    rb"""(?P<comment>//[^\r\n]*|/\*[\s\S]*?\*/)
    | "(?:[^"\\\r\n]|\\[^\r\n])*"?
    | [\[\]{},:]
    | [^\s"/\[\]{},:]+
    | /""",
    re.VERBOSE,
)
"""One comment, string, bracket, colon, comma or word of JSON with comments, valid or not: a string
that is not closed ends at the line's end."""
_TRIVIA = re.compile(rb"(?P<space>[ \t\r\n]+)|(?P<comment>//[^\r\n]*|/\*[\s\S]*?\*/)|(?P<comma>,)")


class Extra(NamedTuple):
    """What JSON with comments allows beyond JSON: a comment or a trailing comma."""

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


class Gap(Struct, frozen=True):
    """What stands between two neighbours in an object or array: at most one comma, comments."""

    span: Span
    comma: int | None
    comments: tuple[Span, ...]


def gap_at(data: bytes, start: int, end: int) -> Gap:
    """Return the gap that lies between two offsets; it ends early at anything but trivia."""
    comma: int | None = None
    comments: list[Span] = []
    at = start
    while at < end and (match := _TRIVIA.match(data, at, end)):
        if match["comma"]:
            if comma is not None:
                break
            comma = at
        elif match["comment"]:
            comments.append(Span(*match.span()))
        at = match.end()
    return Gap(Span(start, at), comma, tuple(comments))


def gaps_of(data: bytes, container: JsonNode) -> list[Gap]:
    """Return the gaps before, between and after the children of an object or array."""
    spans = [child.member_span or child.span for child in container.children()]
    starts = [container.span.start + 1, *(span.end for span in spans)]
    ends = [*(span.start for span in spans), container.span.end - 1]
    return [gap_at(data, start, end) for start, end in zip(starts, ends, strict=True)]


def before_space(data: bytes, offset: int, characters: bytes = SPACE) -> int:
    """Return where the white space that ends at `offset`, line breaks included, begins."""
    while offset > 0 and data[offset - 1] in characters:
        offset -= 1
    return offset


def after_space(data: bytes, offset: int, characters: bytes = SPACE) -> int:
    """Return where the white space that begins at `offset`, line breaks included, ends."""
    while offset < len(data) and data[offset] in characters:
        offset += 1
    return offset


def is_line_start(data: bytes, offset: int) -> bool:
    """Whether a line begins at `offset`."""
    is_after_bom = offset == len(BOM_UTF8) and data.startswith(BOM_UTF8)
    return offset == 0 or data[offset - 1] in b"\r\n" or is_after_bom


def is_line_end(data: bytes, offset: int) -> bool:
    """Whether a line, its line break not counted, ends at `offset`."""
    return offset == len(data) or data[offset] in b"\r\n"


def line_end(data: bytes, offset: int) -> int:
    """Return where the line that `offset` is on ends, its line break not counted."""
    ends = (end for end in (data.find(b"\n", offset), data.find(b"\r", offset)) if end >= 0)
    return min(ends, default=len(data))


def after_line_break(data: bytes, offset: int) -> int:
    """Return where the line after the line break at `offset` begins."""
    if data.startswith(b"\r\n", offset):
        return offset + 2
    return min(offset + 1, len(data))


def indentation_at(data: bytes, offset: int) -> str:
    """Return the spaces and tabs that begin the line `offset` is on."""
    start = max(data.rfind(b"\n", 0, offset), data.rfind(b"\r", 0, offset)) + 1
    if start == 0 and data.startswith(BOM_UTF8):
        start = len(BOM_UTF8)
    return data[start : after_space(data, start, BLANKS)].decode("ascii")


def has_line_break(data: bytes, span: Span) -> bool:
    """Whether a line break stands in `span`."""
    return any(data.find(byte, span.start, span.end) >= 0 for byte in (b"\n", b"\r"))
