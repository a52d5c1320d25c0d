"""From our positions, places and edits to LSP's."""

from __future__ import annotations

from lsprotocol import types
from pygls.uris import from_fs_path

from billing_lens.billing.credential import Place
from billing_lens.billing.location import locate
from billing_lens.config.file import ConfigFile
from billing_lens.machine.machine import Machine
from billing_lens.text.edits import TextEdit
from billing_lens.text.positions import PositionEncoding, Range


def uri_of(path: str) -> str:
    """Return the URI of a file's path."""
    return from_fs_path(path) or path


def lsp_range(range_: Range) -> types.Range:
    """Return a range in LSP's terms; the encoding is the one it was made with."""
    start, end = range_
    return types.Range(
        types.Position(start.line, start.character), types.Position(end.line, end.character)
    )


def lsp_location(
    machine: Machine, place: Place, encoding: PositionEncoding
) -> types.Location | None:
    """Return a place as a location; None for a variable of the process itself."""
    located = locate(machine, place, encoding)
    return types.Location(uri_of(located.path), lsp_range(located.range)) if located else None


def lsp_edit(file: ConfigFile, edit: TextEdit, encoding: PositionEncoding) -> types.TextEdit:
    """Return an edit of `file` in LSP's terms."""
    return types.TextEdit(lsp_range(file.buffer.range(edit.span, encoding)), edit.new_text)
