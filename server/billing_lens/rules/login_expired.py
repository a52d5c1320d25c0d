"""Rule login-expired: the login ran out and cannot be renewed."""

from __future__ import annotations

from collections.abc import Iterator

from billing_lens.billing.credential import Source, State
from billing_lens.machine.machine import Machine
from billing_lens.rules.rule import Finding, Severity, Verdict, rule
from billing_lens.rules.stored_login import LOG_IN_AGAIN


@rule(
    "login-expired",
    severity=Severity.ERROR,
    evidence=("creds expired, no refreshToken + ant",),
    explains_route=True,
)
def check(machine: Machine, verdict: Verdict) -> Iterator[Finding]:
    """The login has expired, cannot be renewed, and is used all the same."""
    del machine
    for login in verdict.route.credentials_from(Source.CLAUDE_AI_LOGIN):
        if login.works is False and login.can_be_chosen:
            used = login.state is State.ACTIVE
            yield Finding(
                "login-expired",
                Severity.ERROR if used else Severity.HINT,
                "The login has expired and cannot be renewed, for it holds no refresh token."
                + (" Claude Code sends it all the same, and is refused." if used else ""),
                login.fault or login.place,
                commands=LOG_IN_AGAIN,
                leftover=not used,
            )
