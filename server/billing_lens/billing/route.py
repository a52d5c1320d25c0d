"""The route: which credential is in charge, why, and who pays."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct
from msgspec.structs import replace

from billing_lens.billing.addresses import BASE_URL, base_url_of, read_base_url
from billing_lens.billing.credential import (
    Credential,
    Organization,
    ProfileKind,
    State,
    describe_source,
    short_id,
)
from billing_lens.billing.environment import Environment, is_managed_by_host
from billing_lens.billing.forced_login import under_policy
from billing_lens.billing.key import (
    find_api_key,
    find_api_key_helper,
    find_auth_token,
    find_cloud_provider,
    find_custom_headers,
    find_oauth_token,
    headers_in,
    is_header_name,
    useless_scopes,
)
from billing_lens.billing.login import (
    PLANS,
    account,
    find_gateway_session,
    find_login,
    find_managed_key,
)
from billing_lens.billing.place import Place
from billing_lens.billing.precedence import Order, Surface, in_order, order_for, surface_of
from billing_lens.billing.profile import find_federation, find_profiles
from billing_lens.billing.sources import (
    SOURCES,
    Billing,
    Family,
    Source,
    beginning_a_sentence,
    provider_name,
)
from billing_lens.billing.start import Refusal, why_not_started, why_provider_refused
from billing_lens.machine.machine import Machine, Mode
from billing_lens.machine.version import Versions


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
    found = tuple(
        _as_started(machine, environment, credential)
        for credential in _find_credentials(machine, environment, mode, surface)
    )
    order = order_for(surface, found, machine.version)
    ranked = _ranked(order, found)
    active = next((credential for credential in ranked if credential.state is State.ACTIVE), None)
    refusal = why_not_started(machine, environment)
    if active is None or refusal:
        return _no_route(machine, mode, ranked, refusal)
    active = under_policy(machine, active)
    if active.source is not Source.CLOUD_PROVIDER:
        active = _as_sent(active, environment)
    host, host_place = _at_host(active, environment)
    if refusal := why_provider_refused(machine, active, host):
        return _no_route(machine, mode, ranked, refusal)
    route = replace(_describe(mode, active, ranked, host), host_place=host_place)
    return replace(route, reason=route.reason + _side_effect(route))


def _as_sent(active: Credential, environment: Environment) -> Credential:
    """Return a credential as failing where no request can be made with it at all."""
    address = environment.get(BASE_URL)
    if address and not base_url_of(environment).is_valid:
        return active.failing(f"{BASE_URL} is no address that Claude Code can use.", address.place)
    headers = environment.get("ANTHROPIC_CUSTOM_HEADERS")
    if headers and not all(map(is_header_name, headers_in(headers))):
        reason = "ANTHROPIC_CUSTOM_HEADERS holds a name that no header can have."
        return active.failing(reason, headers.place)
    return active


def _find_credentials(
    machine: Machine, environment: Environment, mode: Mode, surface: Surface
) -> Iterator[Credential]:
    yield from find_gateway_session(machine)
    yield from find_cloud_provider(machine, environment)
    yield from find_custom_headers(environment)
    yield from find_auth_token(environment)
    yield from find_api_key_helper(machine, surface)
    yield from find_api_key(machine, environment, mode, surface)
    yield from find_oauth_token(machine, environment)
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


def _as_started(machine: Machine, environment: Environment, credential: Credential) -> Credential:
    """Return a credential as whoever starts Claude Code lets it count.

    Stored logins do not count under a host application, nor beside a token whose scopes lack the
    one for models (cases "follow host-managed …", "follow scopes …").
    """
    family = SOURCES[credential.source].family
    if not credential.can_be_chosen or family not in (*STORED, Family.PROFILE):
        return credential
    is_stored = credential.source is not Source.OAUTH_TOKEN and credential.profile_kind not in (
        ProfileKind.EXPLICIT,
        ProfileKind.FEDERATED,
    )
    if is_stored and is_managed_by_host(machine) and machine.version in HOSTS_IGNORE_LOGINS:
        return credential.ignored("The program that starts Claude Code decides who pays.")
    if family is not Family.STORED_KEY and useless_scopes(machine, environment):
        return credential.ignored("CLAUDE_CODE_OAUTH_SCOPES leaves nothing but a managed key.")
    return credential


HOSTS_IGNORE_LOGINS = Versions(">=2.1.177")
"""At 2.1.200 and later; not at 2.1.176 (cases "follow host-managed")."""
STORED = (Family.LOGIN, Family.STORED_KEY)


def _ranked(order: Order, found: tuple[Credential, ...]) -> tuple[Credential, ...]:
    """Return the credentials by precedence, each with what becomes of it and why."""
    ranked: list[Credential] = []
    active: Credential | None = None
    for credential in in_order(order, found):
        if credential.source not in order.sources and credential.can_be_chosen:
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


def _behind(active: Credential, credential: Credential) -> Credential:
    facts = SOURCES[active.source]
    along = credential.is_key_header and facts.family is not Family.PROVIDER
    if not active.sends_key and (along or credential.source in facts.sent_along):
        reason = f"Sent along, but {describe_source(active)} decides."
        return replace(credential, state=State.ALSO_SENT, reason=reason)
    reason = beginning_a_sentence(f"{describe_source(active)} comes first.")
    return replace(credential, state=State.SHADOWED, reason=reason)


def _why_active(credential: Credential) -> str:
    if credential.profile_kind is ProfileKind.EXPLICIT:
        return f"ANTHROPIC_PROFILE selects the profile '{credential.profile}'."
    return SOURCES[credential.source].why_active.format(profile=credential.profile)


def _at_host(active: Credential, environment: Environment) -> tuple[str | None, Place | None]:
    """Return the host requests go to when it is not Anthropic's own, and what names it.

    ANTHROPIC_BASE_URL comes before a profile's own address (cases "profile base_url …").
    """
    if active.source is Source.CLOUD_PROVIDER:
        return active.host, active.place if active.host else None
    variable = environment.get(BASE_URL)
    if variable:
        host = base_url_of(environment).host
        return host, variable.place if host else None
    if active.source is Source.PROFILE and active.host:
        host = read_base_url(active.host).host
        return host, replace(active.place, pointer="/base_url") if host else None
    return None, None


def _side_effect(route: Route) -> str:
    """Return what else happens to the credential in charge.

    The subscription's token goes to whatever host is named (case "ANTHROPIC_BASE_URL + …"), which
    Claude Code's own status does not show.
    """
    if route.host and route.billing is Billing.SUBSCRIPTION:
        return f" Your subscription's token is sent to {route.host} ({BASE_URL})."
    return ""


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
    mode: Mode,
    active: Credential,
    ranked: tuple[Credential, ...],
    host: str | None,
) -> Route:
    billing = _billing(active, host)
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


def _billing(active: Credential, host: str | None) -> Billing:
    billing = active.billing or SOURCES[active.source].billing
    metered = billing is Billing.API_USAGE or active.source is Source.CUSTOM_HEADERS
    return Billing.GATEWAY if host and metered and billing is not Billing.SUBSCRIPTION else billing


def _label(active: Credential, billing: Billing, host: str | None) -> str:
    if billing is Billing.CLOUD_PROVIDER:
        return provider_name(active.provider)
    if billing is Billing.GATEWAY:
        return f"Gateway {host}"
    if active.source is Source.CLAUDE_AI_LOGIN:
        plan = f" {active.plan.title()}" if active.plan in PLANS else " subscription"
        tier = f" {active.tier}" if active.tier and active.plan == "max" else ""
        return f"Claude{plan}{tier}" if billing is Billing.SUBSCRIPTION else "Claude login"
    if billing is Billing.SUBSCRIPTION:
        kind = "OAuth token" if active.source is Source.OAUTH_TOKEN else "custom headers"
        return f"Claude subscription ({kind})"
    if billing is Billing.UNKNOWN:
        return "Unknown payer (custom headers)"
    whose = f" (organization {short_id(active.organization.id)})" if active.organization else ""
    return f"API usage{whose}"
