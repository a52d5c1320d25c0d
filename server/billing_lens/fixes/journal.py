"""What was changed, kept so that every change can be undone byte for byte."""

from __future__ import annotations

import os
import re
import shutil
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Literal

import msgspec
import platformdirs
from msgspec import Struct
from msgspec.structs import replace

APPLICATION = "billing-lens"

Action = Literal["edit", "rename", "create"]
State = Literal["pending", "applied", "undone"]


def journal_directory(home: Path) -> Path:
    """Return where the journal of a home is: the user's state directory, or inside a foreign home.

    A home that is looked at from outside keeps its own journal, so that nothing is written to ours.
    """
    own = Path.home()
    usual = platformdirs.user_state_path(APPLICATION, appauthor=False)
    if home == own:
        return usual
    inside = (
        usual.relative_to(own) if usual.is_relative_to(own) else Path(".local/state", APPLICATION)
    )
    return home / inside


class ChangedFile(Struct, frozen=True):
    """One file of an entry.

    `before` and `after` are SHA-256 digests in hex (None: no file); `to` is a rename's target.
    """

    action: Action
    path: str
    before: str | None
    after: str | None
    to: str | None = None
    mode: int | None = None


class KeptFinding(Struct, frozen=True):
    """The finding that called for a fix: its message without secrets, and its place."""

    message: str
    path: str | None = None
    pointer: str | None = None
    variable: str | None = None


class Occasion(Struct, frozen=True):
    """Why a fix is applied, and what it is to lead to; texts without secrets, as they are kept."""

    rule: str
    title: str
    finding: KeptFinding | None
    mode: str
    before_route: str
    promised_route: str


class Entry(Struct, frozen=True):
    """One applied fix. `at` is ISO 8601 in UTC.

    `state` is ``pending`` while it is applied; that it still is means that the run was cut off.
    Entries of earlier versions lack what has a default.
    """

    id: str
    at: str
    home: str
    rule: str
    fix: str
    title: str
    resulting_route: str
    files: tuple[ChangedFile, ...]
    state: State = "pending"
    finding: KeptFinding | None = None
    mode: str = ""
    claude_version: str = ""
    before_route: str = ""
    observed: bool = False
    """Whether `resulting_route` was read from the disk afterwards; it is a promise until then."""
    as_expected: bool | None = None
    """Whether the right one paid after it, as observed; None when nothing was expected."""


class Journal:
    """The entries below one directory, which only the user can read (0700, files 0600)."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory

    @property
    def lock_path(self) -> Path:
        """The file that runs lock against each other."""
        return self.directory / "lock"

    def prepare(self) -> None:
        """Create the directory for the user alone.

        Raises:
            OSError: it cannot be created.
        """
        self.directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.directory.chmod(0o700)

    def new_id(self, fix: str) -> str:
        """Return an id that sorts by time and names the fix."""
        slug = re.sub(r"[^A-Za-z0-9]+", "-", fix).strip("-")[:80]
        stamp = time.strftime("%Y%m%d-%H%M%S", time.gmtime())
        numbers = (path.name[len(stamp) + 1 :][:2] for path in self.directory.glob(f"{stamp}-*"))
        number = max((int(text) + 1 for text in numbers if text.isdigit()), default=0)
        return f"{stamp}-{number:02}-{slug}"

    def keep(self, entry: Entry, backups: Mapping[int, bytes]) -> None:
        """Write an entry with the former bytes of its files, by their index; durable on return.

        Raises:
            OSError: it cannot be written.
        """
        folder = self._folder(entry)
        folder.mkdir(mode=0o700)
        for index, data in backups.items():
            write_privately(self.backup_path(entry, index), data)
        self._write(entry)
        make_durable(self.directory)

    def mark(self, entry: Entry, state: State) -> Entry:
        """Return the entry in another state, written.

        Raises:
            OSError: it cannot be written.
        """
        changed = replace(entry, state=state)
        self._write(changed)
        return changed

    def observe(self, entry: Entry, resulting_route: str, *, as_expected: bool | None) -> Entry:
        """Return the entry with what was seen after it was applied, written.

        Raises:
            OSError: it cannot be written.
        """
        seen = replace(
            entry, resulting_route=resulting_route, observed=True, as_expected=as_expected
        )
        self._write(seen)
        return seen

    def drop(self, entry: Entry) -> None:
        """Forget an entry that changed nothing."""
        shutil.rmtree(self._folder(entry), ignore_errors=True)

    def backup(self, entry: Entry, index: int) -> bytes:
        """Return the bytes a file had before.

        Raises:
            OSError: they cannot be read.
        """
        return self.backup_path(entry, index).read_bytes()

    def backup_path(self, entry: Entry, index: int) -> Path:
        """Return where the bytes are kept that a file had before, if there was one."""
        return self._folder(entry) / f"{index}.before"

    def entries(self) -> Iterator[Entry]:
        """Yield the entries, oldest first; a folder that holds none is passed over."""
        folders = sorted(self.directory.iterdir()) if self.directory.is_dir() else []
        for folder in folders:
            with suppress(OSError, msgspec.DecodeError):
                entry = msgspec.json.decode((folder / "entry.json").read_bytes(), type=Entry)
                if entry.id == folder.name and not folder.is_symlink():
                    yield entry

    def _folder(self, entry: Entry) -> Path:
        return self.directory / entry.id

    def _write(self, entry: Entry) -> None:
        data = msgspec.json.format(msgspec.json.encode(entry), indent=2)
        write_privately(self._folder(entry) / "entry.json", data)


def write_privately(path: Path, data: bytes, *, durable: bool = True) -> None:
    """Write a file that only the user can read, whole or not at all, and safe from a power cut.

    The latter only where it is to be `durable`, which takes its time.

    Raises:
        OSError: the file cannot be written; what stood there is untouched.
    """
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            if durable:
                os.fsync(descriptor)
        os.replace(temporary, path)
    except BaseException:
        with suppress(OSError):
            os.unlink(temporary)
        raise
    if durable:
        make_durable(path.parent)


def make_durable(directory: Path) -> None:
    """Make what was renamed in `directory` survive a power cut, where the platform can."""
    if os.name == "posix":
        descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
