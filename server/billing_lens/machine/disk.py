"""Reading files without ever hanging, following a link out of bounds, or raising.

What was read and parsed is kept until what stands at its path changes.
"""

from __future__ import annotations

import os
import re
import stat
from codecs import BOM_UTF8, BOM_UTF16_LE
from collections.abc import Container
from pathlib import Path

from msgspec.structs import replace

from billing_lens.config.file import ConfigFile, OpenText
from billing_lens.config.file_entry import FileEntry, FileState
from billing_lens.config.kinds import DECLARING_KINDS, Kind, Scope
from billing_lens.config.models import ClaudeState
from billing_lens.machine.machine import Backup

LARGEST = {
    **dict.fromkeys(DECLARING_KINDS, 512 * 1024),
    Kind.PREFERENCES: 64 * 1024,
    Kind.TEAM_POLICY: 64 * 1024,
}
"""How many bytes a file of some kinds may have, our own and those of others that declare runs.

GitHub and GitLab refuse to run much smaller ones.
"""
NEWEST_BACKUPS = 12
"""How many backups are read; Claude Code itself keeps a handful."""

_BACKUP_NAME = re.compile(r"\.claude\.json\.backup\.(\d{10,14})")
"""Milliseconds since 1970; 14 digits reach the year 5138, and a calendar ends at 9999."""


class Disk:
    """Reads files. Confined to some directories it treats everything else as not readable.

    Unchanged files are read once: an entry is kept until the file's inode, size, change time or
    mode differ. `foreign` says that paths are Windows' while the system is not.
    """

    def __init__(self, confined_to: tuple[Path, ...] = (), *, foreign: bool = False) -> None:
        self._foreign = foreign
        self._roots = tuple(os.path.realpath(root) for root in confined_to)
        self._plain_roots = tuple(os.path.abspath(root) for root in confined_to)
        self._seen: dict[str, tuple[tuple[int, ...], FileEntry]] = {}

    def entry(
        self,
        path: str,
        *,
        overlay: bytes | None = None,
        largest: int | None = None,
        keep: bool = True,
    ) -> FileEntry:
        """Return what stands at `path` now. Never raises, never blocks on a pipe or device.

        An `overlay` is the text of an editor, which counts instead of the file's. What has more
        than `largest` bytes counts as unreadable. `keep` says whether to keep the entry for the
        next time; large files read once need not be.
        """
        if overlay is not None and largest is not None and len(overlay) > largest:
            return _too_large(path, largest)
        on_disk = self._on_disk(path, largest)
        if not keep:
            self._seen.pop(path, None)
        if overlay is None:
            return on_disk
        return FileEntry(
            path,
            FileState.REGULAR,
            overlay,
            on_disk.mode,
            on_disk.link_target,
            hides_bom=_is_all_but_the_bom(overlay, on_disk.data),
        )

    def names(self, directory: str, suffix: str = "") -> list[str]:
        """Return the sorted names in `directory` that end in `suffix`; none if unreadable."""
        try:
            allowed = self._may_read(directory)
            names = sorted(os.listdir(self._native(directory))) if allowed else []
        except (OSError, ValueError):
            return []
        return [name for name in names if name.endswith(suffix)]

    def _native(self, path: str) -> str:
        """Return a path of the machine's platform as this system can open it."""
        return path.replace("\\", "/") if self._foreign else path

    def _may_read(self, path: str) -> bool:
        if not self._roots:
            return True
        path = self._native(path)
        if not any(_is_within(os.path.abspath(path), root) for root in self._plain_roots):
            return False
        real = os.path.realpath(path)
        return any(_is_within(real, root) for root in self._roots)

    def _on_disk(self, path: str, largest: int | None) -> FileEntry:
        native = self._native(path)
        try:
            if not self._may_read(path):
                return FileEntry(path, FileState.OUTSIDE_HOME)
            link = os.readlink(native) if os.path.islink(native) else None
            try:
                status = os.stat(native)
            except FileNotFoundError:
                state = FileState.MISSING if link is None else FileState.DANGLING_LINK
                return FileEntry(path, state, link_target=link)
            is_file = stat.S_ISREG(status.st_mode)
            if largest is not None and is_file and status.st_size > largest:
                return _too_large(path, largest)
            return self._found(path, status, link)
        except (FileNotFoundError, NotADirectoryError):
            return FileEntry(path, FileState.MISSING)
        except (OSError, ValueError) as error:
            reason = os.strerror(error.errno) if isinstance(error, OSError) and error.errno else ""
            return FileEntry(path, FileState.UNREADABLE, reason=_unreadable(reason))

    def _found(self, path: str, status: os.stat_result, link: str | None) -> FileEntry:
        signature = (
            status.st_ino,
            status.st_size,
            status.st_mtime_ns,
            status.st_ctime_ns,
            status.st_mode,
        )
        known = self._seen.get(path)
        if known and known[0] == signature and known[1].link_target == link:
            return known[1]
        mode = stat.S_IMODE(status.st_mode) if os.name == "posix" else None
        is_file = stat.S_ISREG(status.st_mode)
        data = _read_regular(self._native(path)) if is_file else None
        state = FileState.REGULAR if data is not None else FileState.NOT_REGULAR
        state = FileState.DIRECTORY if stat.S_ISDIR(status.st_mode) else state
        entry = FileEntry(path, state, data or b"", mode, link, status.st_mtime_ns, status.st_ino)
        self._seen[path] = (signature, entry)
        return entry


class ParsedFiles:
    """Reads config files and backups.

    A file and the text that an editor has open over it are kept side by side: nothing is parsed
    again when the machine is read with and without the open texts by turns.
    """

    def __init__(self, disk: Disk) -> None:
        self._disk = disk
        self._files: dict[tuple[str, Kind, Scope | None, bool], ConfigFile] = {}
        self._backups: dict[str, Backup] = {}

    def config_file(
        self, path: str, kind: Kind, scope: Scope | None = None, text: OpenText | None = None
    ) -> ConfigFile:
        """Return the config file at `path`, with `text` over it: the same one while both stay."""
        overlay = text.document.data if text else None
        entry = self._disk.entry(path, overlay=overlay, largest=LARGEST.get(kind))
        if kind is Kind.CLAUDE_SETTINGS and entry.data.startswith(BOM_UTF16_LE):
            entry = _as_utf8(entry)
        return self.of_entry(entry, kind, scope, text)

    def of_entry(
        self, entry: FileEntry, kind: Kind, scope: Scope | None, text: OpenText | None = None
    ) -> ConfigFile:
        """Return what was read as a config file: the same one while it says the same."""
        opened = text if entry.state is not FileState.UNREADABLE else None
        key = entry.path, kind, scope, text is None
        known = self._files.get(key)
        if known is None or not _is_same(known, entry, opened):
            known = self._files[key] = ConfigFile(entry.path, kind, entry, scope, opened)
        return known

    def forget_closed(self, open_paths: Container[str]) -> None:
        """Let go of the texts that lie over any other file: they are not open any more."""
        for key in list(self._files):
            path, _, _, is_closed = key
            if not is_closed and path not in open_paths:
                del self._files[key]

    def backups(self, directory: str) -> tuple[Backup, ...]:
        """Return the newest backups in `directory`, oldest first; broken ones are passed over.

        A backup never changes, so it is read once, and only what it says of the account is kept.
        """
        times = {
            name: int(match[1])
            for name in self._disk.names(directory)
            if (match := _BACKUP_NAME.fullmatch(name))
        }
        newest = sorted(times, key=lambda name: times[name])[-NEWEST_BACKUPS:]
        backups = (self._backup(os.path.join(directory, name), times[name]) for name in newest)
        return tuple(backup for backup in backups if backup)

    def _backup(self, path: str, at_ms: int) -> Backup | None:
        if path not in self._backups:
            entry = self._disk.entry(path, keep=False)
            state = ConfigFile(path, Kind.CLAUDE_STATE, entry).model(ClaudeState)
            if entry.state is not FileState.REGULAR or state is None:
                return None
            self._backups[path] = Backup(path, at_ms, state.oauthAccount)
        return self._backups[path]


def _is_all_but_the_bom(text: bytes, data: bytes) -> bool:
    """Whether `data` is `text` after a byte order mark; told without a copy of a large file."""
    return (
        len(data) == len(BOM_UTF8) + len(text) and data.startswith(BOM_UTF8) and data.endswith(text)
    )


def _read_regular(path: str) -> bytes | None:
    """Return the bytes of a regular file; None if it stopped being one since it was looked at."""
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0)
    descriptor = os.open(path, flags | getattr(os, "O_BINARY", 0))
    with os.fdopen(descriptor, "rb") as file:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            return None
        return file.read()


def _is_within(path: str, root: str) -> bool:
    return path == root or path.startswith(root.rstrip(os.sep) + os.sep)


def _unreadable(reason: str) -> str:
    return f"The file cannot be read: {reason}." if reason else "The file cannot be read."


def _as_utf8(entry: FileEntry) -> FileEntry:
    """Return settings as Windows PowerShell writes them, in UTF-16 with a mark, as their text.

    Claude Code reads them in every scope (cases "settings utf16le", "managed utf16", "f5 …").
    """
    try:
        text = entry.data.decode("utf-16-le")
    except UnicodeDecodeError:
        return entry
    return replace(entry, data=text.encode(), encoding="utf-16-le")


def _too_large(path: str, largest: int) -> FileEntry:
    reason = f"The file is larger than {largest // 1024} KB and is not read."
    return FileEntry(path, FileState.UNREADABLE, reason=reason)


def _is_same(known: ConfigFile, entry: FileEntry, opened: OpenText | None) -> bool:
    if opened is None:
        # What is not there, or cannot be read, comes as a new entry each time.
        return known.entry is entry or known.entry == entry
    aside = (entry.mode, entry.hides_bom)
    return known.opened is opened and (known.entry.mode, known.entry.hides_bom) == aside
