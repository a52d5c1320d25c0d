"""What a client sends at every keystroke: the change of a document, and the pull for what it means.

The parameters have the members of lsprotocol's that are ours to use, under the same names. msgspec
makes them where cattrs would take longer than the answer takes.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

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
"""Whose parameters msgspec makes, by method."""
