"""Rule organization-changed: the account changed, as the backups of the state file show."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timezone

from billing_lens.billing.credential import short_id
from billing_lens.billing.history import AccountChange, last_account_change
from billing_lens.billing.login import account
from billing_lens.billing.place import Place
from billing_lens.config.models import OauthAccount
from billing_lens.machine.machine import Machine
from billing_lens.rules.rule import Command, Finding, Related, Verdict, rule
from billing_lens.wishes.severity import Severity

IF_WRONG = (
    Command("claude auth logout", "Logs this account out, if it is the wrong one."),
    Command("claude auth login", "Logs in with the account that should pay."),
)


@rule(
    "organization-changed",
    severity=Severity.INFO,
    evidence=("anthropics/claude-code#38101", "anthropics/claude-code#26839"),
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
        commands=IF_WRONG,
    )


def _message(change: AccountChange, *, moved: bool) -> str:
    date = datetime.fromtimestamp(change.at_ms / 1000, timezone.utc).date()
    before, after = change.before, change.after
    if moved:
        changed = f"your account changed from {_name(before)} to {_name(after)}"
    else:
        whose = f"organization {_short(after)}"
        changed = f"the plan of {whose} changed from {_plan(before)} to {_plan(after)}"
    return f"After {date} {changed}."


def _name(account: OauthAccount) -> str:
    plan = f" ({_plan(account)})" if account.organizationType else ""
    return f"organization {_short(account)}{plan}"


def _short(account: OauthAccount) -> str:
    return short_id(account.organizationUuid or "")


def _plan(account: OauthAccount) -> str:
    """Return "Claude Max" for ``claude_max``; what is no plan stays as it is."""
    kind = account.organizationType or ""
    return kind.replace("_", " ").title() if kind.startswith("claude_") else f"'{kind}'"
