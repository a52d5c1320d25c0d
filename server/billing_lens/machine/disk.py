"""Reading files without ever hanging, following a link out of bounds, or raising."""

from __future__ import annotations

import os
import stat
from codecs import BOM_UTF8
from pathlib import Path

from billing_lens.config.file_entry import FileEntry, FileState


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
            return _too_large(path)
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

    def names_in(self, directory: str, suffix: str) -> list[str]:
        """Return the sorted names in `directory` that end in `suffix`; none if unreadable."""
        return [name for name in self._names(directory) if name.endswith(suffix)]

    def names_containing(self, directory: str, part: str) -> list[str]:
        """Return the sorted names in `directory` that contain `part`; none if unreadable."""
        return [name for name in self._names(directory) if part in name]

    def _names(self, directory: str) -> list[str]:
        try:
            allowed = self._may_read(directory)
            return sorted(os.listdir(self._native(directory))) if allowed else []
        except (OSError, ValueError):
            return []

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
                return _too_large(path)
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
        if stat.S_ISREG(status.st_mode):
            data = _read_regular(self._native(path))
            state = FileState.REGULAR if data is not None else FileState.NOT_REGULAR
        else:
            data = None
            is_directory = stat.S_ISDIR(status.st_mode)
            state = FileState.DIRECTORY if is_directory else FileState.NOT_REGULAR
        entry = FileEntry(path, state, data or b"", mode, link, status.st_mtime_ns)
        self._seen[path] = (signature, entry)
        return entry


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


def _too_large(path: str) -> FileEntry:
    return FileEntry(path, FileState.UNREADABLE, reason="The file is too large and is not read.")
