"""Rule organization-changed: the account changed, as the backups of the state file show."""

from __future__ import annotations

from collections.abc import Iterator

from billing_lens.billing.credential import short_id
from billing_lens.billing.history import AccountChange, describe_plan, last_account_change
from billing_lens.billing.login import account
from billing_lens.billing.place import Place
from billing_lens.config.models import OauthAccount
from billing_lens.machine.machine import Machine
from billing_lens.rules.login_diagnosis import logging_in_again
from billing_lens.rules.rule import Finding, Related, Verdict, rule
from billing_lens.wishes.severity import Severity


@rule(
    "organization-changed",
    severity=Severity.INFO,
    evidence=("#38101", "#26839"),
)
def check(machine: Machine, verdict: Verdict) -> Iterator[Finding]:
    """The organization or the plan of your account changed."""
    del verdict
    change, known = last_account_change(machine), account(machine)
    if change is None or known is None:
        return
    moved = change.before.organizationUuid != change.after.organizationUuid
    member = "organizationUuid" if moved else "organizationType"
    yield Finding(
        Severity.INFO,
        _message(change, moved=moved),
        Place(known[1].path, f"/oauthAccount/{member}"),
        (Related(Place(change.shown_by, ""), "This backup shows the account before."),),
        commands=logging_in_again(
            "Logs this account out, if it is the wrong one.",
            "Logs in with the account that should pay.",
        ),
    )


def _message(change: AccountChange, *, moved: bool) -> str:
    before, after = change.before, change.after
    if moved:
        changed = f"your account changed from {_name(before)} to {_name(after)}"
    else:
        was, became = describe_plan(before), describe_plan(after)
        changed = f"the plan of organization {_short(after)} changed from {was} to {became}"
    return f"After {change.at.date()} {changed}."


def _name(account: OauthAccount) -> str:
    plan = f" ({describe_plan(account)})" if account.organizationType else ""
    return f"organization {_short(account)}{plan}"


def _short(account: OauthAccount) -> str:
    return short_id(account.organizationUuid or "")
