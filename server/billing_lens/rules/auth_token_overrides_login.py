"""Rule auth-token-overrides-login: ANTHROPIC_AUTH_TOKEN pays instead of the login."""

from __future__ import annotations

from collections.abc import Iterator

from billing_lens.billing.sources import Source
from billing_lens.machine.machine import Machine
from billing_lens.rules.rule import Finding, Verdict, rule
from billing_lens.rules.wrong_payer import override, set_by, wrongly_paying
from billing_lens.wishes.severity import Severity


@rule(
    "auth-token-overrides-login",
    severity=Severity.ERROR,
    evidence=("authtok", "sub+authtok", "authtok+apikey", "#67861"),
    explains_route=True,
)
def check(machine: Machine, verdict: Verdict) -> Iterator[Finding]:
    """ANTHROPIC_AUTH_TOKEN is sent instead of your login."""
    for route, credential in wrongly_paying(verdict, Source.AUTH_TOKEN):
        is_meant = route.host is not None and verdict.expected and verdict.expected.inferred
        if not is_meant:  # a token and a host set together are, unless someone said who should pay
            why = (
                f"ANTHROPIC_AUTH_TOKEN, set by {set_by(machine, credential.place)}, "
                "comes before every key and login"
            )
            yield override(machine, verdict, (route, credential), why)
