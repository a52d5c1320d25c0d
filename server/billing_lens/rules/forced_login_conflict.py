"""Rule forced-login-conflict: the login that settings demand is not the one that pays."""

from __future__ import annotations

from collections.abc import Iterator

from billing_lens.billing.credential import Place, short_id
from billing_lens.billing.environment import settings_in_force
from billing_lens.billing.route import Billing, Route
from billing_lens.config.file import ConfigFile
from billing_lens.config.kinds import Scope
from billing_lens.config.models import ClaudeSettings
from billing_lens.fixes.profile_fixes import profile_fixes
from billing_lens.fixes.variable_fixes import variable_fixes
from billing_lens.machine.machine import Machine
from billing_lens.rules.override import commands_for, run_of
from billing_lens.rules.rule import Finding, Related, Severity, Verdict, rule

DEMANDED = {"claudeai": Billing.SUBSCRIPTION, "console": Billing.API_USAGE}


@rule(
    "forced-login-conflict",
    severity=Severity.ERROR,
    evidence=(
        "managed method claudeai: sub+key",
        "forceLoginOrgUUID=other, sub @ /etc/claude-code/managed-settings.json",
        "forceLoginMethod=claudeai, prim @ .claude/settings.json",
        "anthropics/claude-code#59348",
        "anthropics/claude-code#56935",
        "anthropics/claude-code#61036",
        "anthropics/claude-code#16489",
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
            yield from _enforcing_nothing(file, verdict.route)


def _refused(machine: Machine, verdict: Verdict, route: Route, demand: Place) -> Finding:
    active = next((it for it in route.credentials if it.place == route.place), None)
    fixes = commands = ()
    related: tuple[Related, ...] = ()
    if active:
        related = (Related(active.place, "This is what Claude Code would use."),)
        fixes = (*variable_fixes(machine, active.place), *profile_fixes(machine, active))
        commands = tuple(commands_for(machine, active.place))
    return Finding(
        "forced-login-conflict",
        Severity.ERROR if route == verdict.route else Severity.WARNING,
        f"{run_of(verdict, route)}Claude Code refuses to work. {route.reason}",
        demand,
        related,
        fixes,
        commands,
    )


def _enforcing_nothing(file: ConfigFile, route: Route) -> Iterator[Finding]:
    """Settings of one's own that demand another login than the one that pays."""
    settings = file.model(ClaudeSettings)
    if settings is None or route.place is None:
        return
    related = (Related(route.place, f"{route.label} is billed because of this."),)
    demanded = DEMANDED.get(settings.forceLoginMethod or "")
    if demanded and route.billing in DEMANDED.values() and route.billing is not demanded:
        yield Finding(
            "forced-login-conflict",
            Severity.WARNING,
            f"forceLoginMethod asks for '{settings.forceLoginMethod}', but Claude Code bills "
            f"{route.label}. Only managed settings can enforce a login.",
            Place(file.path, "/forceLoginMethod"),
            related,
        )
    forced = settings.forceLoginOrgUUID
    wanted = (forced,) if isinstance(forced, str) else tuple(forced or ())
    if wanted and route.organization and route.organization.id not in wanted:
        yield Finding(
            "forced-login-conflict",
            Severity.WARNING,
            f"forceLoginOrgUUID asks for organization {short_id(wanted[0])}, but "
            f"{short_id(route.organization.id)} pays. Only managed settings can enforce a login.",
            Place(file.path, "/forceLoginOrgUUID"),
            related,
        )
