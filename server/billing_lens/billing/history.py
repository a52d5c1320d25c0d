"""When the organization or the plan last changed, from the backups of the state file."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from billing_lens.billing.login import account
from billing_lens.config.models import OauthAccount
from billing_lens.machine.machine import Machine


@dataclass(frozen=True)
class AccountChange:
    """The account changed between two looks. `at_ms` is in milliseconds since 1970.

    It is the time of the last backup that shows the former account: the change came after it.
    """

    at_ms: int
    before: OauthAccount
    after: OauthAccount


def last_account_change(machine: Machine) -> AccountChange | None:
    """Return the last change of organization or plan that the backups show, None without one."""
    changes = list(_changes(machine))
    return changes[-1] if changes else None


def last_subscription(machine: Machine) -> tuple[OauthAccount, str] | None:
    """Return the newest backed-up account of a subscription and the backup's path."""
    for backup in reversed(machine.backups):
        if backup.account and is_subscription(backup.account):
            return backup.account, backup.path
    return None


def is_subscription(account: OauthAccount) -> bool:
    """Return whether an account's organization is that of a plan (``claude_max``)."""
    return (account.organizationType or "").startswith("claude_")


def _changes(machine: Machine) -> Iterator[AccountChange]:
    known = account(machine)
    seen = [(backup.at_ms, backup.account) for backup in machine.backups if backup.account]
    if known:
        seen.append((machine.now_ms, known[0]))
    for (at_ms, before), (_, after) in pairwise(seen):
        if _identity(before) != _identity(after):
            yield AccountChange(at_ms, before, after)


def _identity(account: OauthAccount) -> tuple[str | None, str | None]:
    return account.organizationUuid, account.organizationType
