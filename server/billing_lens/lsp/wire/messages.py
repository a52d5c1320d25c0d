"""The JSON of messages, and the types of those that a client sends at every keystroke.

Those types have the members of lsprotocol's that are ours to use, under the same names. msgspec
makes them, and the JSON, where cattrs and ``json`` would take longer than the answer takes.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Annotated

import msgspec
from lsprotocol import types
from msgspec import Meta, Struct

UInteger = Annotated[int, Meta(ge=0, le=2**31 - 1)]
"""As LSP defines ``uinteger``."""
Integer = Annotated[int, Meta(ge=-(2**31), le=2**31 - 1)]
"""As LSP defines ``integer``."""


class WirePosition(Struct, frozen=True):
    """A position, 0-based, in code units of the encoding that was agreed on."""

    line: UInteger
    character: UInteger


class WireRange(Struct, frozen=True):
    """A range; `end` is not part of it."""

    start: WirePosition
    end: WirePosition


class ContentChange(Struct, frozen=True):
    """A new text for a range of a document, for the whole of it where `range` is None."""

    text: str
    range: WireRange | None = None


class ChangedDocument(Struct, frozen=True):
    """Which document was changed, and the client's version of it now."""

    uri: str
    version: Integer


class DocumentChange(Struct, frozen=True, rename="camel"):
    """The parameters of ``textDocument/didChange``."""

    text_document: ChangedDocument
    content_changes: tuple[ContentChange, ...]


class PulledDocument(Struct, frozen=True):
    """Which document is asked about."""

    uri: str


class DiagnosticsPull(Struct, frozen=True, rename="camel"):
    """The parameters of ``textDocument/diagnostic``."""

    text_document: PulledDocument
    previous_result_id: str | None = None


PARAMETERS: Mapping[str, type[Struct]] = {
    types.TEXT_DOCUMENT_DID_CHANGE: DocumentChange,
    types.TEXT_DOCUMENT_DIAGNOSTIC: DiagnosticsPull,
}
"""The types of parameters that msgspec makes, by method."""


def decoded(body: bytes) -> object:
    """Return a message's value, lone surrogates included: JavaScript strings may have them.

    Raises:
        ValueError: it is no JSON.
        RecursionError: it is nested too deeply.
    """
    try:
        return msgspec.json.decode(body)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return json.loads(body)


def encoded(value: object) -> bytes:
    """Return the JSON of a value made of what JSON has.

    Raises:
        TypeError: something in it is nothing JSON has.
    """
    try:
        return msgspec.json.encode(value)
    except UnicodeEncodeError:
        return json.dumps(value).encode()
