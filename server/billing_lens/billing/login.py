"""The claude.ai login, the account shown beside it, and the managed key of the state file."""

from __future__ import annotations

from collections.abc import Iterator

from billing_lens.billing.credential import (
    Credential,
    Organization,
    Place,
    Source,
    place_in,
)
from billing_lens.config.file import ConfigFile
from billing_lens.config.models import ClaudeAiOauth, ClaudeCredentials, ClaudeState, OauthAccount
from billing_lens.machine.machine import Machine

PLANS = ("max", "pro", "team", "enterprise")
"""The subscription types Claude Code knows; with any other it shows "Claude API account" though
the login is used (cases "creds subscriptionType=…")."""
INFERENCE_SCOPE = "user:inference"


def state_file(machine: Machine) -> ConfigFile | None:
    """Return the state file in force: the legacy one beats ``.claude.json`` when both exist."""
    return machine.existing(machine.claude.legacy_state) or machine.existing(machine.claude.state)


def account(machine: Machine) -> tuple[OauthAccount, ConfigFile] | None:
    """Return the cached account and the file it stands in. It is for display and can be stale."""
    file = state_file(machine)
    state = file.model(ClaudeState) if file else None
    return (state.oauthAccount, file) if file and state and state.oauthAccount else None


def find_login(machine: Machine) -> Iterator[Credential]:
    """Yield the claude.ai login, usable or not, if its file is there."""
    file = machine.existing(machine.claude.credentials)
    if file is None:
        return
    credentials = file.model(ClaudeCredentials)
    login = credentials.claudeAiOauth if credentials else None
    if login is None:
        reason = "Claude Code cannot read a login from this file."
        yield Credential(Source.CLAUDE_AI_LOGIN, place_in(file)).unusable(reason)
        return
    yield _judge(_describe(machine, file, login), login, machine.now_ms)


def _describe(machine: Machine, file: ConfigFile, login: ClaudeAiOauth) -> Credential:
    known = account(machine)
    cached = known[0] if known else None
    identifier = cached.organizationUuid if cached else None
    return Credential(
        Source.CLAUDE_AI_LOGIN,
        place_in(file, "/claudeAiOauth"),
        organization=Organization(identifier, cached.organizationName if cached else None)
        if identifier
        else None,
        email=cached.emailAddress if cached else None,
        plan=login.subscriptionType,
        tier=_tier(login.rateLimitTier),
    )


def _judge(credential: Credential, login: ClaudeAiOauth, now_ms: int) -> Credential:
    if not (login.accessToken or "").strip():
        return credential.unusable("The login holds no access token.")
    if INFERENCE_SCOPE not in (login.scopes or ()):
        return credential.unusable(f"The login lacks the scope {INFERENCE_SCOPE}.")
    expired = login.expiresAt is not None and login.expiresAt <= now_ms
    if expired and not login.refreshToken:
        return credential.failing("The login has expired and cannot be renewed.")
    return credential


def _tier(rate_limit_tier: str | None) -> str | None:
    """Return ``20x`` for ``default_claude_max_20x``."""
    for tier in ("20x", "5x"):
        if rate_limit_tier and rate_limit_tier.endswith(f"max_{tier}"):
            return tier
    return None


def find_managed_key(machine: Machine) -> Iterator[Credential]:
    """Yield the API key that ``/login`` with a Console account left in the state file."""
    file = state_file(machine)
    state = file.model(ClaudeState) if file else None
    if file and state and (state.primaryApiKey or "").strip():
        yield Credential(Source.MANAGED_KEY, Place(file.path, "/primaryApiKey"))
