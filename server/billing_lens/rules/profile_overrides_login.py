"""Rule profile-overrides-login: an ``ant`` profile pays although you are logged in."""

from __future__ import annotations

from collections.abc import Iterator

from billing_lens.billing.credential import Credential, ProfileKind, Source, State, short_id
from billing_lens.billing.environment import Environment
from billing_lens.billing.expectation import is_as_expected
from billing_lens.billing.profile import select_profile
from billing_lens.billing.route import Billing, Route
from billing_lens.fixes.profile_fixes import profile_fixes
from billing_lens.machine.machine import Machine
from billing_lens.rules.rule import Finding, Related, Severity, Verdict, rule


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
    for route in (verdict.route, verdict.other):
        login = _login_behind(route)
        if login and is_as_expected(route, verdict.expected) is False:
            profile = next(route.credentials_from(Source.PROFILE))
            yield Finding(
                "profile-overrides-login",
                verdict.severity_of(profile),
                _message(profile, login, verdict),
                profile.place,
                tuple(_evidence(machine, route, profile, login)),
                tuple(profile_fixes(machine, profile)),
            )
            return


def _login_behind(route: Route) -> Credential | None:
    """Return the subscription login that would pay if the profile did not."""
    if route.source is not Source.PROFILE:
        return None
    logins = route.credentials_from(Source.CLAUDE_AI_LOGIN)
    return next((login for login in logins if login.state is State.SHADOWED), None)


def _message(profile: Credential, login: Credential, verdict: Verdict) -> str:
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
        f"Claude Code bills API usage{whose} instead of {wanted}: "
        f"the ant profile '{profile.profile}' is in charge because {chosen}."
    )


def _login_name(login: Credential) -> str:
    return f"Claude {login.plan.title()}" if login.plan else "claude.ai"


def _evidence(
    machine: Machine, route: Route, profile: Credential, login: Credential
) -> Iterator[Related]:
    yield Related(login.place, f"Your {_login_name(login)} login is here.")
    selection = select_profile(machine, Environment(machine, route.mode))
    if selection.place:
        yield Related(selection.place, f"This selects the profile '{profile.profile}'.")
