"""Rule federation-overrides-login: workload identity federation pays instead of the login."""

from __future__ import annotations

from collections.abc import Iterator

from billing_lens.billing.sources import Source
from billing_lens.machine.machine import Machine
from billing_lens.rules.rule import Finding, Verdict, rule
from billing_lens.rules.wrong_payer import override, set_by, wrongly_paying
from billing_lens.wishes.severity import Severity


@rule(
    "federation-overrides-login",
    severity=Severity.ERROR,
    evidence=("wif @ user settings", "WIF token file"),
    versions=">=2.1.118",
    explains_route=True,
)
def check(machine: Machine, verdict: Verdict) -> Iterator[Finding]:
    """The federation variables are set, and their organization pays instead of your login."""
    for run in wrongly_paying(verdict, Source.FEDERATION):
        why = (
            "workload identity federation is set up by "
            f"{set_by(machine, run[1].place)} and comes before the login"
        )
        yield override(machine, verdict, run, why)
