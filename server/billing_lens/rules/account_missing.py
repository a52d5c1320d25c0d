"""Rule account-missing: Claude Code does not know whose login it uses."""

from __future__ import annotations

from collections.abc import Iterator

from billing_lens.billing.credential import Credential, Place, Source
from billing_lens.billing.login import account, state_file
from billing_lens.machine.machine import Machine
from billing_lens.rules.override import usable_login
from billing_lens.rules.rule import Finding, Severity, Verdict, rule
from billing_lens.rules.stored_login import LOG_IN_AGAIN


@rule(
    "account-missing",
    severity=Severity.INFO,
    evidence=("no oauthAccount at all, creds only", "anthropics/claude-code#58625"),
)
def check(machine: Machine, verdict: Verdict) -> Iterator[Finding]:
    """You are logged in, but Claude Code remembers no account to show."""
    login = usable_login(verdict.route)
    if login is None or account(machine) is not None:
        return
    yield Finding(
        "account-missing",
        Severity.INFO,
        "You are logged in, but Claude Code remembers no account: it cannot show whose "
        "subscription is used. Payment is not affected.",
        _place(machine, login),
        commands=LOG_IN_AGAIN if login.source is Source.CLAUDE_AI_LOGIN else (),
    )


def _place(machine: Machine, login: Credential) -> Place:
    """Return the empty account where there is one, else the login."""
    file = state_file(machine)
    empty = file and not file.is_broken and file.document.node("/oauthAccount")
    return Place(file.path, "/oauthAccount") if file and empty else login.place
