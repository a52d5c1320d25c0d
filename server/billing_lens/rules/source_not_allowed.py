"""Rule source-not-allowed: what pays is not what the team's policy allows."""

from __future__ import annotations

from collections.abc import Iterator

from billing_lens.billing.credential import Credential, State, describe_source
from billing_lens.billing.place import Place
from billing_lens.machine.machine import Machine
from billing_lens.rules.rule import Finding, Related, Verdict, rule
from billing_lens.rules.wrong_payer import commands_for, run_of, switching_off
from billing_lens.wishes.own_files import OwnFile
from billing_lens.wishes.severity import Severity


@rule(
    "source-not-allowed",
    severity=Severity.ERROR,
    evidence=("sub+apikey", "#78491"),
    explains_route=True,
)
def check(machine: Machine, verdict: Verdict) -> Iterator[Finding]:
    """The team's policy does not allow the source that pays."""
    policy = verdict.own_files.policy
    allowed = policy.wishes.sources if policy else None
    if policy is None or allowed is None:
        return
    seen: set[Place] = set()
    for route in verdict.routes:
        paying = (it for it in route.credentials if it.state is State.ACTIVE)
        for credential in paying:
            if credential.source not in allowed and credential.place not in seen:
                seen.add(credential.place)
                run = run_of(verdict, route)
                yield _finding(machine, verdict, policy, credential, run)


def _finding(
    machine: Machine, verdict: Verdict, policy: OwnFile, credential: Credential, run: str
) -> Finding:
    used = f"{run}Claude Code uses {describe_source(credential)}"
    return Finding(
        verdict.severity_of(credential),
        f"{used}, which your team does not allow. {_allowed(policy)}",
        credential.place,
        (
            Related(
                policy.place(policy.wishes.sources_span), "The team's policy says what is allowed."
            ),
        ),
        switching_off(machine, credential),
        tuple(commands_for(machine, credential.place)),
        explains=verdict.runs_paid_by(credential),
    )


def _allowed(policy: OwnFile) -> str:
    names = [source.value for source in policy.wishes.sources or ()]
    return f"Allowed: {', '.join(names)}." if names else "It allows nothing."
