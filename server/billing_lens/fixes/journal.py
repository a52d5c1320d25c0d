"""What was changed, kept so that every change can be undone byte for byte."""

from __future__ import annotations

import json
import os
import re
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import platformdirs

APPLICATION = "billing-lens"


def journal_directory(home: Path) -> Path:
    """Return where the journal of a home is: the user's state directory, or inside a foreign home.

    A home that is looked at from outside keeps its own journal, so that nothing is written to ours.
    """
    own = Path.home()
    if home == own:
        return platformdirs.user_state_path(APPLICATION, appauthor=False)
    usual = Path(platformdirs.user_state_path(APPLICATION, appauthor=False))
    inside = (
        usual.relative_to(own) if usual.is_relative_to(own) else Path(".local/state", APPLICATION)
    )
    return home / inside


@dataclass(frozen=True)
class ChangedFile:
    """One file of an entry. `action` is ``edit``, ``rename`` or ``create``.

    `before` and `after` are SHA-256 digests in hex (None: no file); `to` is a rename's target.
    """

    action: str
    path: str
    before: str | None
    after: str | None
    to: str | None = None
    mode: int | None = None


@dataclass(frozen=True)
class Entry:
    """One applied fix. `at` is ISO 8601 in UTC; `state` is ``pending``, ``applied``, ``undone``."""

    id: str
    at: str
    home: str
    rule: str
    fix: str
    title: str
    resulting_route: str
    files: tuple[ChangedFile, ...]
    state: str = "pending"


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
        slug = re.sub(r"[^A-Za-z0-9]+", "-", fix).strip("-")
        stamp = time.strftime("%Y%m%d-%H%M%S", time.gmtime())
        taken = {entry.id for entry in self.entries()}
        numbered = (f"{stamp}-{number:02}-{slug}" for number in range(100))
        return next(name for name in numbered if name not in taken)

    def keep(self, entry: Entry, backups: dict[int, bytes]) -> None:
        """Write an entry with the former bytes of its files, by their index; durable on return."""
        folder = self.directory / entry.id
        folder.mkdir(mode=0o700, exist_ok=True)
        for index, data in backups.items():
            write_privately(folder / f"{index}.before", data)
        self._write(entry)

    def mark(self, entry: Entry, state: str) -> Entry:
        """Return the entry in another state, written."""
        changed = replace(entry, state=state)
        self._write(changed)
        return changed

    def backup(self, entry: Entry, index: int) -> bytes:
        """Return the bytes a file had before."""
        return (self.directory / entry.id / f"{index}.before").read_bytes()

    def entries(self) -> Iterator[Entry]:
        """Yield the entries, oldest first; a folder that holds none is passed over."""
        folders = sorted(self.directory.iterdir()) if self.directory.is_dir() else []
        for folder in folders:
            try:
                fields = json.loads((folder / "entry.json").read_bytes())
                files = tuple(ChangedFile(**file) for file in fields.pop("files"))
                yield Entry(**fields, files=files)
            except (OSError, ValueError, TypeError, KeyError):
                continue

    def _write(self, entry: Entry) -> None:
        data = json.dumps(asdict(entry), indent=2).encode()
        write_privately(self.directory / entry.id / "entry.json", data)


def write_privately(path: Path, data: bytes) -> None:
    """Write a file that only the user can read, whole or not at all."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(descriptor)
    os.replace(temporary, path)
