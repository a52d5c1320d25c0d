"""What managed settings demand of the login, and how Claude Code enforces it.

Only managed settings enforce; the same keys in user settings change nothing (cases
"forceLogin… @ .claude/settings.json" against "… @ /etc/claude-code/managed-settings.json").
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from billing_lens.billing.credential import Credential, Place, Source
from billing_lens.billing.environment import settings_in_force
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


def under_policy(machine: Machine, active: Credential) -> Credential:
    """Return the credential in charge as the policy leaves it: working or refused at the start.

    A pinned organization refuses environment keys outright and logins of another organization.
    Claude Code asks the network whose login it is; the cached account stands for the answer here.
    """
    organizations = managed_policy(machine).organizations
    if organizations is None:
        return active
    if active.source in (Source.API_KEY, Source.AUTH_TOKEN, Source.API_KEY_HELPER):
        return active.failing("Managed settings demand a login of your organization, not a key.")
    known = active.organization.id if active.organization else None
    is_login = active.source in (Source.CLAUDE_AI_LOGIN, Source.OAUTH_TOKEN)
    if is_login and known is not None and known not in organizations:
        return active.failing("Managed settings demand a login of another organization.")
    return active
