"""Rule auth-token-overrides-login: ANTHROPIC_AUTH_TOKEN pays instead of the login."""

from __future__ import annotations

from collections.abc import Iterator

from billing_lens.billing.expectation import Expectation
from billing_lens.billing.route import Route
from billing_lens.billing.sources import Source
from billing_lens.machine.machine import Machine
from billing_lens.rules.override import override, set_by, wrongly_paying
from billing_lens.rules.rule import Finding, Verdict, rule
from billing_lens.wishes.severity import Severity


@rule(
    "auth-token-overrides-login",
    severity=Severity.ERROR,
    evidence=("authtok", "sub+authtok", "authtok+apikey", "anthropics/claude-code#67861"),
    explains_route=True,
)
def check(machine: Machine, verdict: Verdict) -> Iterator[Finding]:
    """ANTHROPIC_AUTH_TOKEN is sent instead of your login."""
    for route, credential in wrongly_paying(verdict, Source.AUTH_TOKEN):
        if verdict.expected and not is_gateway_meant(route, verdict.expected):
            why = (
                f"ANTHROPIC_AUTH_TOKEN, set by {set_by(machine, credential.place)}, "
                "comes before every key and login"
            )
            yield override("auth-token-overrides-login", machine, verdict, (route, credential), why)


def is_gateway_meant(route: Route, expected: Expectation) -> bool:
    """Return whether a token and a host were set together on purpose, and nobody said otherwise."""
    return route.source is Source.AUTH_TOKEN and route.host is not None and expected.inferred
