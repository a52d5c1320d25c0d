"""Rule api-key-overrides-login: an API key pays instead of the login."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from billing_lens.billing.sources import Source
from billing_lens.machine.machine import Machine
from billing_lens.rules.api_key_headless_only import is_refused
from billing_lens.rules.login_diagnosis import logging_in_again
from billing_lens.rules.rule import Finding, Verdict, rule
from billing_lens.rules.wrong_payer import override, set_by, wrongly_paying
from billing_lens.wishes.severity import Severity


@rule(
    "api-key-overrides-login",
    severity=Severity.ERROR,
    evidence=("sub+apikey", "sub+prim+ant", "#1740", "#37686", "#62338", "#78491", "#12352"),
    explains_route=True,
)
def check(machine: Machine, verdict: Verdict) -> Iterator[Finding]:
    """An API key is charged instead of your login."""
    for route, credential in wrongly_paying(verdict, Source.API_KEY, Source.MANAGED_KEY):
        run = (route, credential)
        if credential.source is Source.MANAGED_KEY:
            why = "the API key that a Console login left behind is used"
            again = logging_in_again(
                "Removes the key that Claude Code keeps.",
                "Logs in again, with your claude.ai account.",
            )
            yield replace(override(machine, verdict, run, why), commands=again)
        elif not is_refused(machine, route, credential):
            why = f"ANTHROPIC_API_KEY, set by {set_by(machine, credential.place)}, is used"
            yield override(machine, verdict, run, why)
