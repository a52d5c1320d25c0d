"""Which of a project's files git tracks, read from the repository's index without running git.

Running git in a project that is not trusted could run the project's own programs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import PurePath

from billing_lens.config.entry import FileEntry, FileState

_HEADER = b"DIRC"
_FLAGS = 2
_NAME_LENGTH = 0x0FFF
_LINK = b"gitdir:"

Read = Callable[[str], FileEntry]


def tracked_by_git(paths: Iterable[PurePath], cwd: PurePath, read: Read) -> frozenset[str]:
    """Return those of `paths` that the index of the repository around `cwd` lists.

    An index of version 4, which shortens its names, tells nothing here.
    """
    for root in (cwd, *cwd.parents):
        index = _index_of(root, read)
        if index is not None:
            inside = (path for path in paths if path.is_relative_to(root))
            return frozenset(
                str(path) for path in inside if _lists(index, path.relative_to(root).as_posix())
            )
    return frozenset()


def repository_of(cwd: PurePath, home: PurePath, read: Read) -> PurePath | None:
    """Return the top folder of the repository that `cwd` is in, None outside of one.

    A home that is a repository itself (for dotfiles) is nobody's project.
    """
    there = (FileState.DIRECTORY, FileState.REGULAR)
    for folder in (cwd, *cwd.parents):
        if folder == home and folder != cwd:
            return None
        if read(str(folder / ".git")).state in there:
            return folder
    return None


def _index_of(root: PurePath, read: Read) -> bytes | None:
    """Return the index's bytes; a worktree's ``.git`` is a file that names the directory."""
    link = read(str(root / ".git"))
    if link.state is FileState.MISSING:
        return None
    directory = root / ".git"
    if link.state is FileState.REGULAR and link.data.startswith(_LINK):
        directory = root / link.data.removeprefix(_LINK).decode(errors="replace").strip()
    return read(str(directory / "index")).data


def _lists(index: bytes, name: str) -> bool:
    """Whether an entry has this name: two bytes of flags with its length, the name, a NUL.

    Source: https://git-scm.com/docs/index-format.
    """
    wanted = name.encode(errors="surrogatepass")
    at = index.find(wanted + b"\0") if index.startswith(_HEADER) else -1
    while at >= _FLAGS:
        if int.from_bytes(index[at - _FLAGS : at], "big") & _NAME_LENGTH == len(wanted):
            return True
        at = index.find(wanted + b"\0", at + 1)
    return False
