"""Which value of an environment variable counts: the process's or one of the settings files'.

Source: the measured table "where a setting counts" and the cases named ``<variable> @ <place>``
and ``apikey <scope> vs <scope>`` in tests/conformance.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from msgspec import Struct

from billing_lens.billing.managed import managed_settings, managed_variables
from billing_lens.billing.place import Place
from billing_lens.billing.sources import PROVIDERS, SOURCES, Group
from billing_lens.config.file import ConfigFile
from billing_lens.config.kinds import Kind, Platform, Scope
from billing_lens.config.known_key import SWITCHED_ON
from billing_lens.config.models import ClaudeSettings
from billing_lens.config.paths import project_paths
from billing_lens.machine.machine import Machine, Mode
from billing_lens.machine.version import ALL_VERSIONS, Versions
from billing_lens.text.json_pointer import pointer_of

GROUPS: dict[str, Group] = {
    **{name: row.group for row in SOURCES.values() for name in row.variables},
    **{provider.switch: Group.CLOUD for provider in PROVIDERS.values()},
    "ANTHROPIC_BASE_URL": Group.HOST,
    "CLAUDE_CODE_ENTRYPOINT": Group.SURFACE,
    "CLAUDE_CODE_REMOTE": Group.SURFACE,
    "CLAUDE_CODE_SIMPLE": Group.OTHER,
    "CLAUDE_CODE_OAUTH_SCOPES": Group.OAUTH_TOKEN,
}
"""Where each variable that decides who pays counts."""

OWN = (Scope.USER, Scope.FLAG)
PROJECT = (Scope.PROJECT, Scope.LOCAL)
MANAGED = (Scope.MANAGED,)


class Where(Struct, frozen=True):
    """Scopes in which a group of variables counts, and in which runs it does.

    `desktop` is False for rows that do not hold in the desktop application.
    """

    group: Group
    scopes: tuple[Scope, ...]
    modes: tuple[Mode, ...] = (Mode.HEADLESS, Mode.INTERACTIVE)
    versions: Versions = ALL_VERSIONS
    desktop: bool = True


PROJECT_TOKENS = Versions("<2.1.169")
"""So long (at 2.1.146; not at 2.1.330) a project's OAuth token counted, behind the login."""

WHERE_VARIABLES_COUNT = (
    Where(Group.KEY, OWN),
    Where(Group.KEY, (*PROJECT, *MANAGED), desktop=False),
    Where(Group.KEY, (*PROJECT, *MANAGED), versions=Versions("<2.1.169")),
    Where(Group.OAUTH_TOKEN, OWN),
    Where(Group.OAUTH_TOKEN, MANAGED, desktop=False),
    Where(Group.OAUTH_TOKEN, PROJECT, versions=PROJECT_TOKENS),
    Where(Group.CLOUD, OWN),
    Where(Group.CLOUD, (*PROJECT, *MANAGED), desktop=False),
    Where(Group.CLOUD, (*PROJECT, *MANAGED), versions=Versions("<2.1.169")),
    Where(Group.HOST, (*OWN, *MANAGED)),
    Where(Group.HOST, PROJECT, modes=(Mode.HEADLESS,)),
    Where(Group.PROFILE, OWN),
    Where(Group.PROFILE, MANAGED, versions=Versions("<2.1.257")),
    Where(Group.SURFACE, (*OWN, *PROJECT, *MANAGED), versions=Versions("<2.1.237")),
    Where(Group.OTHER, (*OWN, *MANAGED)),
    Where(Group.OTHER, PROJECT, versions=Versions("<2.1.257")),
)
"""A variable in settings counts if a row says so; in the process it always does. An untrusted
folder counts as trusted interactively: Claude Code asks before it starts there. Cases "<variable> @
<place>", "SIMPLE=1 set in …", "REMOTE=1 set in …", "entrypoint desktop: … env key"."""

LARGEST_SETTINGS = 2 * 1024 * 1024
"""Bytes; a larger file is ignored as a whole (case "settings over 2 MiB", 2.1.332)."""

MANAGED_ARE_LENIENT = Versions(">=2.1.169")

DESKTOP_ENTRYPOINTS = ("claude-desktop", "local-agent")
OTHER_DESKTOP_ENTRYPOINT = "claude-desktop-3p"
ON_DESKTOP = (*DESKTOP_ENTRYPOINTS, OTHER_DESKTOP_ENTRYPOINT)


def is_on_desktop(machine: Machine) -> bool:
    """Return whether the desktop application starts Claude Code."""
    return machine.environment.get("CLAUDE_CODE_ENTRYPOINT", "").strip() in ON_DESKTOP


def counts(group: Group, scope: Scope, mode: Mode, machine: Machine) -> bool:
    """Return whether a variable of `group` counts when set in settings of `scope`."""
    on_desktop = is_on_desktop(machine)
    return any(
        row.group is group
        and scope in row.scopes
        and mode in row.modes
        and machine.version in row.versions
        and (row.desktop or not on_desktop)
        for row in WHERE_VARIABLES_COUNT
    )


class Variable(Struct, frozen=True):
    """A variable's value in force and where it was set. Its value may be a secret."""

    name: str
    value: str
    place: Place
    scope: Scope | None = None
    """The settings that set it, None for the process."""

    def __repr__(self) -> str:
        return f"Variable({self.name!r}, place={self.place!r})"


class Setting(Struct, frozen=True):
    """A variable as one settings file sets it, with why it does not count (empty if it does)."""

    variable: Variable
    scope: Scope
    reason: str = ""


class Environment:
    """The variables Claude Code would see on a machine in one mode."""

    def __init__(self, machine: Machine, mode: Mode) -> None:
        self._variables = {
            name: Variable(name, value, _place_of(machine, name))
            for name, value in machine.environment.items()
        }
        self.ignored: list[Setting] = []
        """What settings files set in vain, in the order of the files."""
        for file in _in_force(machine, managed_variables(machine)):
            for variable in _variables_of(file):
                scope = file.scope or Scope.USER
                if _is_kept_by_desktop(machine, variable.name) or "\0" in variable.value:
                    continue
                group = GROUPS.get(variable.name, Group.OTHER)
                if group in settled_by_host(machine):
                    self.ignored.append(Setting(variable, scope, _HOST_DECIDES))
                elif _is_distrusted(machine, group, scope, mode):
                    self.ignored.append(Setting(variable, scope, _why_not(scope, mode)))
                elif counts(group, scope, mode, machine):
                    self._variables[variable.name] = variable
                else:
                    self.ignored.append(Setting(variable, scope, _why_not(scope, mode)))

    def get(self, name: str) -> Variable | None:
        """Return a variable that is set to more than white space, else None."""
        variable = self._variables.get(name)
        return variable if variable and variable.value.strip() else None

    def values(self) -> Mapping[str, str]:
        """Return all variables as a process would see them."""
        return {name: variable.value for name, variable in self._variables.items()}

    def is_on(self, name: str) -> Variable | None:
        """Return a switch that is on: ``1``, ``true``, ``yes`` or ``on`` in any case."""
        variable = self.get(name)
        on = variable and variable.value.strip().lower() in SWITCHED_ON
        return variable if on else None


_HOST_DECIDES = "The program that starts Claude Code decides this, and no settings do."
_CREDENTIALS = (Group.KEY, Group.OAUTH_TOKEN)


def settled_by_host(machine: Machine) -> tuple[Group, ...]:
    """Return the groups of variables that no settings may set, as a host application decides.

    The host says so by variables of the process; in settings these do nothing (cases "var
    PROVIDER_MANAGED_BY_HOST …", "var CLAUDE_CODE_HOST_AUTH_ENV_VAR=…", "follow unix socket …").
    """
    given = machine.environment
    if is_managed_by_host(machine):
        return (*_CREDENTIALS, Group.CLOUD, Group.HOST, Group.PROFILE)
    own = ("CLAUDE_CODE_HOST_AUTH_ENV_VAR", "ANTHROPIC_UNIX_SOCKET")
    return _CREDENTIALS if any(given.get(name, "").strip() for name in own) else ()


def is_managed_by_host(machine: Machine) -> bool:
    """Return whether the program that starts Claude Code chooses the provider."""
    value = machine.environment.get("CLAUDE_CODE_PROVIDER_MANAGED_BY_HOST", "")
    return value.strip().lower() in SWITCHED_ON


def _is_distrusted(machine: Machine, group: Group, scope: Scope, mode: Mode) -> bool:
    """Whether a project's settings count as untrusted in a headless run, whatever was answered.

    Case "var CLAUDE_CODE_IGNORE_PERSISTED_TRUST='1' [K]".
    """
    value = machine.environment.get("CLAUDE_CODE_IGNORE_PERSISTED_TRUST", "")
    ignores = value.strip().lower() in SWITCHED_ON and mode is Mode.HEADLESS
    return ignores and scope in PROJECT and group in (Group.KEY, Group.HOST)


SCOPES_WEAKEST_FIRST = (Scope.USER, Scope.PROJECT, Scope.LOCAL, Scope.FLAG, Scope.MANAGED)


def settings_in_force(machine: Machine) -> Iterator[ConfigFile]:
    """Yield the settings files that Claude Code would obey, weakest first.

    Settings override the shell; among them managed.d > managed > ``--settings`` > local > project
    > user. ``--setting-sources`` can leave out user, project and local.
    """
    return _in_force(machine, managed_settings(machine))


def _in_force(machine: Machine, managed: Iterator[ConfigFile]) -> Iterator[ConfigFile]:
    wanted = machine.arguments.setting_sources
    for scope in SCOPES_WEAKEST_FIRST:
        if wanted is None or scope in wanted or scope in (Scope.FLAG, Scope.MANAGED):
            of_scope = machine.files_of(Kind.CLAUDE_SETTINGS, scope)
            for file in managed if scope is Scope.MANAGED else of_scope:
                if not is_ignored(file, machine) and _is_looked_for(file, machine):
                    yield file


MAIN_CHECKOUT_COUNTS = Versions(">=2.1.211")
"""As documented; at 2.1.226 and later, not at 2.1.200 (cases "f3 git sub local key")."""


def _is_looked_for(file: ConfigFile, machine: Machine) -> bool:
    """Whether this version looks for local settings there: not on Windows, as documented."""
    is_of_main = file.scope is Scope.LOCAL and (
        machine.path(file.path) != project_paths(machine.cwd).local_settings
    )
    is_known = machine.version in MAIN_CHECKOUT_COUNTS
    return not is_of_main or (is_known and machine.platform is not Platform.WIN32)


def is_ignored(file: ConfigFile, machine: Machine) -> bool:
    """Return whether Claude Code ignores a settings file as a whole: broken, or one wrong type.

    Managed settings lose only the wrong field (from 2.1.169; cases "managed … one wrong field").
    """
    if len(file.entry.raw) > LARGEST_SETTINGS:
        return True
    if file.scope is Scope.MANAGED and machine.version in MANAGED_ARE_LENIENT:
        return file.value is None
    return file.value is None or bool(file.wrong_settings(machine.version.numbers))


def _is_kept_by_desktop(machine: Machine, name: str) -> bool:
    """Whether the desktop application's own value of a variable stands against any settings.

    Cases "entrypoint desktop: … in user, … in process".
    """
    decides = GROUPS.get(name) in (Group.KEY, Group.OAUTH_TOKEN, Group.CLOUD)
    return decides and name in machine.environment and is_on_desktop(machine)


def _place_of(machine: Machine, name: str) -> Place:
    path, pointer = machine.variables_set_in.get(name, (None, None))
    return Place(path, pointer, name)


def _variables_of(file: ConfigFile) -> Iterator[Variable]:
    settings = file.model(ClaudeSettings)
    for name, value in (settings.env or {}).items() if settings else ():
        place = Place(file.path, pointer_of("env", name), name)
        yield Variable(name, value, place, file.scope)


def _why_not(scope: Scope, mode: Mode) -> str:
    where = "managed" if scope is Scope.MANAGED else "project"
    when = f" in {mode.value} mode" if scope is not Scope.MANAGED else ""
    return f"Claude Code does not take this variable from {where} settings{when}."
