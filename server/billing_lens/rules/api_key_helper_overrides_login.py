"""Rule api-key-helper-overrides-login: what apiKeyHelper prints pays instead of the login."""

from __future__ import annotations

from collections.abc import Iterator

from billing_lens.billing.place import Place
from billing_lens.billing.sources import Source
from billing_lens.config.kinds import Kind
from billing_lens.config.models import ClaudeSettings
from billing_lens.config.secrets import holds_a_token
from billing_lens.machine.machine import Machine
from billing_lens.rules.rule import Finding, Verdict, rule
from billing_lens.rules.wrong_payer import override, set_by, wrongly_paying
from billing_lens.wishes.severity import Severity


@rule(
    "api-key-helper-overrides-login",
    severity=Severity.ERROR,
    evidence=("sub+helper", "helper+apikey", "#90236"),
    explains_route=True,
)
def check(machine: Machine, verdict: Verdict) -> Iterator[Finding]:
    """The key that apiKeyHelper gives pays, or its command holds a key in plain text."""
    for run in wrongly_paying(verdict, Source.API_KEY_HELPER):
        setter = set_by(machine, run[1].place)
        why = f"apiKeyHelper, set by {setter}, gives the key that is used"
        if run[1].works is False:
            why = f"apiKeyHelper, set by {setter}, is used although it gives no key"
        yield override(machine, verdict, run, why)
    for file in machine.files_of(Kind.CLAUDE_SETTINGS):
        settings = file.model(ClaudeSettings)
        if settings and settings.apiKeyHelper and holds_a_token(settings.apiKeyHelper):
            yield Finding(
                Severity.WARNING,
                "The command of apiKeyHelper holds a key in plain text. Let it read the key from a "
                "password store or a file that only you can read.",
                Place(file.path, "/apiKeyHelper"),
            )
