"""Rule organization-changed: the account changed, as the backups of the state file show."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timezone

from billing_lens.billing.credential import Place, short_id
from billing_lens.billing.history import last_account_change
from billing_lens.billing.login import account
from billing_lens.config.models import OauthAccount
from billing_lens.machine.machine import Machine
from billing_lens.rules.rule import Finding, Severity, Verdict, rule


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
    date = datetime.fromtimestamp(change.at_ms / 1000, timezone.utc).date()
    yield Finding(
        "organization-changed",
        Severity.INFO,
        f"After {date} the account changed from {_name(change.before)} to {_name(change.after)}.",
        Place(known[1].path, "/oauthAccount/organizationUuid"),
    )


def _name(account: OauthAccount) -> str:
    kind = (account.organizationType or "an account").replace("_", " ")
    return f"{short_id(account.organizationUuid or 'no organization')} ({kind})"
