"""Which of a project's files git tracks, read from the repository's index without running git.

Running git in a project that is not trusted could run the project's own programs.
Source: https://git-scm.com/docs/index-format.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from pathlib import PurePath

from billing_lens.config.file_entry import FileEntry, FileState

_HEADER = b"DIRC"
_HEADER_LENGTH = 12
_PREFIX_COMPRESSED = 4
"""The version in which each name holds only what differs from the one before it."""

_STATUS_LENGTH = 40
_HASH_LENGTHS = (20, 32)
"""Of SHA-1 and of SHA-256; the index itself does not say which one its repository uses."""

_FLAGS = 2
_NAME_LENGTH = 0x0FFF
_EXTENDED = 0x4000
"""The flag that two more bytes of flags follow, as ``--skip-worktree`` and ``add -N`` need."""

_LINK = b"gitdir:"
_MORE = 0x80

Read = Callable[[str], FileEntry]


def tracked_by_git(paths: Iterable[PurePath], cwd: PurePath, read: Read) -> frozenset[str]:
    """Return those of `paths` that the index of the repository around `cwd` lists.

    Of a split index only the part that changed since is read: few repositories have one.
    """
    for root in (cwd, *cwd.parents):
        index = _index_of(root, read)
        if index is not None:
            inside = {
                os.fsencode(path.relative_to(root).as_posix()): path
                for path in paths
                if path.is_relative_to(root)
            }
            return frozenset(str(inside[name]) for name in _listed(index, inside.keys()))
    return frozenset()


def _index_of(root: PurePath, read: Read) -> bytes | None:
    """Return the index's bytes, None where there is no repository.

    A worktree's or submodule's ``.git`` is a file that names the directory.
    """
    link = read(str(root / ".git"))
    directory = root / ".git"
    if link.data.startswith(_LINK):
        directory = root / os.fsdecode(link.data.removeprefix(_LINK).strip())
    if read(str(directory / "HEAD")).state is FileState.MISSING:
        return None
    return read(str(directory / "index")).data


def _listed(index: bytes, names: Iterable[bytes]) -> Iterator[bytes]:
    """Yield those of `names` that are in the index."""
    if not index.startswith(_HEADER):
        return
    version = int.from_bytes(index[4:8], "big")
    if version == _PREFIX_COMPRESSED:
        wanted = set(names)
        last = max(wanted, default=b"")
        for name in _decompressed_names(index):
            if name in wanted:
                yield name
            if name > last:
                return
    else:
        yield from (name for name in names if _has_entry(index, name))


def _has_entry(index: bytes, name: bytes) -> bool:
    """Whether an entry has this name: flags with its length, the name, a NUL.

    Searching for it is many times faster in a large index than parsing all entries.
    """
    at = index.find(name + b"\0")
    while at >= 0:
        flags, extended = (_number(index, at - _FLAGS * back) for back in (1, 2))
        if not flags & _EXTENDED and flags & _NAME_LENGTH == len(name):
            return True
        if extended & _EXTENDED and extended & _NAME_LENGTH == len(name):
            return True
        at = index.find(name + b"\0", at + 1)
    return False


def _number(index: bytes, at: int) -> int:
    return int.from_bytes(index[at : at + _FLAGS], "big") if at >= 0 else 0


def _decompressed_names(index: bytes) -> Iterator[bytes]:
    """Yield the names that an index of version 4 lists, sorted by their bytes."""
    lengths = [length for length in _HASH_LENGTHS if _begins_with_a_name(index, length)]
    at, name = _HEADER_LENGTH, b""
    for _ in range(int.from_bytes(index[8:_HEADER_LENGTH], "big") if lengths else 0):
        at += _STATUS_LENGTH + lengths[0]
        at += _FLAGS * (2 if _number(index, at) & _EXTENDED else 1)
        dropped, at = _varint(index, at)
        end = index.find(b"\0", at)
        if end < 0 or dropped > len(name):
            return
        name = name[: len(name) - dropped] + index[at:end]
        yield name
        at = end + 1


def _begins_with_a_name(index: bytes, hash_length: int) -> bool:
    """Whether the first entry's flags say how long its name is, if hashes are this long."""
    at = _HEADER_LENGTH + _STATUS_LENGTH + hash_length
    flags = _number(index, at)
    start = at + _FLAGS * (2 if flags & _EXTENDED else 1) + 1
    return index.find(b"\0", start) - start == flags & _NAME_LENGTH


def _varint(index: bytes, at: int) -> tuple[int, int]:
    """Return the variable-length integer at `at`, seven bits a byte, and where it ends."""
    number = -1
    for position in range(at, len(index)):
        number = (number + 1) << 7 | index[position] & ~_MORE
        if not index[position] & _MORE:
            return number, position + 1
    return 0, len(index)
