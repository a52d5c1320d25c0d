"""Rule base-url-redirects-login: the subscription's token goes to another host."""

from __future__ import annotations

from collections.abc import Iterator

from billing_lens.billing.place import Place
from billing_lens.billing.sources import Source
from billing_lens.machine.machine import Machine
from billing_lens.rules.rule import Finding, Verdict, rule
from billing_lens.rules.wrong_payer import evidence, run_of, set_by, with_remedies
from billing_lens.wishes.severity import Severity

TOKENS = (Source.CLAUDE_AI_LOGIN, Source.OAUTH_TOKEN)


@rule(
    "base-url-redirects-login",
    severity=Severity.ERROR,
    evidence=("sub+baseurl", "farion1231/cc-switch#4200"),
)
def check(machine: Machine, verdict: Verdict) -> Iterator[Finding]:
    """ANTHROPIC_BASE_URL sends your subscription's token to another host."""
    seen: set[Place] = set()
    for route in verdict.routes:
        place = route.host_place
        if route.source not in TOKENS or place is None or place in seen:
            continue
        seen.add(place)
        found = Finding(
            Severity.ERROR if route == verdict.route else Severity.WARNING,
            f"{run_of(verdict, route)}Claude Code sends your subscription's token to {route.host}, "
            f"because ANTHROPIC_BASE_URL is set by {set_by(machine, place)}. "
            "Whoever runs that host can use your account.",
            place,
            tuple(evidence(verdict, route)),
        )
        yield with_remedies(machine, found)
