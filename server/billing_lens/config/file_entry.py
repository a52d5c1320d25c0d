"""What stands at a path, as data: the boundary between the disk and everything that reasons."""

from __future__ import annotations

from enum import Enum

from msgspec import Struct


class FileState(str, Enum):
    """What was found at a path."""

    REGULAR = "regular"
    MISSING = "missing"
    DIRECTORY = "directory"
    NOT_REGULAR = "not-regular"
    """A FIFO, socket or device: never opened, reading it could block for ever."""
    DANGLING_LINK = "dangling-link"
    UNREADABLE = "unreadable"
    OUTSIDE_HOME = "outside-home"
    """Not read, because the reader was confined to a home that this path (or its target) leaves."""


class FileEntry(Struct, frozen=True):
    """One path with what stood there when it was read.

    ``data`` is the file's bytes (an editor's unsaved text where one lies over the file), empty
    unless ``state`` is REGULAR. ``mode`` holds the POSIX permission bits, None where there are
    none. ``link_target`` is the text of a symbolic link. ``modified_ns`` is nanoseconds since the
    epoch; it and ``inode`` are those of the file that was read.
    """

    path: str
    state: FileState
    data: bytes = b""
    mode: int | None = None
    link_target: str | None = None
    modified_ns: int = 0
    inode: int = 0
    reason: str = ""
    """Why it could not be read, in words, when ``state`` says so."""
    hides_bom: bool = False
    """Whether ``data`` is the text of an editor that keeps the file's byte order mark back."""

    encoding: str | None = None
    """What the file itself is written in where ``data`` is not what stands there, but its text."""

    @property
    def raw(self) -> bytes:
        """The bytes that stand at the path."""
        return self.encoded(self.data)

    def encoded(self, data: bytes) -> bytes:
        """Return a text, in UTF-8, as the file has it."""
        return data.decode().encode(self.encoding) if self.encoding else data

    @property
    def exists(self) -> bool:
        """Whether Claude Code's own existence check (which follows links) would find something."""
        return self.state not in (FileState.MISSING, FileState.DANGLING_LINK)
