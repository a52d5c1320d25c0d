"""Rule api-key-headless-only: a key that was refused in the dialog pays for headless runs."""

from __future__ import annotations

from collections.abc import Iterator

from billing_lens.billing.credential import Credential
from billing_lens.billing.environment import Environment
from billing_lens.billing.key import Answer, answer_to
from billing_lens.billing.login import state_file
from billing_lens.billing.place import Place
from billing_lens.billing.route import Route
from billing_lens.billing.sources import Source
from billing_lens.machine.machine import Machine, Mode
from billing_lens.rules.rule import Finding, Related, Verdict, rule
from billing_lens.rules.wrong_payer import evidence, wanted, with_remedies, wrongly_paying
from billing_lens.wishes.severity import Severity


@rule(
    "api-key-headless-only",
    severity=Severity.ERROR,
    evidence=("customApiKeyResponses rejected", "#33996", "#36350", "#91777"),
    explains_route=True,
)
def check(machine: Machine, verdict: Verdict) -> Iterator[Finding]:
    """Your "No" to an API key does not hold for `claude -p` and CI."""
    for route, credential in wrongly_paying(verdict, Source.API_KEY):
        if is_refused(machine, route, credential):
            found = Finding(
                verdict.severity_of(credential),
                f"`claude -p` and CI bill {route.label} instead of {wanted(verdict, route)}: "
                "they use ANTHROPIC_API_KEY although you refused it in the terminal.",
                credential.place,
                (*_refusal(machine), *evidence(verdict, route)),
                explains=verdict.runs_paid_by(credential),
            )
            yield with_remedies(machine, found)


def is_refused(machine: Machine, route: Route, credential: Credential) -> bool:
    """Return whether a key pays for headless runs that the user refused in the terminal."""
    key = Environment(machine, Mode.HEADLESS).get("ANTHROPIC_API_KEY")
    same = key is not None and key.place == credential.place and route.mode is Mode.HEADLESS
    return same and key is not None and answer_to(machine, key) is Answer.REJECTED


def _refusal(machine: Machine) -> Iterator[Related]:
    file = state_file(machine)
    if file:
        place = Place(file.path, "/customApiKeyResponses/rejected")
        yield Related(place, "Claude Code remembers your No here; it counts in a terminal only.")
