"""Rule account-missing: Claude Code does not know whose login it uses."""

from __future__ import annotations

from collections.abc import Iterator

from billing_lens.billing.credential import Credential
from billing_lens.billing.login import account, state_file
from billing_lens.billing.place import Place
from billing_lens.config.models import OauthAccount
from billing_lens.machine.machine import Machine
from billing_lens.rules.login_diagnosis import logging_in_again, usable_login
from billing_lens.rules.rule import Finding, Verdict, rule
from billing_lens.wishes.severity import Severity


@rule(
    "account-missing",
    severity=Severity.INFO,
    evidence=("no oauthAccount at all, creds only", "#58625"),
)
def check(machine: Machine, verdict: Verdict) -> Iterator[Finding]:
    """You are logged in, but Claude Code remembers no account to show."""
    login = usable_login(verdict.route)
    known = account(machine)
    if login is None or (known and known[0] != OauthAccount()):
        return
    yield Finding(
        Severity.INFO,
        "You are logged in, but Claude Code has not stored which account it is, so it cannot show "
        "whose subscription pays. Who pays does not change.",
        _place(machine, login),
        commands=logging_in_again(
            "Forgets the login.", "Logs in again, and stores the account too."
        ),
    )


def _place(machine: Machine, login: Credential) -> Place:
    """Return the empty account where there is one, else the login."""
    file = state_file(machine)
    empty = file and not file.is_broken and file.document.node("/oauthAccount")
    return Place(file.path, "/oauthAccount") if file and empty else login.place
