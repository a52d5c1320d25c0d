"""Every run of Claude Code that a file declares, whatever kind of file it is."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import PurePath

from billing_lens.config import compose, devcontainer, github_workflow, gitlab_ci
from billing_lens.config.declarations import Declaration, DeclaredRun
from billing_lens.config.file import ConfigFile
from billing_lens.config.kinds import Kind
from billing_lens.config.paths import resolved
from billing_lens.text.dotenv_document import DotenvDocument


def declared_runs(file: ConfigFile, values: Mapping[str, str]) -> tuple[DeclaredRun, ...]:
    """Return what a file declares. `values` replace the references that this machine can tell.

    These are its variables and, for Compose, below them those of ``.env``.
    """
    if not file.mentions_claude:
        return ()
    if file.kind is Kind.GITHUB_WORKFLOW:
        return tuple(github_workflow.runs_of(file))
    if file.kind is Kind.GITLAB_CI:
        return tuple(gitlab_ci.runs_of(file))
    if file.kind is Kind.COMPOSE:
        return tuple(compose.runs_of(file, values))
    return tuple(devcontainer.runs_of(file, values)) if file.kind is Kind.DEVCONTAINER else ()


def assignments_in(file: ConfigFile, values: Mapping[str, str]) -> dict[str, Declaration]:
    """Return what a ``.env`` file assigns, the last of each name."""
    document = file.structure
    found: dict[str, Declaration] = {}
    for it in document.assignments if isinstance(document, DotenvDocument) else ():
        given = Declaration(it.key, it.text, file.path, it.pointer)
        found[it.key] = given if it.is_literal else compose.interpolated(given, values)
    return found


def env_files_of(run: DeclaredRun, file: PurePath) -> tuple[str, ...]:
    """Return the paths of a service's ``env_file``; none that leads out of the project."""
    paths = (resolved(file.parent, name) for name in run.env_files)
    return tuple(str(path) for path in paths if path.is_relative_to(file.parent))


def settings_file_of(run: DeclaredRun, file: PurePath) -> str | None:
    """Return the path of the settings that an action is given, None when they are no file.

    It counts from the repository's root. One that leads out of it is not read.
    """
    given = run.settings
    if given is None or not given.known or given.value.strip().startswith(("{", "[")):
        return None
    root = file.parents[2]
    path = resolved(root, given.value.strip())
    return str(path) if given.value.strip() and path.is_relative_to(root) else None
