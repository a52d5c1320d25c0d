"""The project's own files that say how its Claude Code runs elsewhere: finding and reading them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import PurePath

from billing_lens.config.file import ConfigFile
from billing_lens.config.kinds import DECLARING_KINDS, Kind
from billing_lens.config.paths import Names, declaring_files, policy_file
from billing_lens.machine.git import Read, repository_of

LARGEST = {
    **dict.fromkeys(DECLARING_KINDS, 512 * 1024),
    Kind.PREFERENCES: 64 * 1024,
    Kind.TEAM_POLICY: 64 * 1024,
}
"""How many bytes a file of some kinds may have, our own and those of others that declare runs.

GitHub and GitLab refuse to run much smaller ones.
"""

ReadFile = Callable[[PurePath, Kind], ConfigFile]


def project_roots(cwd: PurePath, home: PurePath, read: Read) -> tuple[PurePath, ...]:
    """Return the working directory and the root of the repository it is in."""
    top = repository_of(cwd, home, read)
    return tuple(dict.fromkeys((cwd, top))) if top else (cwd,)


def nearest_policy(cwd: PurePath, roots: tuple[PurePath, ...], read: Read) -> PurePath:
    """Return the nearest team's policy from the working directory up to the repository's root.

    Where there is none, the place for it in the working directory.
    """
    folders = (it for it in (cwd, *cwd.parents) if it.is_relative_to(roots[-1]))
    places = [policy_file(folder) for folder in folders]
    return next((it for it in places if read(str(it)).exists), places[0])


def files_of_project(
    roots: tuple[PurePath, ...], names: Names, read_file: ReadFile
) -> Iterator[ConfigFile]:
    """Yield the files below `roots` that set variables elsewhere, and the files these name."""
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
    """Yield the paths of the settings files that a workflow gives the action."""
    if file.kind is Kind.GITHUB_WORKFLOW and file.mentions_claude:
        from billing_lens.config.declared import declared_runs, settings_file_of  # noqa: PLC0415 few projects have such files

        named = (settings_file_of(run, path) for run in declared_runs(file, {}))
        yield from filter(None, named)
