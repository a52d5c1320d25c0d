"""The organizations that a machine's files and variables know: ids, names, and where they stand."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from msgspec import Struct

from billing_lens.billing.login import PLANS, find_login
from billing_lens.billing.place import Place
from billing_lens.config.kinds import Kind
from billing_lens.config.known_key import Sort
from billing_lens.config.known_positions import known_positions
from billing_lens.config.known_variables import KNOWN_VARIABLES
from billing_lens.config.models import ClaudeState, ProfileCredentials
from billing_lens.machine.machine import Machine


class IdPlace(Struct, frozen=True):
    """A place where an id stands, and the name of the key or variable there."""

    id: str
    name: str
    place: Place


def id_places(machine: Machine, sort: Sort = Sort.ORGANIZATION) -> Iterator[IdPlace]:
    """Yield every place of an id of a sort: in the files, then in the process's variables."""
    for file in machine.files.values():
        for known in known_positions(file, sorts=(sort,)):
            if isinstance(known.value, str) and known.value.strip():
                # Pointers lead through JSON alone.
                span = None if file.is_json else known.value_span
                place = Place(file.path, known.pointer, known.variable, span=span)
                yield IdPlace(known.value.strip(), known.name, place)
    for name, key in KNOWN_VARIABLES.items():
        value = machine.environment.get(name, "").strip()
        if key.sort is sort and value and name not in machine.variables_set_in:
            yield IdPlace(value, name, Place(variable=name))


def organization_names(machine: Machine) -> Mapping[str, str]:
    """Return the name of each organization for which a file knows one, by id.

    Known to the cached account, to the profiles' credentials, and to the backups of the state file.
    """
    names: dict[str, str] = {}
    for identifier, name in _named(machine):
        if identifier and name and name.strip():
            names.setdefault(identifier, name.strip())
    return names


def _named(machine: Machine) -> Iterator[tuple[str | None, str | None]]:
    for file in machine.files_of(Kind.CLAUDE_STATE):
        state = file.model(ClaudeState)
        if state and state.oauthAccount:
            yield state.oauthAccount.organizationUuid, state.oauthAccount.organizationName
    for file in machine.files_of(Kind.ANTHROPIC_CREDENTIALS):
        stored = file.model(ProfileCredentials)
        if stored:
            yield stored.organization_uuid, stored.organization_name
    for backup in reversed(machine.backups):
        if backup.account:
            yield backup.account.organizationUuid, backup.account.organizationName


def plan_of_organization(machine: Machine, identifier: str) -> str | None:
    """Return the plan of your login if it is of this organization: "Max"."""
    for login in find_login(machine):
        whose = login.organization.id if login.organization else None
        if whose == identifier and login.plan in PLANS:
            return login.plan.title()
    return None
