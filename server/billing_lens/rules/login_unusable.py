"""Rule login-unusable: a claude.ai login is stored, but Claude Code cannot use it."""

from __future__ import annotations

from collections.abc import Iterator

from billing_lens.billing.credential import Source, State
from billing_lens.machine.machine import Machine
from billing_lens.rules.rule import Finding, Severity, Verdict, rule
from billing_lens.rules.stored_login import LOG_IN_AGAIN, is_console_grant, severity_of_login


@rule(
    "login-unusable",
    severity=Severity.ERROR,
    evidence=("creds accessToken empty", "creds scopes []", "creds truncated JSON"),
    explains_route=True,
)
def check(machine: Machine, verdict: Verdict) -> Iterator[Finding]:
    """The stored login cannot be used, so something else pays or nobody is logged in."""
    for login in verdict.route.credentials_from(Source.CLAUDE_AI_LOGIN):
        if login.state is not State.UNUSABLE or login.place.path is None:
            continue
        if is_console_grant(machine, login):
            continue
        severity = severity_of_login(verdict)
        outcome = f"Instead Claude Code bills {verdict.route.label}."
        if verdict.route.place is None or verdict.route.works is False:
            outcome = "Claude Code has nothing else that works."
        yield Finding(
            "login-unusable",
            severity,
            f"{login.problem} {outcome}",
            login.fault or login.place,
            commands=LOG_IN_AGAIN,
            leftover=severity is Severity.HINT,
        )
