"""Where in a TOML text, valid or broken by typing, a cursor stands, and what belongs there."""

from __future__ import annotations

import re
from typing import Literal

from msgspec import Struct

from billing_lens.text.positions import Span
from billing_lens.text.toml_document import Path, TomlDocument

_WORD = b"-0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz"
_TABLE = re.compile(rb"[ \t]*\[[ \t]*[\w-]*")
_KEY = re.compile(rb"[ \t]*[\w-]*")
_KEY_OF_VALUE = re.compile(rb'[ \t]*"?([\w-]+)"?[ \t]*')
_VALUE = re.compile(
    rb"""[ \t]* (?P<list> \[ (?: [^]"\#] | "[^"\n]*" | \#[^\n]*\n )* )? (?P<quote>"?) [\w-]*""",
    re.VERBOSE,
)


class TomlCursor(Struct, frozen=True):
    """A place where a table's name, a key or a text can be written.

    `path` leads to the value, or to the table that the key is for; ``*`` is an element of a list.
    `span` is the word that stands
    there; what takes its place needs `before` and `after` around it.
    """

    slot: Literal["table", "key", "value"]
    path: Path
    span: Span
    before: str = ""
    after: str = ""


def toml_cursor(data: bytes, offset: int) -> TomlCursor | None:
    """Return what can be written at an offset, None where no name and no text can."""
    header = TomlDocument(data).header_before(offset)
    table = header.path if header else ()
    line = max(data.rfind(b"\n", 0, offset) + 1, 3 if data.startswith(b"\xef\xbb\xbf") else 0)
    end = len(data) - len(data[offset:].lstrip(_WORD))
    following = data[end:].lstrip(b" \t")[:1]
    word = Span(len(data[:offset].rstrip(_WORD)), end)
    equals = data.rfind(b"=", header.key.end if header else 0, offset)
    key = _KEY_OF_VALUE.fullmatch(data, data.rfind(b"\n", 0, max(equals, 0)) + 1, max(equals, 0))
    value = _VALUE.fullmatch(data, equals + 1, offset)
    if key and value:
        closing = "" if following == b'"' else '"'
        path = (*table, key[1].decode(), *(("*",) if value["list"] else ()))
        return TomlCursor("value", path, word, "" if value["quote"] else '"', closing)
    if _TABLE.fullmatch(data, line, offset):
        return TomlCursor("table", (), word, after="" if following == b"]" else "]")
    if not _KEY.fullmatch(data, line, offset):
        return None
    if not table:
        return TomlCursor("table", (), word, "[", "]")
    return TomlCursor("key", table, word, after="" if following == b"=" else " = ")
