"""Rule unexpected-payer: the wrong one pays, and no other rule says why."""

from __future__ import annotations

from collections.abc import Iterator

from billing_lens.billing.credential import Place, Source, State
from billing_lens.billing.expectation import Expectation
from billing_lens.billing.route import Billing, Route
from billing_lens.machine.machine import Machine
from billing_lens.rules.auth_token_overrides_login import is_gateway_meant
from billing_lens.rules.override import bills_instead, evidence, usable_login, wanted
from billing_lens.rules.rule import Command, Finding, Severity, Verdict, rule


@rule(
    "unexpected-payer",
    severity=Severity.ERROR,
    evidence=("nothing", "sub", "anthropics/claude-code#67861"),
    explains_route=True,
)
def check(machine: Machine, verdict: Verdict) -> Iterator[Finding]:
    """The wrong one pays, or nobody, and nothing stands in the way that another rule names."""
    route, expected = verdict.route, verdict.expected
    cause = _cause(route, expected) if expected and verdict.as_expected is False else None
    if cause is None or expected is None:
        return
    severity = Severity.INFO if route.source is Source.AUTH_TOKEN else Severity.ERROR
    place = route.place or expected.place or Place(str(machine.claude.credentials), "")
    which = " --console" if expected.billing is Billing.API_USAGE else ""
    log_in = Command(f"claude auth login{which}", "Logs in with the account that should pay.")
    yield Finding(
        "unexpected-payer",
        severity,
        cause.format(bills=bills_instead(verdict, route), wanted=wanted(verdict, route)),
        place,
        tuple(it for it in evidence(verdict, route) if it.place != place),
        commands=(log_in,) if severity is Severity.ERROR and route.starts else (),
    )


def _cause(route: Route, expected: Expectation) -> str | None:
    """Return the message's pattern, None when another rule says why."""
    if not route.starts:
        return f"{route.label}. {route.reason}"
    unusable = (it.state is State.UNUSABLE for it in route.credentials_from(Source.CLAUDE_AI_LOGIN))
    if route.source is Source.NONE:
        nobody = f"{route.label}, but {{wanted}} should pay. {route.reason}"
        return None if any(unusable) else nobody
    if route.source is Source.CLAUDE_AI_LOGIN:
        differs = route.billing is not expected.billing and route.works is not False
        return "{bills}: your login comes first, and nothing else is set up." if differs else None
    if route.source is Source.PROFILE and usable_login(route) is None and not any(unusable):
        return "{bills}: the profile is all there is, as you are not logged in."
    if is_gateway_meant(route, expected):
        return "{bills}. If that is what you want, say so, and this goes away."
    return None
