"""What managed settings demand of the login, and how Claude Code enforces it.

Only managed settings enforce; the same keys in user settings change nothing (cases
"forceLogin… @ .claude/settings.json" against "… @ /etc/claude-code/managed-settings.json").
"""

from __future__ import annotations

from msgspec import Struct
from msgspec.structs import replace

from billing_lens.billing.credential import Credential
from billing_lens.billing.environment import is_ignored, settings_in_force
from billing_lens.billing.place import Place
from billing_lens.billing.sources import SOURCES, Family, Source
from billing_lens.config.file_entry import FileState
from billing_lens.config.kinds import Kind, Scope
from billing_lens.config.models import ClaudeSettings
from billing_lens.machine.machine import Machine
from billing_lens.machine.version import Versions


class Policy(Struct, frozen=True):
    """The demands in force. `organizations` is None when any will do, empty when none may."""

    method: str | None = None
    organizations: tuple[str, ...] | None = None
    place: Place | None = None


def managed_policy(machine: Machine) -> Policy:
    """Return what the managed settings demand, an empty policy when they demand nothing."""
    policy = Policy()
    for file in settings_in_force(machine):
        settings = file.model(ClaudeSettings) if file.scope is Scope.MANAGED else None
        if settings is None:
            continue
        if settings.forceLoginMethod is not None:
            place = policy.place or Place(file.path, "/forceLoginMethod")
            policy = replace(policy, method=settings.forceLoginMethod, place=place)
        forced = settings.forceLoginOrgUUID
        if forced is not None:
            organizations = (forced,) if isinstance(forced, str) else tuple(forced)
            place = Place(file.path, "/forceLoginOrgUUID")
            policy = replace(policy, organizations=organizations, place=place)
    return policy


_STORED = (Family.LOGIN, Family.STORED_KEY)

PROFILES_REFUSED = Versions("<2.1.169")
"""So long (at 2.1.146) a demanded login refused profiles too; they pass at 2.1.330."""
METHODS = ("claudeai", "console")
GATEWAY = "gateway"
DIRECTORIES_STOP_ALL = Versions(">=2.1.284")
UNREAD_STOPS_LOGINS = Versions("<2.1.169")


def _unread_policy(machine: Machine, active: Credential) -> str | None:
    """Return why a managed file that cannot be read stops the credential in charge.

    Cases "managed directory: …" of 2.1.330 and "managed comment: …" of 2.1.146.
    """
    family = SOURCES[active.source].family
    for file in machine.files_of(Kind.CLAUDE_SETTINGS, Scope.MANAGED):
        directory = file.entry.state is FileState.DIRECTORY
        if directory and machine.version in DIRECTORIES_STOP_ALL:
            return "A directory stands in place of the managed settings."
        stops = machine.version in UNREAD_STOPS_LOGINS and family in _STORED
        if stops and is_ignored(file, machine):
            return "The managed settings cannot be read, so no stored login is accepted."
    return None


def under_policy(machine: Machine, active: Credential) -> Credential:
    """Return the credential in charge as the policy leaves it: working or refused at the start.

    Any demand refuses keys and tokens of the environment. A pinned organization also refuses logins
    of another one: Claude Code asks the network whose login it is, and the cached account stands
    for the answer here. Which method is demanded makes no difference to a stored login. Cases
    "forceLogin… @ /etc/claude-code/managed-settings.json" and "managed org …".
    """
    unread = _unread_policy(machine, active)
    if unread:
        return active.failing(unread)
    policy = managed_policy(machine)
    organizations, family = policy.organizations, SOURCES[active.source].family
    demanded = organizations is not None or policy.method in METHODS
    if policy.method == GATEWAY and family is not Family.PROVIDER:
        gateway = replace(active, source=Source.CLOUD_PROVIDER, provider=GATEWAY, billing=None)
        return gateway.failing("Managed settings demand a gateway's login.", policy.place)
    if not demanded or family is Family.PROVIDER:
        return active
    is_refused = machine.version in PROFILES_REFUSED
    if family is Family.KEY or (family is Family.PROFILE and is_refused):
        whose = " of your organization" if organizations else ""
        return active.failing(f"Managed settings demand a login{whose}.", policy.place)
    if organizations == () and family is not Family.PROFILE:
        return active.failing("Managed settings allow no organization to log in.", policy.place)
    known = active.organization.id if active.organization else None
    other = bool(organizations) and known is not None and known not in organizations
    if family is Family.LOGIN and other:
        return active.failing(
            "Managed settings demand a login of another organization.", policy.place
        )
    return active
