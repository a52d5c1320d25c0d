"""When the organization or the plan last changed, from the backups of the state file."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timezone
from itertools import pairwise

from msgspec import Struct

from billing_lens.billing.credential import short_id
from billing_lens.billing.login import account
from billing_lens.config.models import OauthAccount
from billing_lens.machine.machine import Machine


class AccountChange(Struct, frozen=True):
    """The account changed between two looks. `at_ms` is in milliseconds since 1970.

    It is the time of the last backup that shows the former account: the change came after it.
    """

    at_ms: int
    before: OauthAccount
    after: OauthAccount
    shown_by: str
    """The path of that backup."""

    @property
    def at(self) -> datetime:
        """That time, in UTC."""
        return datetime.fromtimestamp(self.at_ms / 1000, timezone.utc)


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


def describe_account(account: OauthAccount) -> str:
    """Return an account in a few words: "Dev's Organization (Claude Max)"."""
    identifier = account.organizationUuid
    name = account.organizationName or (short_id(identifier) if identifier else "no organization")
    return f"{name} ({describe_plan(account) if account.organizationType else 'an account'})"


def describe_plan(account: OauthAccount) -> str:
    """Return "Claude Max" for ``claude_max``; what is no plan is quoted as it is."""
    kind = account.organizationType or ""
    return kind.replace("_", " ").title() if is_subscription(account) else f"'{kind}'"


def is_subscription(account: OauthAccount) -> bool:
    """Return whether an account's organization is that of a plan (``claude_max``)."""
    return (account.organizationType or "").startswith("claude_")


def _changes(machine: Machine) -> Iterator[AccountChange]:
    known = account(machine)
    backups = [it for it in machine.backups if it.account and it.account.organizationUuid]
    accounts = [it.account for it in backups if it.account]
    if known and known[0].organizationUuid:
        accounts.append(known[0])
    for backup, (before, after) in zip(backups, pairwise(accounts), strict=False):
        if _differ(before, after):
            yield AccountChange(backup.at_ms, before, after, backup.path)


def _differ(before: OauthAccount, after: OauthAccount) -> bool:
    """Whether organization or plan differ; a plan that one of the two does not say does not."""
    plans = (before.organizationType, after.organizationType)
    return before.organizationUuid != after.organizationUuid or (
        all(plans) and plans[0] != plans[1]
    )
