"""Rule profile-overrides-login: an ``ant`` profile pays although you are logged in."""

from __future__ import annotations

from collections.abc import Iterator

from billing_lens.billing.credential import Credential, ProfileKind, State, short_id
from billing_lens.billing.route import Route
from billing_lens.billing.sources import Billing, Source
from billing_lens.fixes.profile_fixes import profile_fixes
from billing_lens.machine.machine import Machine
from billing_lens.rules.override import bills, commands_for, run_of
from billing_lens.rules.rule import Command, Finding, Related, Verdict, rule
from billing_lens.wishes.severity import Severity


@rule(
    "profile-overrides-login",
    severity=Severity.ERROR,
    evidence=(
        "anthropics/claude-code#61166",
        "anthropics/claude-code#60742",
        "anthropics/claude-code#60901",
        "anthropics/claude-code#58625",
    ),
    versions=">=2.1.118",
    explains_route=True,
)
def check(machine: Machine, verdict: Verdict) -> Iterator[Finding]:
    """An `ant` profile is in charge although you are logged in with a subscription."""
    for route in verdict.wrong_routes:
        login = _login_behind(route)
        if login:
            profile = next(route.credentials_from(Source.PROFILE))
            yield Finding(
                "profile-overrides-login",
                verdict.severity_of(profile),
                run_of(verdict, route) + _message(route, profile, login, verdict),
                profile.place,
                tuple(_evidence(profile, login)),
                tuple(profile_fixes(machine, profile)),
                tuple(_commands(machine, route, profile)),
            )
            return


def _commands(machine: Machine, route: Route, profile: Credential) -> Iterator[Command]:
    """Yield how to take the profile out of charge without editing a file."""
    if profile.profile_kind is ProfileKind.EXPLICIT and profile.selected_by:
        yield from commands_for(machine, profile.selected_by)
    elif profile.profile_kind is ProfileKind.IMPLICIT:
        others = (it.profile for it in route.credentials_from(Source.PROFILE) if it != profile)
        for name in others:
            purpose = f"Makes '{name}' the active profile instead."
            yield Command(f"ant profile activate {name}", purpose)


def _login_behind(route: Route) -> Credential | None:
    """Return the subscription login that would pay if the profile did not."""
    if route.source is not Source.PROFILE:
        return None
    logins = route.credentials_from(Source.CLAUDE_AI_LOGIN)
    return next((login for login in logins if login.state is State.SHADOWED), None)


def _message(route: Route, profile: Credential, login: Credential, verdict: Verdict) -> str:
    expected = verdict.expected.billing if verdict.expected else None
    whose = f" of organization {short_id(profile.organization.id)}" if profile.organization else ""
    wanted = (
        f"your {_login_name(login)} login"
        if expected is Billing.SUBSCRIPTION
        else "what you expect"
    )
    chosen = (
        "ANTHROPIC_PROFILE selects it"
        if profile.profile_kind is ProfileKind.EXPLICIT
        else "this version of Claude Code prefers it"
    )
    return (
        f"Claude Code {bills(route, f'API usage{whose}')} instead of {wanted}: "
        f"the ant profile '{profile.profile}' is in charge because {chosen}."
    )


def _login_name(login: Credential) -> str:
    return f"Claude {login.plan.title()}" if login.plan else "claude.ai"


def _evidence(profile: Credential, login: Credential) -> Iterator[Related]:
    yield Related(login.place, f"Your {_login_name(login)} login is here.")
    if profile.selected_by:
        yield Related(profile.selected_by, f"This selects the profile '{profile.profile}'.")
