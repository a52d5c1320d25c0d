"""The runs of this machine: in a terminal, in VS Code's own terminal, by VS Code's extension."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import cast

from msgspec import Struct
from msgspec.structs import replace

from billing_lens.billing.route import Route, resolve_route
from billing_lens.billing.runs import SeenFrom
from billing_lens.config.file import ConfigFile
from billing_lens.config.kinds import Kind, Platform
from billing_lens.config.models import NamedVariable, read_model
from billing_lens.machine.machine import Machine, Mode
from billing_lens.text.json_pointer import pointer_of

EXTENSION_VARIABLES = "claudeCode.environmentVariables"
TERMINAL_VARIABLES = {
    Platform.LINUX: "terminal.integrated.env.linux",
    Platform.DARWIN: "terminal.integrated.env.osx",
    Platform.WIN32: "terminal.integrated.env.windows",
}
EXTENSION_ENTRYPOINT = "claude-vscode"


def environments(machine: Machine, terminal: Sequence[Route]) -> tuple[SeenFrom, ...]:
    """Return the route as each environment of this machine sees it.

    `terminal` holds the routes of the machine as it is, one a mode.

    ``terminal`` is the process's own environment, in both modes. ``editor`` is Claude Code's VS
    Code extension, which runs it headless with variables of its own. ``editor-terminal``, VS Code's
    own terminal, is listed only where VS Code gives it variables. A job of CI has no editor.
    """
    if machine.in_ci:
        return tuple(SeenFrom("terminal", route.mode, route) for route in dict.fromkeys(terminal))
    seen = [SeenFrom("terminal", route.mode, route) for route in terminal]
    variables = dict(_terminal_variables(machine))
    if variables:
        inside = _with_variables(machine, variables)
        route = resolve_route(inside, Mode.INTERACTIVE)
        seen.append(SeenFrom("editor-terminal", Mode.INTERACTIVE, route))
    editor = as_seen_by_extension(machine)
    seen.append(SeenFrom("editor", Mode.HEADLESS, resolve_route(editor, Mode.HEADLESS)))
    return tuple(seen)


def as_seen_by_extension(machine: Machine) -> Machine:
    """Return the machine with the environment that the VS Code extension gives Claude Code."""
    extended = _with_variables(machine, dict(_extension_variables(machine)))
    entrypoint = {"CLAUDE_CODE_ENTRYPOINT": EXTENSION_ENTRYPOINT}
    return replace(extended, environment={**extended.environment, **entrypoint})


def editor_variables(machine: Machine) -> Iterator[tuple[str, str]]:
    """Yield every variable that VS Code's settings give a terminal or the extension."""
    for name, given in (*_extension_variables(machine), *_terminal_variables(machine)):
        yield name, given.value


class _Given(Struct, frozen=True):
    value: str
    place: tuple[str, str]


def _with_variables(machine: Machine, given: Mapping[str, _Given]) -> Machine:
    values = {name: variable.value for name, variable in given.items()}
    places = {name: variable.place for name, variable in given.items()}
    return replace(
        machine,
        environment={**machine.environment, **values},
        variables_set_in={**machine.variables_set_in, **places},
    )


def _extension_variables(machine: Machine) -> Iterator[tuple[str, _Given]]:
    for file, settings in _editor_settings(machine):
        listed = settings.get(EXTENSION_VARIABLES)
        entries = cast("list[object]", listed) if isinstance(listed, list) else []
        for index, entry in enumerate(entries):
            variable, _ = read_model(NamedVariable, entry)
            if variable.name and variable.value is not None:
                pointer = pointer_of(EXTENSION_VARIABLES, index, "value")
                yield variable.name, _Given(variable.value, (file.path, pointer))


def _terminal_variables(machine: Machine) -> Iterator[tuple[str, _Given]]:
    key = TERMINAL_VARIABLES[machine.platform]
    for file, settings in _editor_settings(machine):
        section = settings.get(key)
        members = cast("dict[str, object]", section) if isinstance(section, dict) else {}
        for name, value in members.items():
            if isinstance(value, str):
                yield name, _Given(value, (file.path, pointer_of(key, name)))


def _editor_settings(machine: Machine) -> Iterator[tuple[ConfigFile, Mapping[str, object]]]:
    """Yield VS Code's settings files, the weakest (the user's) first."""
    for file in machine.files_of(Kind.VSCODE_SETTINGS):
        value = file.value
        if isinstance(value, dict):
            yield file, cast("dict[str, object]", value)
