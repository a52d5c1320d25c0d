"""The route: which credential is in charge, why, and who pays."""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum

from msgspec import Struct
from msgspec.structs import replace

from billing_lens.billing.credential import (
    Credential,
    Organization,
    ProfileKind,
    Source,
    State,
    short_id,
)
from billing_lens.billing.environment import Environment
from billing_lens.billing.forced_login import under_policy
from billing_lens.billing.key import (
    find_api_key,
    find_api_key_helper,
    find_auth_token,
    find_cloud_provider,
    find_oauth_token,
)
from billing_lens.billing.login import PLANS, account, find_login, find_managed_key
from billing_lens.billing.place import Place
from billing_lens.billing.precedence import Order, Surface, order_for, surface_of
from billing_lens.billing.profile import find_federation, find_profiles
from billing_lens.billing.start import Refusal, why_not_started
from billing_lens.machine.machine import Machine, Mode

BASE_URL = "ANTHROPIC_BASE_URL"
FIRST_PARTY_DOMAIN = "anthropic.com"

PROVIDER_NAMES = {
    "bedrock": "Amazon Bedrock",
    "vertex": "Google Vertex AI",
    "foundry": "Microsoft Foundry",
    "mantle": "Mantle",
    "anthropicAws": "Anthropic on AWS",
}


class Billing(str, Enum):
    """Who pays."""

    SUBSCRIPTION = "subscription"
    API_USAGE = "api_usage"
    CLOUD_PROVIDER = "cloud_provider"
    GATEWAY = "gateway"
    NONE = "none"
    UNKNOWN = "unknown"


class Route(Struct, frozen=True):
    """The answer for one machine in one mode. `place` is None when nothing is in charge."""

    mode: Mode
    source: Source
    billing: Billing
    label: str
    reason: str
    works: bool | None
    place: Place | None
    credentials: tuple[Credential, ...]
    organization: Organization | None = None
    email: str | None = None
    plan: str | None = None
    tier: str | None = None
    profile: str | None = None
    profile_kind: ProfileKind | None = None
    provider: str | None = None
    host: str | None = None
    """The host requests go to when it is not Anthropic's own."""
    host_place: Place | None = None
    """Where that host is set."""
    fault: Place | None = None
    """The text to blame when it does not work, where there is one."""
    starts: bool = True
    """Whether Claude Code starts at all."""

    def credentials_from(self, *sources: Source) -> Iterator[Credential]:
        """Yield the credentials found for these sources, in the order of precedence."""
        return (credential for credential in self.credentials if credential.source in sources)


def resolve_route(machine: Machine, mode: Mode) -> Route:
    """Return which credential Claude Code would use on `machine` in `mode`, and who pays."""
    environment = Environment(machine, mode)
    surface = surface_of(machine, environment)
    found = tuple(_find_credentials(machine, environment, mode, surface))
    order = order_for(surface, found, machine.version)
    ranked = _ranked(order, found)
    active = next((credential for credential in ranked if credential.state is State.ACTIVE), None)
    refusal = why_not_started(machine, environment)
    if active is None or refusal:
        return _no_route(machine, mode, ranked, refusal)
    active = under_policy(machine, active)
    route = _describe(machine, mode, active, ranked, _host(environment))
    if route.host and (variable := environment.get(BASE_URL)):
        route = replace(route, host_place=variable.place)
    return replace(route, reason=" ".join((route.reason, *_side_effects(route, environment))))


def _find_credentials(
    machine: Machine, environment: Environment, mode: Mode, surface: Surface
) -> Iterator[Credential]:
    yield from find_cloud_provider(environment)
    yield from find_auth_token(environment)
    yield from find_api_key_helper(machine, surface)
    yield from find_api_key(machine, environment, mode, surface)
    yield from find_oauth_token(environment)
    federation = list(find_federation(machine, environment))
    yield from federation
    federated = any(credential.can_be_chosen for credential in federation)
    for profile in find_profiles(machine, environment):
        outranked = federated and profile.profile_kind is not ProfileKind.EXPLICIT
        if outranked and profile.can_be_chosen:
            yield profile.ignored("The federation variables come before the active profile.")
        else:
            yield profile
    yield from find_login(machine)
    yield from find_managed_key(machine)


def _ranked(order: Order, found: tuple[Credential, ...]) -> tuple[Credential, ...]:
    """Return the credentials by precedence, each with what becomes of it and why."""
    unlisted = len(order.sources)
    position = {source: index for index, source in enumerate(order.sources)}
    by_rank = sorted(found, key=lambda credential: position.get(credential.source, unlisted))
    ranked: list[Credential] = []
    active: Credential | None = None
    for credential in by_rank:
        if credential.source not in position and credential.can_be_chosen:
            ranked.append(credential.ignored(f"Not used in this kind of run ({order.name})."))
        elif not credential.can_be_chosen:
            ranked.append(credential)
        elif active is None:
            active = replace(
                credential, state=State.ACTIVE, reason=credential.reason or _why_active(credential)
            )
            ranked.append(active)
        else:
            ranked.append(_behind(active, credential))
    return tuple(ranked)


_SENT_ALONG = {
    Source.AUTH_TOKEN: (Source.API_KEY, Source.API_KEY_HELPER, Source.MANAGED_KEY),
    Source.API_KEY_HELPER: (Source.API_KEY,),
}
"""What travels as ``x-api-key`` beside a bearer token (cases "authtok+apikey", "authtok+prim",
"helper+apikey"). The bearer decides who pays."""


def _behind(active: Credential, credential: Credential) -> Credential:
    if credential.source in _SENT_ALONG.get(active.source, ()):
        reason = f"Sent along, but {describe_source(active)} decides."
        return replace(credential, state=State.ALSO_SENT, reason=reason)
    reason = beginning_a_sentence(f"{describe_source(active)} comes first.")
    return replace(credential, state=State.SHADOWED, reason=reason)


def beginning_a_sentence(text: str) -> str:
    """Return `text` with a capital letter, unless a name such as apiKeyHelper begins it."""
    first = text.partition(" ")[0]
    return text[:1].upper() + text[1:] if first.islower() else text


_WHY_ACTIVE = {
    Source.CLOUD_PROVIDER: "A cloud provider is switched on; it comes before everything else.",
    Source.AUTH_TOKEN: "ANTHROPIC_AUTH_TOKEN is set; it comes before keys and logins.",
    Source.API_KEY: "ANTHROPIC_API_KEY is set; it comes before every login.",
    Source.API_KEY_HELPER: "apiKeyHelper is set; it comes before every login.",
    Source.OAUTH_TOKEN: "CLAUDE_CODE_OAUTH_TOKEN is set; it comes before the stored login.",
    Source.FEDERATION: "The federation variables are set; they come before the login.",
    Source.CLAUDE_AI_LOGIN: "You are logged in, and nothing that comes before the login is set.",
    Source.MANAGED_KEY: "An API key from a Console login is stored in Claude Code's state file.",
}


def _why_active(credential: Credential) -> str:
    if credential.source is Source.PROFILE and credential.profile_kind is ProfileKind.EXPLICIT:
        return f"ANTHROPIC_PROFILE selects the profile '{credential.profile}'."
    if credential.source is Source.PROFILE:
        return f"The profile '{credential.profile}' of the ant CLI is active."
    return _WHY_ACTIVE[credential.source]


def label_of(credential: Credential) -> str:
    """Return the credential as a row of a list says it: "The profile 'default'"."""
    return beginning_a_sentence(describe_source(credential))


def describe_source(credential: Credential) -> str:
    """Return the credential in a few words for a sentence: "the profile 'default'"."""
    if credential.source is Source.PROFILE:
        return f"the profile '{credential.profile}'"
    return {
        Source.CLOUD_PROVIDER: PROVIDER_NAMES.get(credential.provider or "", "a cloud provider"),
        Source.AUTH_TOKEN: "ANTHROPIC_AUTH_TOKEN",
        Source.API_KEY: "ANTHROPIC_API_KEY",
        Source.API_KEY_HELPER: "apiKeyHelper",
        Source.OAUTH_TOKEN: "CLAUDE_CODE_OAUTH_TOKEN",
        Source.FEDERATION: "workload identity federation",
        Source.CLAUDE_AI_LOGIN: "the claude.ai login",
        Source.MANAGED_KEY: "the /login managed key",
    }.get(credential.source, "nothing")


def _host(environment: Environment) -> str | None:
    """Return the host of ANTHROPIC_BASE_URL unless it is Anthropic's own."""
    base_url = environment.get(BASE_URL)
    if base_url is None:
        return None
    from urllib.parse import urlsplit  # noqa: PLC0415 most runs need none of it

    try:
        host = urlsplit(base_url.value.strip()).hostname
    except ValueError:
        return None
    first_party = host and (host == FIRST_PARTY_DOMAIN or host.endswith("." + FIRST_PARTY_DOMAIN))
    return None if first_party else host


def _side_effects(route: Route, environment: Environment) -> Iterator[str]:
    """Yield what else happens to the credential in charge.

    The subscription's token goes to whatever host is named (case "ANTHROPIC_BASE_URL + …"), and a
    header of one's own replaces Claude Code's; its status shows neither.
    """
    if route.host and route.source in (Source.CLAUDE_AI_LOGIN, Source.OAUTH_TOKEN):
        yield f"Your subscription's token is sent to {route.host} (ANTHROPIC_BASE_URL)."
    headers = environment.get("ANTHROPIC_CUSTOM_HEADERS")
    lines = headers.value.splitlines() if headers else []
    if any(line.partition(":")[0].strip().lower() == "authorization" for line in lines):
        yield "ANTHROPIC_CUSTOM_HEADERS replaces the credential that is sent."


def _no_route(
    machine: Machine, mode: Mode, ranked: tuple[Credential, ...], refusal: Refusal | None
) -> Route:
    if refusal:
        idle = tuple(_not_reached(credential) for credential in ranked)
        return Route(
            mode,
            Source.NONE,
            Billing.NONE,
            "Claude Code does not start",
            refusal.reason,
            works=False,
            place=refusal.place,
            credentials=idle,
            starts=False,
        )
    known = account(machine)
    nothing = "No secret that Claude Code could use is set in this job."
    return Route(
        mode,
        Source.NONE,
        Billing.NONE,
        "Not logged in",
        nothing if machine.in_ci else "No credential that Claude Code could use was found.",
        works=False,
        place=Place(known[1].path, "/oauthAccount") if known else None,
        credentials=ranked,
    )


def _not_reached(credential: Credential) -> Credential:
    if not credential.can_be_chosen:
        return credential
    return credential.ignored("Claude Code does not get as far as this.")


def _describe(
    machine: Machine,
    mode: Mode,
    active: Credential,
    ranked: tuple[Credential, ...],
    host: str | None,
) -> Route:
    host = None if active.source is Source.CLOUD_PROVIDER else host
    billing = _billing(machine, active, host)
    return Route(
        mode,
        active.source,
        billing,
        _label(active, billing, host),
        active.reason,
        active.works,
        active.place,
        ranked,
        active.organization,
        active.email,
        active.plan,
        active.tier,
        active.profile,
        active.profile_kind,
        active.provider,
        host,
        fault=active.fault,
    )


def _billing(machine: Machine, active: Credential, host: str | None) -> Billing:
    if active.source is Source.CLOUD_PROVIDER:
        return Billing.CLOUD_PROVIDER
    if active.source is Source.OAUTH_TOKEN:
        return Billing.SUBSCRIPTION
    if active.source is Source.CLAUDE_AI_LOGIN:
        subscribed = active.plan in PLANS or account_is_subscribed(machine)
        return Billing.SUBSCRIPTION if subscribed else Billing.UNKNOWN
    return Billing.GATEWAY if host else Billing.API_USAGE


def account_is_subscribed(machine: Machine) -> bool:
    """Return whether the cached account shows a subscription.

    It tells what a login is that lost its plan (anthropics/claude-code#30185).
    """
    known = account(machine)
    if known is None:
        return False
    kind, billing = known[0].organizationType or "", known[0].billingType or ""
    return kind.startswith("claude_") or billing.endswith("_subscription")


def _label(active: Credential, billing: Billing, host: str | None) -> str:
    if active.source is Source.CLOUD_PROVIDER:
        return PROVIDER_NAMES.get(active.provider or "", "Cloud provider")
    if active.source is Source.OAUTH_TOKEN:
        return "Claude subscription (OAuth token)"
    if active.source is Source.CLAUDE_AI_LOGIN:
        plan = f" {active.plan.title()}" if active.plan in PLANS else " subscription"
        tier = f" {active.tier}" if active.tier and active.plan == "max" else ""
        return f"Claude{plan}{tier}" if billing is Billing.SUBSCRIPTION else "Claude login"
    if billing is Billing.GATEWAY:
        return f"Gateway {host}"
    whose = f" (organization {short_id(active.organization.id)})" if active.organization else ""
    return f"API usage{whose}"
