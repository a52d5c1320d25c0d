"""Who pays where the project runs Claude Code elsewhere: CI jobs, dev containers, services.

Nothing is there but what the project's files say: no login, no profile, no settings of a user or an
administrator. A variable whose value is a reference counts as set.
"""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterator, Mapping
from pathlib import PurePath

from msgspec import Struct
from msgspec.structs import replace

from billing_lens.billing.ci_job import as_ci_job, is_personal
from billing_lens.billing.credential import Credential
from billing_lens.billing.environment import GROUPS
from billing_lens.billing.place import Place
from billing_lens.billing.route import Route, resolve_route
from billing_lens.billing.runs import DeclaredIn, SeenFrom, payer_of
from billing_lens.config.declarations import Declaration, DeclaredRun, Elsewhere
from billing_lens.config.declared import (
    assignments_in,
    declared_runs,
    env_files_of,
    settings_file_of,
)
from billing_lens.config.file import ConfigFile
from billing_lens.config.file_entry import FileEntry, FileState
from billing_lens.config.kinds import DECLARING_KINDS, Kind, Scope
from billing_lens.machine.claude_arguments import ClaudeArguments, claude_arguments
from billing_lens.machine.machine import Machine, Mode

DECIDING = (frozenset(GROUPS) - {"XDG_CONFIG_HOME"}) | {"CLAUDE_CONFIG_DIR"}
"""The variables that make a job, service or container worth looking at."""

MODES = {
    Elsewhere.CI: (Mode.HEADLESS,),
    Elsewhere.DEVCONTAINER: (Mode.INTERACTIVE, Mode.HEADLESS),
    Elsewhere.COMPOSE: (Mode.HEADLESS,),
}
"""How Claude Code is used in each; a dev container is where people work."""

_USER_SETTINGS = "settings of the action"
_FLAG_SETTINGS = "settings among the action's arguments"


class RunElsewhere(Struct, frozen=True):
    """One run of Claude Code that the project's files declare, and who pays for it."""

    declared: DeclaredRun
    mode: Mode
    route: Route

    @property
    def where(self) -> DeclaredIn:
        """Its name, where it stands, and what decides in it."""
        run = self.declared
        decided_by = self.route.host_place or self.route.place
        return DeclaredIn(run.name, Place(run.path, run.pointer), decided_by)


def declared_environments(machine: Machine) -> tuple[SeenFrom, ...]:
    """Return the environments that the project's files declare, one for each different outcome.

    ``ci`` is headless and has nothing of this home; ``devcontainer`` is listed in both modes;
    ``compose`` is headless. A job of CI has none.
    """
    if machine.in_ci:
        return ()
    seen: dict[tuple[object, ...], SeenFrom] = {}
    for run in runs_elsewhere(machine):
        route = run.route
        outcome = (run.declared.environment, run.mode, route.source, route.works, payer_of(route))
        known = seen.get(outcome)
        if known is None:
            seen[outcome] = SeenFrom(
                run.declared.environment.value, run.mode, route, declared=(run.where,)
            )
        else:
            seen[outcome] = replace(known, declared=(*known.declared, run.where))
    order = [environment.value for environment in Elsewhere]
    return tuple(sorted(seen.values(), key=lambda it: order.index(it.name)))


def runs_elsewhere(machine: Machine) -> Iterator[RunElsewhere]:
    """Yield every run of Claude Code that the project's files declare, in each of its modes."""
    for file in machine.files.values():
        if file.kind in DECLARING_KINDS and file.mentions_claude:
            values = _values_for(machine, file)
            for run in declared_runs(file, values):
                given = _given(machine, run, values)
                if run.uses_claude and _decides(run, given):
                    there = _machine_of(machine, run, given)
                    for mode in MODES[run.environment]:
                        route = _at_declarations(run, resolve_route(there, mode))
                        yield RunElsewhere(run, mode, route)


def _values_for(machine: Machine, file: ConfigFile) -> Mapping[str, str]:
    """Return what replaces references: this machine's variables, for Compose over ``.env``."""
    beside = machine.existing(machine.path(file.path).parent / ".env")
    if file.kind is not Kind.COMPOSE or beside is None:
        return machine.environment
    below = assignments_in(beside, machine.environment)
    known = {name: it.value for name, it in below.items() if it.known}
    return {**known, **machine.environment}


def _given(
    machine: Machine, run: DeclaredRun, values: Mapping[str, str]
) -> Mapping[str, Declaration]:
    found: dict[str, Declaration] = {}
    for path in env_files_of(run, machine.path(run.path)):
        file = machine.existing(path)
        if file is not None and file.mentions_claude:
            found.update(assignments_in(file, values))
    return {**found, **run.variables}


def _decides(run: DeclaredRun, given: Mapping[str, Declaration]) -> bool:
    return run.settings is not None or run.arguments is not None or bool(DECIDING & given.keys())


def _machine_of(machine: Machine, run: DeclaredRun, given: Mapping[str, Declaration]) -> Machine:
    """Return the machine that a run has there. An identity token's file counts as being there."""
    environment = {name: it.value for name, it in given.items()}
    if environment.get("ANTHROPIC_IDENTITY_TOKEN_FILE"):
        environment.setdefault("ANTHROPIC_IDENTITY_TOKEN", "(in a file there)")
    arguments, flag_settings = _arguments_of(run)
    files = {path: it for path, it in machine.files.items() if _is_there(machine, run, it)}
    for file in (_user_settings(machine, run), flag_settings):
        if file is not None:
            files[file.path] = file
    places = {name: (it.path, it.pointer) for name, it in given.items()}
    there = as_ci_job(machine, environment)
    return replace(there, files=files, arguments=arguments, variables_set_in=places)


def _is_there(machine: Machine, run: DeclaredRun, file: ConfigFile) -> bool:
    """Whether a run has a file of this machine: what the project shares, a login it is given."""
    if is_personal(file):
        return run.keeps_login and file.kind is not Kind.PREFERENCES
    if file.kind is not Kind.CLAUDE_SETTINGS:
        return True
    of_project = file.scope in (Scope.PROJECT, Scope.LOCAL)
    is_checked_out = file.scope is Scope.PROJECT or file.path in machine.tracked
    is_same_project = of_project and _root_of(machine, run) == machine.cwd
    return is_same_project and (is_checked_out or run.environment is Elsewhere.DEVCONTAINER)


def _root_of(machine: Machine, run: DeclaredRun) -> PurePath:
    """Return the project's folder that a file speaks of."""
    folder = machine.path(run.path).parent
    if folder.name == "workflows":
        return folder.parent.parent
    return folder.parent if folder.name == ".devcontainer" else folder


def _user_settings(machine: Machine, run: DeclaredRun) -> ConfigFile | None:
    """Return what the action writes to the user's settings (setup-claude-code-settings.ts)."""
    given = run.settings
    if given is None or not given.value.strip():
        return None
    path = settings_file_of(run, machine.path(run.path))
    if path is not None:
        return _settings(_USER_SETTINGS, machine.entry(path), Scope.USER)
    is_json = given.value.strip().startswith("{")
    return _settings_text(_USER_SETTINGS, given.value, Scope.USER) if is_json else None


def _arguments_of(run: DeclaredRun) -> tuple[ClaudeArguments, ConfigFile | None]:
    """Return what of Claude Code's arguments bears on who pays; a file they name is not read."""
    try:
        words = shlex.split(run.arguments.value if run.arguments else "", comments=True)
        arguments = claude_arguments(words)
    except ValueError:
        arguments = ClaudeArguments()
    given = arguments.settings
    is_json = given is not None and given.strip().startswith("{")
    settings = _settings_text(_FLAG_SETTINGS, given, Scope.FLAG) if given and is_json else None
    return replace(arguments, settings=None), settings


def _settings_text(path: str, text: str, scope: Scope) -> ConfigFile:
    entry = FileEntry(path, FileState.REGULAR, text.encode("utf-8", "surrogatepass"))
    return _settings(path, entry, scope)


def _settings(path: str, entry: FileEntry, scope: Scope) -> ConfigFile:
    return ConfigFile(path, Kind.CLAUDE_SETTINGS, replace(entry, path=path), scope)


def _at_declarations(run: DeclaredRun, route: Route) -> Route:
    """Return a route whose places in the action's settings are those of its input."""
    moved = {_USER_SETTINGS: run.settings, _FLAG_SETTINGS: run.arguments}

    def move(place: Place | None) -> Place | None:
        given = moved.get(place.path or "") if place else None
        return Place(given.path, given.pointer, place.variable) if place and given else place

    credentials = tuple(_moved(credential, move) for credential in route.credentials)
    return replace(
        route,
        place=move(route.place),
        host_place=move(route.host_place),
        fault=move(route.fault),
        credentials=credentials,
    )


def _moved(credential: Credential, move: Callable[[Place | None], Place | None]) -> Credential:
    return replace(
        credential,
        place=move(credential.place) or credential.place,
        selected_by=move(credential.selected_by),
        fault=move(credential.fault),
    )
