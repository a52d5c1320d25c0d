"""Rule federation-incomplete: workload identity federation is half set up."""

from __future__ import annotations

from collections.abc import Iterator

from billing_lens.billing.credential import Credential, State
from billing_lens.billing.place import Place
from billing_lens.billing.sources import Source
from billing_lens.fixes.variable_fixes import variable_fixes
from billing_lens.machine.machine import Machine
from billing_lens.rules.override import commands_for, set_by
from billing_lens.rules.rule import Finding, Verdict, rule
from billing_lens.wishes.severity import Severity


@rule(
    "federation-incomplete",
    severity=Severity.ERROR,
    evidence=("WIF without token", "WIF without org", "WIF without rule"),
    versions=">=2.1.118",
)
def check(machine: Machine, verdict: Verdict) -> Iterator[Finding]:
    """Federation lacks a variable: it fails, or is passed over."""
    seen: set[Place] = set()
    for route in verdict.routes:
        for federation in route.credentials_from(Source.FEDERATION):
            broken = federation.works is False and federation.state is not State.IGNORED
            if broken and federation.place not in seen:
                seen.add(federation.place)
                yield _finding(machine, verdict, federation)


def _finding(machine: Machine, verdict: Verdict, federation: Credential) -> Finding:
    used = federation.can_be_chosen
    outcome = (
        "Where Claude Code uses it all the same, its requests fail."
        if used
        else "Claude Code passes it over."
    )
    return Finding(
        "federation-incomplete",
        verdict.severity_of(federation),
        f"{federation.problem.removesuffix('.')} (it is set up by "
        f"{set_by(machine, federation.place)}). {outcome}",
        federation.place,
        fixes=tuple(variable_fixes(machine, federation.place)),
        commands=tuple(commands_for(machine, federation.place)),
        leftover=not used,
    )
