"""Rule profile-overrides-login: an ``ant`` profile pays although you are logged in."""

from __future__ import annotations

from collections.abc import Iterator

from billing_lens.billing.credential import Credential, ProfileKind, short_id
from billing_lens.billing.route import Route
from billing_lens.billing.sources import Billing, Source
from billing_lens.fixes.profile_fixes import profile_fixes
from billing_lens.machine.machine import Machine
from billing_lens.rules.login_diagnosis import login_name, usable_login
from billing_lens.rules.rule import Command, Finding, Related, Verdict, rule
from billing_lens.rules.wrong_payer import bills, commands_for, run_of, wanted, wrongly_paying
from billing_lens.wishes.severity import Severity


@rule(
    "profile-overrides-login",
    severity=Severity.ERROR,
    evidence=("#61166", "#60742", "#60901", "#58625"),
    versions=">=2.1.118",
    explains_route=True,
)
def check(machine: Machine, verdict: Verdict) -> Iterator[Finding]:
    """An `ant` profile is in charge although you are logged in with a subscription."""
    for route, profile in wrongly_paying(verdict, Source.PROFILE):
        login = usable_login(route)
        if login:
            yield Finding(
                verdict.severity_of(profile),
                _message(verdict, route, profile),
                profile.place,
                tuple(_evidence(profile, login)),
                tuple(profile_fixes(machine, profile)),
                tuple(_commands(machine, route, profile)),
                explains=verdict.runs_paid_by(profile),
            )


def _commands(machine: Machine, route: Route, profile: Credential) -> Iterator[Command]:
    """Yield how to take the profile out of charge without editing a file."""
    if profile.profile_kind is ProfileKind.EXPLICIT and profile.selected_by:
        yield from commands_for(machine, profile.selected_by)
    elif profile.profile_kind is ProfileKind.IMPLICIT:
        others = (it.profile for it in route.credentials_from(Source.PROFILE) if it != profile)
        for name in others:
            purpose = f"Makes '{name}' the active profile instead."
            yield Command(f"ant profile activate {name}", purpose)


def _message(verdict: Verdict, route: Route, profile: Credential) -> str:
    expected = verdict.expected.billing if verdict.expected else None
    is_wanted = expected is Billing.SUBSCRIPTION
    instead_of = wanted(verdict, route) if is_wanted else "what you expect"
    whose = f" of organization {short_id(profile.organization.id)}" if profile.organization else ""
    chosen = (
        "ANTHROPIC_PROFILE selects it"
        if profile.profile_kind is ProfileKind.EXPLICIT
        else "this version of Claude Code prefers it"
    )
    return (
        f"{run_of(verdict, route)}Claude Code {bills(route, f'API usage{whose}')} instead of "
        f"{instead_of}: the ant profile '{profile.profile}' is in charge because {chosen}."
    )


def _evidence(profile: Credential, login: Credential) -> Iterator[Related]:
    yield Related(login.place, f"Your {login_name(login)} login is here.")
    if profile.selected_by:
        yield Related(profile.selected_by, f"This selects the profile '{profile.profile}'.")
