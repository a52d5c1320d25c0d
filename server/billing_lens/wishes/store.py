"""What own files were found to wish, kept so that a start needs neither pydantic nor a parser.

One small file for each of them, which only the user can read, in the state directory of whoever
runs this: also where the home that is looked at is another's. A wish is believed while its file has
the size, time, inode and checksum that it was read with, and this program its version.
"""

from __future__ import annotations

import os
import stat
import zlib
from contextlib import suppress
from functools import cached_property
from pathlib import Path

import msgspec
from msgspec import Struct

from billing_lens import __version__
from billing_lens.config.file import ConfigFile
from billing_lens.config.file_entry import FileState
from billing_lens.wishes.file_wishes import FileWishes

MOST_KEPT = 64
"""How many files are remembered; the ones read longest ago are forgotten."""
_LARGEST = 256 * 1024
"""Bytes of what is kept of one; a file with thousands of mistakes is read anew instead."""


class _ReadFile(Struct, frozen=True):
    """Which file was read, as it was then."""

    version: str
    path: bytes
    size: int
    modified_ns: int
    inode: int
    checksum: int
    """Of its bytes: a clock is too coarse to tell two changes apart that follow at once."""


class _Kept(Struct, frozen=True):
    file: _ReadFile
    wishes: FileWishes


class WishStore:
    """Remembers wishes. What it cannot read or write costs time and nothing else.

    Only files as they are on the disk, not the text of an editor that lies over one.
    """

    def __init__(self, directory: Path | None = None) -> None:
        """Remember in `directory`, by default in the state directory of this user."""
        self._given = directory

    def find(self, file: ConfigFile) -> FileWishes | None:
        """Return what the file was found to wish when it was the same, None where that is unknown.

        What is no record of this user's is passed over.
        """
        read = self._read_file(file)
        if read is None:
            return None
        with suppress(OSError, msgspec.DecodeError):
            path = self._path(read)
            status = path.lstat()
            if stat.S_ISREG(status.st_mode) and status.st_size <= _LARGEST and _is_own(status):
                kept = msgspec.json.decode(path.read_bytes(), type=_Kept)
                return kept.wishes if kept.file == read else None
        return None

    def keep(self, file: ConfigFile, wishes: FileWishes) -> None:
        """Remember what the file wishes now."""
        read = self._read_file(file)
        data = msgspec.json.encode(_Kept(read, wishes)) if read else b""
        if read is None or len(data) > _LARGEST:
            return
        from billing_lens.fixes.journal import write_privately  # noqa: PLC0415 seldom needed

        with suppress(OSError):
            if not self._prepare():
                return
            write_privately(self._path(read), data, durable=False)
            kept = sorted(self._directory.iterdir(), key=lambda it: it.lstat().st_mtime_ns)
            for path in kept[:-MOST_KEPT]:
                path.unlink(missing_ok=True)

    @cached_property
    def _directory(self) -> Path:
        if self._given:
            return self._given
        from platformdirs import user_state_path  # noqa: PLC0415 few machines have such a file

        return user_state_path("billing-lens", appauthor=False) / "wishes"

    def _read_file(self, file: ConfigFile) -> _ReadFile | None:
        """Return which file was read; None where nothing can be remembered of it.

        A directory that depends on the working directory could be one that somebody planted there.
        """
        entry = file.entry
        is_on_disk = file.opened is None and entry.state is FileState.REGULAR
        if not is_on_disk or not self._directory.is_absolute():
            return None
        return _ReadFile(
            __version__,
            os.fsencode(file.path),
            len(entry.data),
            entry.modified_ns,
            entry.inode,
            zlib.crc32(entry.data),
        )

    def _path(self, read: _ReadFile) -> Path:
        return self._directory / f"{zlib.crc32(read.path):08x}.json"

    def _prepare(self) -> bool:
        """Create the directory for the user alone; not in another's home, as root could."""
        existing = next(it for it in (self._directory, *self._directory.parents) if it.exists())
        if not _is_own(existing.stat()):
            return False
        for folder in (self._directory.parent, self._directory):
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._directory.chmod(0o700)
        return True


def _is_own(status: os.stat_result) -> bool:
    return os.name != "posix" or status.st_uid == os.geteuid()
