"""From our positions, places and paths to LSP's positions, locations and URIs, and back."""

from __future__ import annotations

import os
from functools import lru_cache
from pathlib import Path
from urllib.parse import unquote_to_bytes, urlsplit

from lsprotocol import types
from pygls.uris import to_fs_path

from billing_lens.billing.place import Place
from billing_lens.billing.shell_startup import locate_or_guess
from billing_lens.lsp.wire import WirePosition, WireRange
from billing_lens.machine.machine import Machine
from billing_lens.text.positions import Position, PositionEncoding, Range

USER_DATA_SCHEME = "vscode-userdata"
"""What VS Code on the desktop opens the user's own settings under; the path is the file's."""


@lru_cache
def uri_of(path: str) -> str:
    """Return the URI of a file's absolute path; its name may be no UTF-8."""
    return Path(path).as_uri()


@lru_cache
def path_of(uri: str) -> str | None:
    """Return the file's path as the machine names it; None for what is not a local file.

    VS Code names the user's own settings by a scheme of its own; they are a file all the same.
    """
    try:
        scheme, colon, rest = uri.partition(":")
        uri = f"file{colon}{rest}" if scheme.lower() == USER_DATA_SCHEME else uri
        path = to_fs_path(uri) if os.name == "nt" else _posix_path(uri)
    except ValueError:
        return None
    if not path:
        return None
    drive, rest = os.path.splitdrive(os.path.normpath(path))
    return (drive.upper() if drive.endswith(":") else drive) + rest


def _posix_path(uri: str) -> str | None:
    """Return the path of a URI; a name that is no UTF-8 comes back as it was."""
    parts = urlsplit(uri)
    is_local = parts.scheme == "file" and parts.netloc in ("", "localhost")
    return os.fsdecode(unquote_to_bytes(parts.path)) if is_local else None


def our_range(range_: types.Range | WireRange) -> Range:
    """Return an LSP range as ours; its characters are counted as before."""
    return Range(our_position(range_.start), our_position(range_.end))


def our_position(position: types.Position | WirePosition) -> Position:
    """Return an LSP position as ours; its characters are counted as before."""
    return Position(position.line, position.character)


def lsp_position(position: Position) -> types.Position:
    """Return a position as LSP's; its characters are counted as before."""
    return types.Position(position.line, position.character)


def lsp_range(range_: Range) -> types.Range:
    """Return a range as LSP's; its characters are counted as before."""
    return types.Range(*map(lsp_position, range_))


def lsp_location(
    machine: Machine, place: Place, encoding: PositionEncoding
) -> types.Location | None:
    """Return a place as a location, for a variable of the process the line that sets it.

    None where no file has it: a variable that no start-up file sets, a keychain, the registry.
    """
    located = locate_or_guess(machine, place, encoding)
    if located is None or not os.path.isabs(located.path):
        return None
    return types.Location(uri_of(located.path), lsp_range(located.range))
