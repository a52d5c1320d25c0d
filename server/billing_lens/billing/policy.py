"""What managed settings demand of the login, and how Claude Code enforces it.

Only managed settings enforce; the same keys in user settings change nothing (cases
"forceLogin… @ .claude/settings.json" against "… @ /etc/claude-code/managed-settings.json").
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from billing_lens.billing.credential import Credential, Place, Source
from billing_lens.billing.environment import settings_in_force
from billing_lens.billing.versions import Versions
from billing_lens.config.kinds import Scope
from billing_lens.config.models import ClaudeSettings
from billing_lens.machine.machine import Machine


@dataclass(frozen=True)
class Policy:
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


_KEYS = (Source.API_KEY, Source.AUTH_TOKEN, Source.API_KEY_HELPER)
_LOGINS = (Source.CLAUDE_AI_LOGIN, Source.OAUTH_TOKEN)
_PROFILES = (Source.PROFILE, Source.FEDERATION)

PROFILES_REFUSED = Versions("<2.1.169")
"""So long (at 2.1.146) a demanded login refused profiles too; they pass at 2.1.330."""
METHODS = ("claudeai", "console")
GATEWAY = "gateway"


def under_policy(machine: Machine, active: Credential) -> Credential:
    """Return the credential in charge as the policy leaves it: working or refused at the start.

    Any demand refuses keys and tokens of the environment. A pinned organization also refuses logins
    of another one: Claude Code asks the network whose login it is, and the cached account stands
    for the answer here. Which method is demanded makes no difference to a stored login. Cases
    "forceLogin… @ /etc/claude-code/managed-settings.json" and "managed org …".
    """
    policy = managed_policy(machine)
    organizations, source = policy.organizations, active.source
    demanded = organizations is not None or policy.method in METHODS
    if policy.method == GATEWAY and source is not Source.CLOUD_PROVIDER:
        return active.failing("Managed settings demand a gateway's login.")
    if not demanded or source is Source.CLOUD_PROVIDER:
        return active
    if source in _KEYS or (source in _PROFILES and machine.version in PROFILES_REFUSED):
        return active.failing("Managed settings demand a login of your organization.")
    if organizations == () and source not in _PROFILES:
        return active.failing("Managed settings allow no organization to log in.")
    known = active.organization.id if active.organization else None
    other = bool(organizations) and known is not None and known not in organizations
    if source in _LOGINS and other:
        return active.failing("Managed settings demand a login of another organization.")
    return active
