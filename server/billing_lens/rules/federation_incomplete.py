"""Rule federation-incomplete: workload identity federation is half set up."""

from __future__ import annotations

from collections.abc import Iterator

from billing_lens.billing.credential import Source, State
from billing_lens.fixes.variable_fixes import variable_fixes
from billing_lens.machine.machine import Machine
from billing_lens.rules.override import commands_for, set_by
from billing_lens.rules.rule import Finding, Severity, Verdict, rule


@rule(
    "federation-incomplete",
    severity=Severity.ERROR,
    evidence=("WIF without token", "WIF without org", "WIF without rule"),
    versions=">=2.1.118",
)
def check(machine: Machine, verdict: Verdict) -> Iterator[Finding]:
    """Federation lacks a variable: it fails, or is passed over."""
    for federation in verdict.route.credentials_from(Source.FEDERATION):
        if federation.works is not False or federation.state is State.IGNORED:
            continue
        used = federation.can_be_chosen
        outcome = (
            "Claude Code uses it all the same, and its requests fail"
            if used
            else "Claude Code passes it over"
        )
        yield Finding(
            "federation-incomplete",
            verdict.severity_of(federation),
            f"{federation.reason} {outcome} (set by {set_by(machine, federation.place)}).",
            federation.place,
            fixes=tuple(variable_fixes(machine, federation.place)),
            commands=tuple(commands_for(machine, federation.place)),
            leftover=not used,
        )
