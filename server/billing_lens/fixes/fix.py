"""A fix as data, and the machine as it would be after it."""

from __future__ import annotations

from enum import Enum

from msgspec import Struct
from msgspec.structs import replace

from billing_lens.config.file import ConfigFile
from billing_lens.config.file_entry import FileEntry, FileState
from billing_lens.config.kinds import Kind
from billing_lens.machine.machine import Machine
from billing_lens.text.edits import TextEdit, apply_edits


class Safety(str, Enum):
    """Whether a fix may be applied without asking."""

    SAFE = "safe"
    UNSAFE = "unsafe"


class EditFile(Struct, frozen=True):
    """Replace some text in an existing file. The edits' spans are bytes of its UTF-8 text."""

    path: str
    edits: tuple[TextEdit, ...]


class RenameFile(Struct, frozen=True):
    """Move a file aside, so that it is kept but no longer found."""

    path: str
    to: str


class CreateFile(Struct, frozen=True):
    """Write a new file with these permission bits; it must not exist yet."""

    path: str
    data: bytes
    mode: int = 0o600


Change = EditFile | RenameFile | CreateFile


class Fix(Struct, frozen=True):
    """One way to put something right.

    `effort` orders fixes: 1 edits a key, 2 switches a selection, 3 renames a file aside. `title`
    says what is done; what it does to the route is found by simulation and appended.
    """

    id: str
    title: str
    changes: tuple[Change, ...]
    effort: int
    changes_more: bool = False
    """Whether more than who pays can change, so that it is never done without being asked."""


def simulate(fix: Fix, machine: Machine) -> Machine:
    """Return `machine` as it would be after `fix`. Nothing is written.

    Raises:
        KeyError: the fix edits or renames a file that the machine does not have.
    """
    for change in fix.changes:
        machine = machine.with_files(*_changed(change, machine))
    return machine


def _changed(change: Change, machine: Machine) -> tuple[ConfigFile, ...]:
    if isinstance(change, CreateFile):
        kind = Kind.ANTHROPIC_ACTIVE_CONFIG
        known = machine.file(change.path)
        entry = FileEntry(change.path, FileState.REGULAR, change.data, change.mode)
        return (replace(known or ConfigFile(change.path, kind, entry), entry=entry, opened=None),)
    file = machine.files[change.path]
    if isinstance(change, RenameFile):
        return (file.missing(),)
    return (file.with_text(edited_text(file, change)),)


def edited_text(file: ConfigFile, change: EditFile) -> bytes:
    """Return the bytes of `file` after `change`."""
    return apply_edits(file.buffer.data, change.edits)
