"""The project Claude Code is started in: its folders, and its files that declare other runs."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import PurePath

from billing_lens.config.file import ConfigFile
from billing_lens.config.file_entry import FileState
from billing_lens.config.kinds import Kind
from billing_lens.config.paths import Names, declaring_files, policy_file, resolved
from billing_lens.machine.git import Read

ReadFile = Callable[[PurePath, Kind], ConfigFile]


def project_roots(cwd: PurePath, home: PurePath, read: Read) -> tuple[PurePath, ...]:
    """Return the working directory, and the root of the repository it is in if that is another.

    A home that is a repository itself (for dotfiles) is nobody's project.
    """
    for folder in (cwd, *cwd.parents):
        if folder == home and folder != cwd:
            break
        if read(str(folder / ".git")).state in (FileState.DIRECTORY, FileState.REGULAR):
            return tuple(dict.fromkeys((cwd, folder)))
    return (cwd,)


def main_checkout(cwd: PurePath, home: PurePath, read: Read) -> PurePath | None:
    """Return the folder of the main checkout that `cwd` is in or a worktree of.

    None where that is `cwd` itself, outside of a repository, in a bare one, and where it is the
    home. Its local settings count in all of it (https://code.claude.com/docs/en/settings, cases "f3
    git sub …", "f2 worktree …"). A worktree's ``.git`` is a file that names its part of the main
    checkout's (https://git-scm.com/docs/gitrepository-layout).
    """
    for folder in (cwd, *cwd.parents):
        git = read(str(folder / ".git"))
        if git.state not in (FileState.DIRECTORY, FileState.REGULAR):
            continue
        main = folder
        if git.data.startswith(_GIT_LINK):
            linked = folder / os.fsdecode(git.data.removeprefix(_GIT_LINK).strip())
            if linked.parent.name == "worktrees":
                directory = resolved(linked, "../..")
                if directory.name != ".git":
                    return None
                main = directory.parent
        return main if main not in (cwd, home) else None
    return None


_GIT_LINK = b"gitdir:"


def nearest_policy(cwd: PurePath, roots: tuple[PurePath, ...], read: Read) -> PurePath:
    """Return the nearest team's policy from the working directory up to the repository's root.

    Where there is none, the place for it in the working directory.
    """
    inside = (folder for folder in (cwd, *cwd.parents) if folder.is_relative_to(roots[-1]))
    paths = [policy_file(folder) for folder in inside]
    return next((path for path in paths if read(str(path)).exists), paths[0])


def files_of_project(
    roots: tuple[PurePath, ...], names: Names, read_file: ReadFile
) -> Iterator[ConfigFile]:
    """Yield the files below `roots` that set variables of other runs, and the files these name."""
    for root in roots:
        for path, kind in declaring_files(root, names):
            file = read_file(path, kind)
            yield file
            if kind is Kind.COMPOSE and file.mentions_claude:
                from billing_lens.config.declared import declared_runs, env_files_of  # noqa: PLC0415 few projects have such files

                for run in declared_runs(file, {}):
                    for named in env_files_of(run, path) if run.uses_claude else ():
                        yield read_file(path.__class__(named), Kind.DOTENV)


def settings_named_in(file: ConfigFile, path: PurePath) -> Iterator[str]:
    """Yield the paths of the settings files that a workflow gives Claude Code's GitHub action."""
    if file.kind is Kind.GITHUB_WORKFLOW and file.mentions_claude:
        from billing_lens.config.declared import declared_runs, settings_file_of  # noqa: PLC0415 few projects have such files

        named = (settings_file_of(run, path) for run in declared_runs(file, {}))
        yield from filter(None, named)
