"""Rule unexpected-payer: the wrong one pays, and no other rule says why."""

from __future__ import annotations

from collections.abc import Iterator

from billing_lens.billing.credential import Credential, ProfileKind, State, describe_source
from billing_lens.billing.environment import Environment, Variable
from billing_lens.billing.expectation import Expectation
from billing_lens.billing.place import Place
from billing_lens.billing.route import Route
from billing_lens.billing.sources import Billing, Source
from billing_lens.config.kinds import Platform
from billing_lens.fixes.variable_fixes import variable_fixes
from billing_lens.machine.machine import Machine
from billing_lens.rules.rule import Command, Finding, Verdict, rule
from billing_lens.rules.wrong_payer import (
    bills_instead,
    commands_for,
    evidence,
    run_of,
    wanted,
)
from billing_lens.wishes.severity import Severity

LOG_INS = {
    Billing.SUBSCRIPTION: "claude auth login",
    Billing.API_USAGE: "claude auth login --console",
}
"""What to run for who should pay; a cloud provider or a gateway needs no login."""

EXPECTED_SOURCES = {
    Billing.SUBSCRIPTION: (Source.CLAUDE_AI_LOGIN, Source.OAUTH_TOKEN),
    Billing.API_USAGE: (
        *(Source.API_KEY, Source.AUTH_TOKEN, Source.API_KEY_HELPER),
        *(Source.MANAGED_KEY, Source.FEDERATION, Source.PROFILE),
    ),
}

BARE = "CLAUDE_CODE_SIMPLE"

TOKEN_OF_CI = "CLAUDE_CODE_OAUTH_TOKEN"  # noqa: S105 a name, no secret
"""What a subscription pays with where nobody can log in (documentation of `claude setup-token`)."""


@rule(
    "unexpected-payer",
    severity=Severity.ERROR,
    evidence=("nothing", "sub", "--bare sub only", "#67861"),
    explains_route=True,
    residual=True,
)
def check(machine: Machine, verdict: Verdict) -> Iterator[Finding]:
    """The wrong one pays, or nobody, and nothing stands in the way that another rule names."""
    expected = verdict.expected
    for route in verdict.wrong_routes:
        if expected is None or route not in (verdict.route, verdict.other):
            continue
        if not verdict.is_explained(route) and not _is_of_another_organization(route, expected):
            yield _finding(machine, verdict, route, expected)
            return


def _is_of_another_organization(route: Route, expected: Expectation) -> bool:
    """Whether a login pays, only not the right one's: organization-conflict compares those."""
    return route.source is Source.CLAUDE_AI_LOGIN and expected.billing in (None, route.billing)


def _finding(machine: Machine, verdict: Verdict, route: Route, expected: Expectation) -> Finding:
    switch = _bare_switch(machine, route)
    blamed = _left_out(route, expected) if route.source is Source.NONE and route.starts else None
    place = (switch and switch.place) or (blamed and (blamed.fault or blamed.place)) or route.place
    place = place or expected.place or _where_a_login_belongs(machine)
    severity = Severity.ERROR if route == verdict.route else Severity.WARNING
    return Finding(
        Severity.INFO if route.source is Source.AUTH_TOKEN else severity,
        _message(machine, verdict, route, expected),
        place,
        tuple(it for it in evidence(verdict, route) if it.place != place),
        tuple(variable_fixes(machine, place)) if switch and place.path else (),
        tuple(_commands(machine, route, expected, switch)),
        explains=(route,),
    )


def _where_a_login_belongs(machine: Machine) -> Place:
    if machine.in_ci:
        return Place(variable=TOKEN_OF_CI)
    return Place(str(machine.claude.credentials), "")


def _message(machine: Machine, verdict: Verdict, route: Route, expected: Expectation) -> str:
    if not route.starts:
        return route.reason
    if route.source is Source.NONE:
        return _why_nobody(machine, verdict, route, expected)
    bills = bills_instead(verdict, route)
    if route.source is Source.CLAUDE_AI_LOGIN:
        behind = _behind(route)
        comes_first = behind and f"your login comes before {describe_source(behind)}"
        return f"{bills}: {comes_first or 'nothing but your login is set up'}."
    if route.source is Source.PROFILE:
        return f"{bills}: the profile is all there is, as you are not logged in."
    return f"{bills}. If that is what you want, say so, and this goes away."


def _why_nobody(machine: Machine, verdict: Verdict, route: Route, expected: Expectation) -> str:
    start = f"{run_of(verdict, route)}nobody is logged in, but {wanted(verdict, route)} should pay."
    start = f"{start[0].upper()}{start[1:]}"
    if machine.arguments.bare or _bare_switch(machine, route):
        return f"{start} With --bare or {BARE}, Claude Code uses no login and no profile."
    blamed = _left_out(route, expected)
    return f"{start} {blamed.reason if blamed else route.reason}"


def _behind(route: Route) -> Credential | None:
    """Return what would pay if the login did not."""
    return next((it for it in route.credentials if it.state is State.SHADOWED), None)


def _left_out(route: Route, expected: Expectation) -> Credential | None:
    """Return what is there and could pay as expected, but does not count in this run."""
    sources = EXPECTED_SOURCES.get(expected.billing or Billing.UNKNOWN, ())
    return next(route.credentials_from(*sources), None)


def _bare_switch(machine: Machine, route: Route) -> Variable | None:
    """Return the variable that makes this run one without login and profile."""
    environment = Environment(machine, route.mode)
    bare = route.source is Source.NONE and route.starts and environment.is_on(BARE)
    return environment.get(BARE) if bare else None


def _commands(
    machine: Machine, route: Route, expected: Expectation, switch: Variable | None
) -> Iterator[Command]:
    behind = _behind(route)
    if switch:
        yield from commands_for(machine, switch.place)
    elif not route.starts or route.source is Source.AUTH_TOKEN or machine.arguments.bare:
        return
    elif expected.billing is Billing.API_USAGE and behind and _is_implicit(behind):
        windows = machine.platform is Platform.WIN32
        name = f'"{behind.profile}"' if windows else behind.profile
        run = "$Env:ANTHROPIC_PROFILE = " if windows else "export ANTHROPIC_PROFILE="
        yield Command(f"{run}{name}", "Lets this profile pay for what this shell starts.")
    elif machine.in_ci:
        if expected.billing is Billing.SUBSCRIPTION:
            purpose = f"Makes a token for CI; store it as the secret {TOKEN_OF_CI} of the job."
            yield Command("claude setup-token", purpose)
    elif expected.billing in (None, *LOG_INS):
        run = LOG_INS[expected.billing or Billing.SUBSCRIPTION]
        yield Command(run, "Logs in with the account that should pay.")


def _is_implicit(credential: Credential) -> bool:
    return credential.profile_kind is ProfileKind.IMPLICIT and credential.works is not False
