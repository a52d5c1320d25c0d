"""What one file, or one known key in it, does to the answer on this machine."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from enum import IntEnum
from functools import cached_property

from msgspec import Struct

from billing_lens.billing.addresses import BASE_URL
from billing_lens.billing.credential import Credential, State
from billing_lens.billing.editor_runs import EXTENSION_VARIABLES, TERMINAL_VARIABLES
from billing_lens.billing.environment import GROUPS, Environment, is_ignored
from billing_lens.billing.forced_login import managed_policy
from billing_lens.billing.login import state_file
from billing_lens.billing.place import Place
from billing_lens.billing.profile import select_profile
from billing_lens.billing.route import Route
from billing_lens.billing.runs import SeenFrom
from billing_lens.billing.sources import Group, Source
from billing_lens.config.file import ConfigFile
from billing_lens.config.kinds import DECLARING_KINDS, Kind, Scope
from billing_lens.config.known_key import Sort
from billing_lens.config.known_positions import KnownPosition, known_positions
from billing_lens.config.paths import DEFAULT_PROFILE
from billing_lens.machine.machine import Machine
from billing_lens.text.json_pointer import parts_of


class Bearing(IntEnum):
    """How much something bears on who pays, the least first."""

    NOTHING = 0
    NOT_USED = 1
    OBEYED = 2
    """It is no credential, but what it says is done."""
    SENT_ALONG = 3
    PAYS_ELSEWHERE = 4
    """In charge in another run than the one asked for."""
    IN_CHARGE = 5
    STOPS = 6
    """Claude Code does not start because of it."""


class Effect(Struct, frozen=True):
    """What something does, in a line: "In charge: Claude Max 20x". `why` is a sentence or two."""

    bearing: Bearing
    text: str
    why: str = ""


NOTHING = Effect(Bearing.NOTHING, "Decides nothing here")

_VARIABLE_FILES = DECLARING_KINDS | {Kind.CLAUDE_SETTINGS, Kind.VSCODE_SETTINGS}
_FEDERATION_PREFIXES = (
    *("ANTHROPIC_FEDERATION", "ANTHROPIC_ORGANIZATION"),
    *("ANTHROPIC_SERVICE_ACCOUNT", "ANTHROPIC_IDENTITY_TOKEN"),
)
_Concerns = Callable[[Credential], bool]


class Effects:
    """The effects on one machine. `route` is of the run asked for, `environments` are all runs."""

    def __init__(self, machine: Machine, route: Route, environments: Sequence[SeenFrom]) -> None:
        self._machine = machine
        self._route = route
        self._runs = [("", route), *((f" {seen.inside}", seen.route) for seen in environments)]

    def of_file(self, file: ConfigFile) -> Effect:
        """Return what a file as a whole does: of several things in it, the one that bears most."""
        stop = self._stop(file) or self._ignored(file)
        if stop is not None:
            return stop
        if file.kind in _VARIABLE_FILES:
            return self._of_keys(file)
        if file.kind is Kind.CLAUDE_STATE:
            return self._of_state(file, "/primaryApiKey")
        return self._of_single(file)

    def of_place(self, file: ConfigFile, known: KnownPosition) -> Effect:
        """Return what a known key does."""
        stop = self._stop(file, known.pointer) or self._ignored(file)
        if stop is not None:
            return stop
        if file.kind in _VARIABLE_FILES:
            is_group = known.key.sort is Sort.GROUP
            return self._of_keys(file, known) if is_group else self._of_key(file, known)
        if file.kind is Kind.CLAUDE_STATE:
            return self._of_state(file, known.pointer)
        return self._of_single(file)

    def _stop(self, file: ConfigFile, pointer: str | None = None) -> Effect | None:
        place = self._route.place
        if self._route.starts or place is None or place.path != file.path:
            return None
        elsewhere = pointer is not None and place.pointer and place.pointer != pointer
        stops = Effect(Bearing.STOPS, "Claude Code does not start", self._route.reason)
        return None if elsewhere else stops

    def _ignored(self, file: ConfigFile) -> Effect | None:
        if file.kind is Kind.CLAUDE_SETTINGS and is_ignored(file, self._machine):
            return _not_used("A mistake makes Claude Code ignore this file as a whole.")
        return None

    def _of_single(self, file: ConfigFile) -> Effect:
        """Return the effect of a file that holds one credential or selects one."""

        def concerns(credential: Credential) -> bool:
            if file.kind is Kind.ANTHROPIC_CREDENTIALS:
                return credential.credentials_path == file.path
            if file.kind is Kind.ANTHROPIC_ACTIVE_CONFIG:
                return _is_at(credential.selected_by, file.path)
            return _is_at(credential.place, file.path)

        reason = self._why_unused(file)
        return self._greatest(concerns) or (_not_used(reason) if reason else NOTHING)

    def _why_unused(self, file: ConfigFile) -> str:
        """Return why no credential was found in a file that could hold or select one."""
        if file.kind is Kind.ANTHROPIC_ACTIVE_CONFIG:
            selected = select_profile(self._machine, self._environment)
            if selected.place and selected.place.path != file.path:
                return f"ANTHROPIC_PROFILE selects the profile '{selected.name}'."
            return f"There is no profile '{file.text or DEFAULT_PROFILE}'."
        return {
            Kind.ANTHROPIC_CREDENTIALS: "No profile takes its credentials from here.",
            Kind.ANTHROPIC_PROFILE: "Claude Code looks for its profiles elsewhere.",
        }.get(file.kind, "")

    def _of_state(self, file: ConfigFile, pointer: str) -> Effect:
        in_force = state_file(self._machine)
        if in_force is not None and in_force.path != file.path:
            return _not_used(f"{in_force.path} comes first.")
        if pointer.startswith("/customApiKeyResponses"):
            return self._greatest(lambda it: it.source is Source.API_KEY) or NOTHING
        return self._greatest(lambda it: _is_at(it.place, file.path, pointer)) or NOTHING

    def _of_keys(self, file: ConfigFile, group: KnownPosition | None = None) -> Effect:
        """Return what bears most of the keys in a group, or in the whole file."""
        within = group.value_span if group else None
        keys = (
            known for known in known_positions(file, within) if known.key.sort is not Sort.GROUP
        )
        effects = [self._of_key(file, known) for known in keys]
        return max(effects, key=lambda effect: effect.bearing, default=NOTHING)

    def _of_key(self, file: ConfigFile, known: KnownPosition) -> Effect:
        """Return the effect of a key of Claude Code's settings or VS Code's."""

        def concerns(credential: Credential) -> bool:
            places = (credential.place, credential.selected_by)
            return any(_is_at(place, file.path, known.pointer) for place in places)

        found = self._greatest(concerns)
        if found is not None:
            return found
        if known.variable is not None:
            return self._of_variable(file, known, known.variable)
        return self._of_setting(file, known.pointer)

    def _of_setting(self, file: ConfigFile, pointer: str) -> Effect:
        if pointer == "/apiKeyHelper":
            others = self._route.credentials_from(Source.API_KEY_HELPER)
            path = next((other.place.path for other in others), None)
            return _not_used(f"apiKeyHelper in {path} comes first.") if path else NOTHING
        if pointer.startswith("/forceLogin"):
            if file.scope is not Scope.MANAGED:
                return _not_used("Only managed settings enforce this.")
            if managed_policy(self._machine).place is not None:
                return Effect(Bearing.OBEYED, "Demanded of every login")
        return NOTHING

    def _of_variable(self, file: ConfigFile, known: KnownPosition, name: str) -> Effect:
        """Return the effect of a variable that is no credential, or one that does not count."""
        if not str(known.value or "").strip():
            return _not_used("It is empty.")
        for run, route in self._runs:
            if name == BASE_URL and _is_at(route.host_place, file.path, known.pointer):
                return Effect(Bearing.OBEYED, f"Sends requests to {route.host}{run}")
        if file.kind in DECLARING_KINDS:
            return NOTHING
        reason = self._why_not_taken(file, known, name)
        if reason:
            return _not_used(reason)
        if name == "ANTHROPIC_PROFILE":
            return _not_used(f"There is no profile '{known.value}'.")
        if name.startswith(_FEDERATION_PREFIXES):
            return self._greatest(lambda it: it.source is Source.FEDERATION) or NOTHING
        is_switch = GROUPS.get(name) is Group.CLOUD
        return NOTHING if is_switch else Effect(Bearing.OBEYED, "Obeyed")

    def _why_not_taken(self, file: ConfigFile, known: KnownPosition, name: str) -> str:
        """Return why Claude Code does not take a variable from here, empty when it does."""
        variable = self._environment.get(name)
        if file.kind is Kind.VSCODE_SETTINGS:
            block = parts_of(known.pointer)[0]
            here = (EXTENSION_VARIABLES, TERMINAL_VARIABLES[self._machine.platform])
            if block not in here:
                return "It is for another operating system."
            # Settings of Claude Code override whatever started it.
            outranked = variable is not None and variable.scope is not None
        else:
            vain = self._environment.ignored
            for setting in vain:
                if _is_at(setting.variable.place, file.path, known.pointer):
                    return setting.reason
            place = variable.place if variable else None
            outranked = not _is_at(place, file.path, known.pointer)
        path = variable.place.path if variable else None
        return f"{name} in {path or 'the environment'} comes first." if outranked else ""

    @cached_property
    def _environment(self) -> Environment:
        return Environment(self._machine, self._route.mode)

    def _greatest(self, concerns: _Concerns) -> Effect | None:
        """Return what bears most of the credentials that `concerns` is true of, in any run."""
        effects = [_of_credential(*one) for one in self._found(concerns)]
        return max(effects, key=lambda effect: effect.bearing, default=None)

    def _found(self, concerns: _Concerns) -> Iterator[tuple[str, Route, Credential]]:
        for run, route in self._runs:
            for credential in route.credentials:
                if concerns(credential):
                    yield run, route, credential


def _of_credential(run: str, route: Route, credential: Credential) -> Effect:
    if credential.state is State.ACTIVE:
        failing = ", but it does not work" if route.works is False else ""
        bearing = Bearing.PAYS_ELSEWHERE if run else Bearing.IN_CHARGE
        return Effect(bearing, f"In charge{run}: {route.label}{failing}", route.reason)
    if credential.state is State.ALSO_SENT:
        return Effect(Bearing.SENT_ALONG, credential.reason.removesuffix("."))
    return _not_used(credential.reason)


def _not_used(reason: str) -> Effect:
    return Effect(Bearing.NOT_USED, f"Not used: {reason.removesuffix('.')}")


def _is_at(place: Place | None, path: str, pointer: str | None = None) -> bool:
    """Whether a place is in a file and, where one is given, at a pointer in it."""
    return place is not None and place.path == path and pointer in (None, place.pointer)
