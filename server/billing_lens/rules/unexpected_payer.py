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
from billing_lens.rules.auth_token_overrides_login import is_gateway_meant
from billing_lens.rules.override import (
    bills_instead,
    commands_for,
    evidence,
    run_of,
    usable_login,
    wanted,
)
from billing_lens.rules.rule import Command, Finding, Verdict, rule
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
    evidence=("nothing", "sub", "--bare sub only", "anthropics/claude-code#67861"),
    explains_route=True,
)
def check(machine: Machine, verdict: Verdict) -> Iterator[Finding]:
    """The wrong one pays, or nobody, and nothing stands in the way that another rule names."""
    expected = verdict.expected
    for route in verdict.wrong_routes:
        if expected is None or route not in (verdict.route, verdict.other):
            continue
        message = _message(machine, verdict, route, expected)
        if message:
            yield _finding(machine, verdict, route, expected, message)
            return


def _finding(
    machine: Machine, verdict: Verdict, route: Route, expected: Expectation, message: str
) -> Finding:
    switch = _bare_switch(machine, route)
    blamed = _left_out(route, expected) if route.source is Source.NONE and route.starts else None
    place = (switch and switch.place) or (blamed and (blamed.fault or blamed.place)) or route.place
    place = place or expected.place or _where_a_login_belongs(machine)
    severity = Severity.ERROR if route == verdict.route else Severity.WARNING
    return Finding(
        "unexpected-payer",
        Severity.INFO if route.source is Source.AUTH_TOKEN else severity,
        message,
        place,
        tuple(it for it in evidence(verdict, route) if it.place != place),
        tuple(variable_fixes(machine, place)) if switch and place.path else (),
        tuple(_commands(machine, route, expected, switch)),
    )


def _where_a_login_belongs(machine: Machine) -> Place:
    if machine.in_ci:
        return Place(variable=TOKEN_OF_CI)
    return Place(str(machine.claude.credentials), "")


def _message(machine: Machine, verdict: Verdict, route: Route, expected: Expectation) -> str | None:
    """Return why, None when another rule says so."""
    if not route.starts:
        return route.reason
    if route.source is Source.NONE:
        return _why_nobody(machine, verdict, route, expected)
    bills = bills_instead(verdict, route)
    if route.source is Source.CLAUDE_AI_LOGIN:
        why = _why_the_login(route, expected)
        return f"{bills}: {why}." if why else None
    if route.source is Source.PROFILE and usable_login(route) is None:
        return None if _has_unusable_login(route) else _nothing_but_the_profile(verdict, route)
    if is_gateway_meant(route, expected):
        return f"{bills}. If that is what you want, say so, and this goes away."
    return None


def _why_the_login(route: Route, expected: Expectation) -> str | None:
    other_billing = expected.billing not in (None, route.billing)
    if not other_billing or route.works is False or _is_of_unknown_plan(route):
        return None
    behind = _behind(route)
    comes_first = behind and f"your login comes before {describe_source(behind)}"
    return comes_first or "nothing but your login is set up"


def _nothing_but_the_profile(verdict: Verdict, route: Route) -> str:
    if route.works is False:
        failing = f"{run_of(verdict, route)}you are not logged in, and the profile fails, but "
        return f"{failing[0].upper()}{failing[1:]}{wanted(verdict, route)} should pay."
    is_all = "the profile is all there is, as you are not logged in"
    return f"{bills_instead(verdict, route)}: {is_all}."


def _why_nobody(
    machine: Machine, verdict: Verdict, route: Route, expected: Expectation
) -> str | None:
    if _has_unusable_login(route):
        return None
    start = f"{run_of(verdict, route)}nobody is logged in, but {wanted(verdict, route)} should pay."
    start = f"{start[0].upper()}{start[1:]}"
    if machine.arguments.bare or _bare_switch(machine, route):
        return f"{start} With --bare or {BARE}, Claude Code uses no login and no profile."
    blamed = _left_out(route, expected)
    return f"{start} {blamed.reason if blamed else route.reason}"


def _has_unusable_login(route: Route) -> bool:
    """Whether login-unusable tells why the login does not pay."""
    logins = route.credentials_from(Source.CLAUDE_AI_LOGIN)
    return any(it.state is State.UNUSABLE for it in logins)


def _is_of_unknown_plan(route: Route) -> bool:
    """Whether plan-missing tells why it is not known who pays."""
    return route.billing is Billing.UNKNOWN and route.place is not None and bool(route.place.path)


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
