"""Rule cloud-provider-overrides-login: a cloud provider was left switched on."""

from __future__ import annotations

from collections.abc import Iterator

from billing_lens.billing.sources import Source
from billing_lens.machine.machine import Machine
from billing_lens.rules.rule import Finding, Verdict, rule
from billing_lens.rules.wrong_payer import override, set_by, wrongly_paying
from billing_lens.wishes.severity import Severity


@rule(
    "cloud-provider-overrides-login",
    severity=Severity.ERROR,
    evidence=("sub+bedrock", "#40688"),
    explains_route=True,
)
def check(machine: Machine, verdict: Verdict) -> Iterator[Finding]:
    """A cloud provider is switched on and is billed instead of your login."""
    for run in wrongly_paying(verdict, Source.CLOUD_PROVIDER):
        place = run[1].place
        why = f"{place.variable} is switched on by {set_by(machine, place)}"
        yield override(machine, verdict, run, why)
