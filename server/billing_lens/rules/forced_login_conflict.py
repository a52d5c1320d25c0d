"""Rule forced-login-conflict: the login that settings demand is not the one that pays."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from billing_lens.billing.credential import Credential, describe_source, short_id
from billing_lens.billing.environment import settings_in_force
from billing_lens.billing.forced_login import GATEWAY, Policy, managed_policy
from billing_lens.billing.place import Place
from billing_lens.billing.route import Route
from billing_lens.billing.sources import Billing, Source
from billing_lens.config.file import ConfigFile
from billing_lens.config.kinds import Scope
from billing_lens.config.models import ClaudeSettings
from billing_lens.fixes.fix import Fix
from billing_lens.fixes.variable_fixes import variable_fixes
from billing_lens.machine.machine import Machine
from billing_lens.rules.login_diagnosis import login_name, usable_login
from billing_lens.rules.rule import Command, Finding, Related, Verdict, rule
from billing_lens.rules.wrong_payer import commands_for, in_charge, run_of, switching_off
from billing_lens.wishes.severity import Severity

DEMANDED = {"claudeai": Billing.SUBSCRIPTION, "console": Billing.API_USAGE}
LOGINS = {"claudeai": "a claude.ai login", "console": "a Console login"}

LOG_OUT = Command("claude auth logout", "Removes what would still come first.")
LOG_IN = {
    None: Command("claude auth login", "Logs in with the account that is asked for."),
    "claudeai": Command("claude auth login", "Logs in with your claude.ai account."),
    "console": Command("claude auth login --console", "Logs in with your Console account."),
    GATEWAY: Command("claude", "Starts Claude Code; type /login there and sign in."),
}
"""How to log in as each method asks (cases "managed method gateway: key", "… claudeai: ant")."""


@rule(
    "forced-login-conflict",
    severity=Severity.ERROR,
    evidence=(
        "managed method claudeai: sub+key",
        "forceLoginOrgUUID=other, sub @ /etc/claude-code/managed-settings.json",
        "forceLoginMethod=claudeai, prim @ .claude/settings.json",
        "#59348",
        "#56935",
        "#61036",
        "#16489",
    ),
    explains_route=True,
)
def check(machine: Machine, verdict: Verdict) -> Iterator[Finding]:
    """The login that settings demand is not the one in charge."""
    demands: set[Place] = set()
    for route in verdict.routes:
        if route.fault and "/forceLogin" in (route.fault.pointer or ""):
            if route.fault not in demands:
                yield _refused(machine, verdict, route, route.fault)
            demands.add(route.fault)
    for file in settings_in_force(machine):
        if file.scope is not Scope.MANAGED:
            for demand in _demands_of(file):
                yield from _not_met(machine, verdict, demand)


def _refused(machine: Machine, verdict: Verdict, route: Route, place: Place) -> Finding:
    """Return that managed settings refuse what is in charge."""
    policy, active = managed_policy(machine), in_charge(route)
    nobody_may = policy.organizations == () and policy.method != GATEWAY
    hopeless = " Only your administrator can change that." if nobody_may else ""
    return Finding(
        Severity.ERROR if route == verdict.route else Severity.WARNING,
        f"{run_of(verdict, route)}Claude Code refuses to work with {_described(active)}, because "
        f"your administrator's settings {_demanded_by(policy, active)}.{hopeless}",
        place,
        (Related(active.place, "This is what Claude Code would use."),),
        () if nobody_may else switching_off(machine, active),
        () if nobody_may else tuple(_commands(machine, route, policy.method)),
        explains=verdict.runs_paid_by(active),
    )


def _described(active: Credential) -> str:
    if active.source is Source.CLAUDE_AI_LOGIN:
        return f"your {login_name(active)} login"
    if active.source is Source.MANAGED_KEY:
        return "the API key of a Console login"
    return describe_source(active)


def _demanded_by(policy: Policy, active: Credential) -> str:
    if policy.method == GATEWAY:
        return "demand a sign-in to a gateway"
    if policy.organizations is None:
        return f"demand {LOGINS[policy.method or 'claudeai']}"
    if not policy.organizations:
        return "allow no organization to log in"
    demanded = f"demand a login of {_one_of(policy.organizations)}"
    if active.source is Source.CLAUDE_AI_LOGIN and active.organization:
        return f"{demanded}, and yours is of {short_id(active.organization.id)}"
    return demanded


def _one_of(organizations: tuple[str, ...]) -> str:
    if len(organizations) == 1:
        return f"organization {short_id(organizations[0])}"
    return f"one of {len(organizations)} organizations"


def _commands(machine: Machine, route: Route, method: str | None) -> Iterator[Command]:
    """Yield how to get rid of what is in charge, and to log in where no login would be left."""
    active = in_charge(route)
    yield from commands_for(machine, active.place)
    if active.source is Source.PROFILE and active.selected_by:
        yield from commands_for(machine, active.selected_by)
    replaced = active.source is Source.CLAUDE_AI_LOGIN
    stays = active.source is Source.MANAGED_KEY or (replaced and method == "console")
    if stays:
        yield LOG_OUT
    if stays or replaced or method == GATEWAY or usable_login(route) is None:
        yield LOG_IN.get(method, LOG_IN[None])


class _Demand(Struct, frozen=True):
    """What settings that are not managed ask for: a method of logging in, or organizations."""

    place: Place
    method: str | None = None
    organizations: tuple[str, ...] = ()

    def is_met(self, route: Route) -> bool:
        """Whether `route` pays as asked; a payer or an organization not known passes."""
        if self.method:
            known = route.billing in DEMANDED.values()
            return not known or route.billing is DEMANDED[self.method]
        return route.organization is None or route.organization.id in self.organizations

    def __str__(self) -> str:
        if self.method:
            return f"forceLoginMethod asks for {LOGINS[self.method]}"
        return f"forceLoginOrgUUID asks for {_one_of(self.organizations)}"


def _demands_of(file: ConfigFile) -> Iterator[_Demand]:
    settings = file.model(ClaudeSettings)
    if settings and settings.forceLoginMethod in DEMANDED:
        yield _Demand(Place(file.path, "/forceLoginMethod"), settings.forceLoginMethod)
    forced = settings.forceLoginOrgUUID if settings else None
    organizations = (forced,) if isinstance(forced, str) else tuple(forced or ())
    if organizations:
        yield _Demand(Place(file.path, "/forceLoginOrgUUID"), organizations=organizations)


def _not_met(machine: Machine, verdict: Verdict, demand: _Demand) -> Iterator[Finding]:
    """Yield the first run that pays otherwise than settings ask; only managed ones are enforced."""
    for route in verdict.routes:
        if route.works is False or demand.is_met(route):
            continue
        outdated = _is_as_said(verdict)
        active = in_charge(route)
        yield Finding(
            Severity.INFO if outdated else Severity.WARNING,
            f"{demand}, but only managed settings can enforce that. "
            f"{run_of(verdict, route)}Claude Code bills {_payer(route)}.",
            demand.place,
            (Related(active.place, f"{route.label} is billed because of this."),),
            _fixes(machine, demand, active, outdated=outdated),
            () if outdated else tuple(_commands(machine, route, demand.method)),
        )
        return


def _is_as_said(verdict: Verdict) -> bool:
    """Whether every run pays as the user or a policy says, so that these settings are outdated."""
    said = verdict.expected is not None and not verdict.expected.inferred
    return said and not verdict.wrong_routes


def _fixes(
    machine: Machine, demand: _Demand, active: Credential, *, outdated: bool
) -> tuple[Fix, ...]:
    """Return what makes settings and payer agree; no edit of a file makes a Console login pay."""
    if outdated:
        return tuple(variable_fixes(machine, demand.place))
    return () if demand.method == "console" else switching_off(machine, active)


def _payer(route: Route) -> str:
    """Return who pays, with the organization where it is known."""
    if route.organization is None or short_id(route.organization.id) in route.label:
        return route.label
    return f"{route.label} of organization {short_id(route.organization.id)}"
