"""Rule login-expired: the login ran out and cannot be renewed."""

from __future__ import annotations

from collections.abc import Iterator

from billing_lens.billing.credential import Credential
from billing_lens.billing.sources import Source
from billing_lens.machine.machine import Machine
from billing_lens.rules.login_diagnosis import is_subscription_wanted, logging_in_again
from billing_lens.rules.rule import Finding, Verdict, rule
from billing_lens.rules.wrong_payer import run_of
from billing_lens.wishes.severity import Severity


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
            severity = _severity(verdict, login)
            yield Finding(
                severity,
                "The login has expired and cannot be renewed, because it holds no refresh token. "
                + _outcome(verdict, login, severity),
                login.fault or login.place,
                commands=logging_in_again(),
                leftover=severity is Severity.HINT,
                explains=verdict.runs_paid_by(login),
            )


def _severity(verdict: Verdict, login: Credential) -> Severity:
    """Return an error where it is used; a warning where another run uses it, or it should pay."""
    severity = verdict.severity_of(login)
    should_pay = bool(verdict.wrong_routes) and is_subscription_wanted(verdict)
    return Severity.WARNING if severity is Severity.HINT and should_pay else severity


def _outcome(verdict: Verdict, login: Credential, severity: Severity) -> str:
    run = next((it for it in verdict.routes if it.place == login.place), None)
    if run:
        return f"{run_of(verdict, run)}Claude Code sends it all the same, and is refused."
    also = "" if severity is Severity.HINT else ", and would be refused if it were"
    return f"It is not used now{also}."
