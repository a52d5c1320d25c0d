"""Rule federation-incomplete: workload identity federation is half set up."""

from __future__ import annotations

from collections.abc import Iterator

from billing_lens.billing.credential import Credential, State
from billing_lens.billing.sources import Source
from billing_lens.machine.machine import Machine
from billing_lens.rules.rule import Finding, Verdict, rule
from billing_lens.rules.wrong_payer import once_each, set_by, with_remedies
from billing_lens.wishes.severity import Severity


@rule(
    "federation-incomplete",
    severity=Severity.ERROR,
    evidence=("WIF without token", "WIF without org", "WIF without rule"),
    versions=">=2.1.118",
)
def check(machine: Machine, verdict: Verdict) -> Iterator[Finding]:
    """Federation lacks a variable: it fails, or is passed over."""
    broken = (
        (route, federation)
        for route in verdict.routes
        for federation in route.credentials_from(Source.FEDERATION)
        if federation.works is False and federation.state is not State.IGNORED
    )
    for _, federation in once_each(broken):
        yield _finding(machine, verdict, federation)


def _finding(machine: Machine, verdict: Verdict, federation: Credential) -> Finding:
    used = federation.can_be_chosen
    outcome = (
        "Where Claude Code uses it all the same, its requests fail."
        if used
        else "Claude Code passes it over."
    )
    found = Finding(
        verdict.severity_of(federation),
        f"{federation.problem.removesuffix('.')} (it is set up by "
        f"{set_by(machine, federation.place)}). {outcome}",
        federation.place,
        leftover=not used,
    )
    return with_remedies(machine, found)
