"""The claude.ai login, the account shown beside it, and the managed key of the state file."""

from __future__ import annotations

import re
from collections.abc import Iterator

from msgspec.structs import replace

from billing_lens.billing.addresses import read_base_url
from billing_lens.billing.credential import Credential, Organization
from billing_lens.billing.place import Place, place_in
from billing_lens.billing.sources import GATEWAY, Billing, Source
from billing_lens.config.file import ConfigFile
from billing_lens.config.kinds import Platform
from billing_lens.config.models import ClaudeAiOauth, ClaudeCredentials, ClaudeState, OauthAccount
from billing_lens.machine.keychain import KeychainState
from billing_lens.machine.machine import Machine
from billing_lens.machine.version import Versions

PLANS = ("max", "pro", "team", "enterprise")
"""The subscription types Claude Code knows; with any other it shows "Claude API account" though
the login is used (cases "creds subscriptionType=…")."""
INFERENCE_SCOPE = "user:inference"

KEYCHAIN_REASONS = {
    KeychainState.LOCKED: "The keychain could not be looked at: it is locked or refuses. Unlock it"
    " with `security unlock-keychain` and look again.",
    KeychainState.NO_ANSWER: "The keychain could not be looked at: it did not answer in time.",
    KeychainState.UNAVAILABLE: "The keychain could not be looked at: there is no program"
    " `security`.",
    KeychainState.NOT_LOOKED_AT: "The keychain was not looked at: it belongs to no home but your"
    " own. A login may be there.",
}
"""What to say when it is not known whether the keychain holds a login."""
UNREAD_LOGIN = (
    "The keychain holds Claude Code's entry; its scopes and expiry could not be checked, for the"
    " secret is not read."
)
NO_LOGIN_BUT_A_KEY = (
    "The keychain's entry is taken for one of MCP servers alone: there is a managed key, and the"
    " account is not a subscription's."
)
UNREAD_KEY = "The keychain holds a managed key; it could not be checked, for it is not read."
BEHIND_KEYCHAIN = "Claude Code takes the login from the keychain, and from here when it cannot."


def state_file(machine: Machine) -> ConfigFile | None:
    """Return the state file in force: a legacy one that holds anything beats ``.claude.json``."""
    legacy = machine.existing(machine.claude.legacy_state)
    if legacy and legacy.entry.data:
        return legacy
    return machine.existing(machine.claude.state)


def account(machine: Machine) -> tuple[OauthAccount, ConfigFile] | None:
    """Return the cached account and the file it stands in. It is for display and can be stale."""
    file = state_file(machine)
    state = file.model(ClaudeState) if file else None
    return (state.oauthAccount, file) if file and state and state.oauthAccount else None


def find_login(machine: Machine) -> Iterator[Credential]:
    """Yield the claude.ai login, usable or not, where there is one.

    On macOS the keychain's comes first; the file counts when the keychain has none or refuses
    (measured on 2.1.112 as machine/keychain.py says; the file is written when the keychain refuses,
    https://code.claude.com/docs/en/authentication#credential-management).
    """
    in_file = list(_login_in_file(machine))
    usable = any(login.can_be_chosen for login in in_file)
    yield from _login_in_keychain(machine, fallback=usable)
    behind = machine.keychain.login.state is KeychainState.PRESENT
    for login in in_file:
        yield login.ignored(BEHIND_KEYCHAIN) if behind and login.can_be_chosen else login


def _login_in_keychain(machine: Machine, *, fallback: bool) -> Iterator[Credential]:
    """Yield the keychain's login, or why it is not known whether there is one.

    `fallback` says whether a file has one; then it need not be said that nobody looked.
    """
    entry = machine.keychain.login
    if machine.platform is not Platform.DARWIN or entry.state is KeychainState.ABSENT:
        return
    place = Place(keychain=entry.service)
    if entry.state is not KeychainState.PRESENT:
        if not fallback or entry.state is not KeychainState.NOT_LOOKED_AT:
            reason = KEYCHAIN_REASONS[entry.state]
            yield Credential(Source.CLAUDE_AI_LOGIN, place).unusable(reason)
        return
    known = account(machine)
    kind = (known[0].organizationType or "") if known else ""
    tier = _tier(known[0].organizationRateLimitTier) if known else None
    plan = kind.removeprefix("claude_") if kind.startswith("claude_") else None
    if plan is None and any(find_managed_key(machine)):
        yield Credential(Source.CLAUDE_AI_LOGIN, place).unusable(NO_LOGIN_BUT_A_KEY)
        return
    login = _of_account(machine, place)
    yield replace(
        login,
        plan=plan,
        tier=tier,
        billing=_billing_of(machine, plan),
        works=None,
        reason=UNREAD_LOGIN,
    )


def _login_in_file(machine: Machine) -> Iterator[Credential]:
    file = machine.existing(machine.claude.credentials)
    if file is None:
        return
    credentials = file.model(ClaudeCredentials)
    login = credentials.claudeAiOauth if credentials else None
    if login is None and isinstance(file.value, dict):
        return  # Logged out: what is left belongs to MCP servers, if there is anything.
    if login is None:
        reason = "Claude Code cannot read a login from this file."
        yield Credential(Source.CLAUDE_AI_LOGIN, place_in(file)).unusable(reason)
        return
    described = replace(
        _of_account(machine, place_in(file, "/claudeAiOauth")),
        plan=login.subscriptionType,
        tier=_tier(login.rateLimitTier),
        billing=_billing_of(machine, login.subscriptionType),
    )
    yield _judge(described, login, machine.now_ms)


def _billing_of(machine: Machine, plan: str | None) -> Billing:
    subscribed = plan in PLANS or account_is_subscribed(machine)
    return Billing.SUBSCRIPTION if subscribed else Billing.UNKNOWN


def account_is_subscribed(machine: Machine) -> bool:
    """Return whether the cached account shows a subscription.

    It tells what a login is that lost its plan (anthropics/claude-code#30185).
    """
    known = account(machine)
    if known is None:
        return False
    kind, billing = known[0].organizationType or "", known[0].billingType or ""
    return kind.startswith("claude_") or billing.endswith("_subscription")


def _of_account(machine: Machine, place: Place) -> Credential:
    """Return a login with what the cached account says of its owner."""
    known = account(machine)
    cached = known[0] if known else None
    identifier = cached.organizationUuid if cached else None
    return Credential(
        Source.CLAUDE_AI_LOGIN,
        place,
        organization=Organization(identifier, cached.organizationName if cached else None)
        if identifier
        else None,
        email=cached.emailAddress if cached else None,
    )


def _judge(credential: Credential, login: ClaudeAiOauth, now_ms: int) -> Credential:
    if not login.accessToken:
        fault = _within(credential, "accessToken")
        return credential.unusable("The login holds no access token.", fault)
    if INFERENCE_SCOPE not in (login.scopes or ()):
        fault = _within(credential, "scopes")
        return credential.unusable(f"The login lacks the scope {INFERENCE_SCOPE}.", fault)
    # Scopes written as one string: the login is sent, yet not seen beside a profile.
    credential = replace(credential, unseen=isinstance(login.scopes, str))
    expired = login.expiresAt is not None and login.expiresAt <= now_ms
    if expired and not login.refreshToken:
        fault = _within(credential, "expiresAt")
        return credential.failing("The login has expired and cannot be renewed.", fault)
    return credential


def _within(credential: Credential, name: str) -> Place:
    """Return the place of one member of the login."""
    place = credential.place
    return replace(place, pointer=f"{place.pointer}/{name}")


def _tier(rate_limit_tier: str | None) -> str | None:
    """Return ``20x`` for ``default_claude_max_20x``."""
    for tier in ("20x", "5x"):
        if rate_limit_tier and rate_limit_tier.endswith(f"max_{tier}"):
            return tier
    return None


GATEWAY_SESSIONS = Versions(">=2.1.147")
"""Measured at 2.1.252 and later; not at 2.1.146."""
_FINGERPRINT = r"[0-9a-f]{64}"


def find_gateway_session(machine: Machine) -> Iterator[Credential]:
    """Yield the session of a gateway that somebody signed in to, usable or not.

    It comes before everything else. Without a trusted certificate, or once it has expired and
    cannot be renewed, Claude Code falls back to the login; whether the certificate is the gateway's
    own is for the network to say.
    """
    file = machine.existing(machine.claude.credentials)
    credentials = file.model(ClaudeCredentials) if file else None
    session = credentials.enterpriseGateway if credentials else None
    if file is None or credentials is None or session is None:
        return
    host = read_base_url(session.url or "").host
    found = Credential(
        Source.CLOUD_PROVIDER,
        place_in(file, "/enterpriseGateway"),
        provider=GATEWAY.word,
        host=host,
        email=session.email,
        billing=Billing.GATEWAY,
    )
    trusted = (credentials.gatewayTrust or {}).get(host or "", "")
    expired = session.expiresAt is not None and session.expiresAt <= machine.now_ms
    if machine.version not in GATEWAY_SESSIONS:
        yield found.ignored("This version of Claude Code does not know gateway sessions yet.")
    elif not host or not session.jwt:
        yield found.unusable("The gateway's session has no address or no token.")
    elif not re.fullmatch(_FINGERPRINT, trusted):
        yield found.unusable("The gateway's certificate is not trusted.")
    elif expired and not session.idpRefreshToken:
        yield found.unusable("The gateway's session has expired and cannot be renewed.")
    else:
        yield replace(found, reason="You are signed in to a gateway; it comes before all others.")


def find_managed_key(machine: Machine) -> Iterator[Credential]:
    """Yield the API key that ``/login`` with a Console account left in the state file.

    On macOS it is in the keychain (measured on 2.1.112, with that of the state file as well; which
    of two different ones is sent was not).
    """
    entry = machine.keychain.managed_key
    if machine.platform is Platform.DARWIN and entry.state is KeychainState.PRESENT:
        place = Place(keychain=entry.service)
        yield Credential(Source.MANAGED_KEY, place, works=None, reason=UNREAD_KEY)
    file = state_file(machine)
    state = file.model(ClaudeState) if file else None
    if file and state and isinstance(key := state.primaryApiKey, str) and key.strip():
        yield Credential(Source.MANAGED_KEY, Place(file.path, "/primaryApiKey"))
