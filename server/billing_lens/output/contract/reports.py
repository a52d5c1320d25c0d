"""What ``compare --json``, ``undo --list --json`` and ``report --json`` print."""

from __future__ import annotations

from typing import Literal

from msgspec import UNSET, Struct, UnsetType, field

from billing_lens.billing.error_messages import FailureClass
from billing_lens.billing.sources import Billing, Source
from billing_lens.config.file_entry import FileState
from billing_lens.config.kinds import Kind
from billing_lens.fixes.journal import Action, State
from billing_lens.machine.machine import Mode
from billing_lens.output.contract import SCHEMA
from billing_lens.output.contract.status import (
    AccountChange,
    ClaudeCode,
    Credential,
    Environment,
    Expected,
    Finding,
    OtherMode,
    Route,
)


class Side(Struct, frozen=True, kw_only=True):
    """One of the two that are compared."""

    name: str
    """As it was asked for: `terminal`, `ci:review`, or the path of a saved status."""
    mode: Mode
    version: str
    """Of Claude Code."""
    billing: Billing
    label: str
    """Who pays, for people."""
    works: bool | None
    source: Source
    organization: str | None
    """The organization's id."""
    provider: str | None
    host: str | None


class Places(Struct, frozen=True):
    """Where something stands on each side, for people; null where it stands nowhere."""

    a: str | None
    b: str | None


class Difference(Struct, frozen=True, kw_only=True):
    """One thing that is not the same, in words for people."""

    what: str
    a: str
    b: str
    effect: str
    """What comes of it."""
    places: Places


class Comparison(Struct, frozen=True, kw_only=True, rename="camel"):
    """Two runs of Claude Code side by side."""

    a: Side
    b: Side
    same_payer: bool
    """Whether nothing that is known tells the payers apart."""
    differences: tuple[Difference, ...]
    """In Claude Code's order: the first decides."""


class Comparisons(Struct, frozen=True, kw_only=True, rename="camel"):
    """What `billing-lens compare --json` prints."""

    schema: Literal[1] = SCHEMA
    same_payer: bool
    """Whether that is so of every comparison."""
    comparisons: tuple[Comparison, ...]
    """One for each pair of runs that A and B stand for."""


class ChangedWith(Struct, frozen=True):
    """The version of Claude Code that was assumed; null where that was not kept."""

    version: str | None


class KeptPlace(Struct, frozen=True, kw_only=True):
    """Where the finding stood when the change was made."""

    path: str | None
    pointer: str | None
    variable: str | None


class KeptFinding(Struct, frozen=True):
    """The finding that called for a change."""

    message: str
    location: KeptPlace


class ChangedFile(Struct, frozen=True, kw_only=True):
    """One file of a change."""

    action: Action
    path: str
    to: str | None
    """The new path of what was renamed."""


class Change(Struct, frozen=True, kw_only=True, rename="camel"):
    """One applied fix."""

    id: str
    """What `undo` takes."""
    at: str
    """The time in UTC, as ISO 8601."""
    state: State
    """`pending` means that it was cut off while it was applied."""
    home: str
    claude_code: ChangedWith
    mode: str | None
    rule: str
    finding: KeptFinding | None
    fix: str
    """The fix's id."""
    title: str
    files: tuple[ChangedFile, ...]
    before: str | None
    """Who paid before, for people."""
    after: str
    """Who pays after it, for people; a promise unless `observed`."""
    observed: bool
    as_expected: bool | None
    """Whether the right one paid after it; null when nothing was expected."""


class Changes(Struct, frozen=True, kw_only=True):
    """What `billing-lens undo --list --json` prints."""

    schema: Literal[1] = SCHEMA
    changes: tuple[Change, ...]
    """The newest first."""


class BillingLens(Struct, frozen=True):
    """What made the report."""

    version: str
    python: str


class InstalledClaudeCode(ClaudeCode, frozen=True, kw_only=True):
    """The version of Claude Code that was assumed, and the program that would run."""

    command: str | None
    """The path of the `claude` that would run."""


class Platforms(Struct, frozen=True):
    """The platform that the answer is about, and the one that made it."""

    looked_at: str = field(name="looked at")
    running_on: str = field(name="running on")


class Model(Struct, frozen=True):
    """A model that is named somewhere."""

    model: str
    origin: str = field(name="from")


class PresentFile(Struct, frozen=True, kw_only=True):
    """One config file that is there."""

    path: str
    kind: Kind
    state: FileState
    mode: str | None
    """The permission bits in octal, where there are such."""
    bytes: int
    link: bool
    """Whether it is a symbolic link."""


class RecentUse(Struct, frozen=True, kw_only=True, rename="camel"):
    """What one payer seems to have paid for in the last 7 days, by Claude Code's session logs."""

    payer: str
    """As in `spent --json`, as are the others."""
    label: str
    confidence: str
    requests: int
    list_price: float


class Triage(Struct, frozen=True, kw_only=True, rename="camel"):
    """What kind of failure the given message of Claude Code's is about."""

    failure: FailureClass | None = field(name="class")
    """Null when the message is not known."""
    meaning: str
    ours_to_fix: bool | UnsetType = UNSET
    """Whether it can be put right here; absent when the message is not known."""
    source: str | UnsetType = UNSET
    """How the meaning is known; absent when it is not."""


class Report(Struct, frozen=True, kw_only=True, rename="camel"):
    """What `billing-lens report --json` prints: a status and what is around it, nothing private."""

    schema: Literal[1] = SCHEMA
    billing_lens: BillingLens
    claude_code: InstalledClaudeCode
    platform: Platforms
    provider: str
    """The cloud provider that requests go to, or `anthropic`."""
    model: tuple[Model, ...]
    mode: Mode
    route: Route
    other_mode: OtherMode
    environments: tuple[Environment, ...]
    expected: Expected | None
    as_expected: bool | None
    credentials: tuple[Credential, ...]
    findings: tuple[Finding, ...]
    last_account_change: AccountChange | None
    changes: tuple[Change, ...]
    """The last that were made here."""
    files: tuple[PresentFile, ...]
    spent: tuple[RecentUse, ...] = ()
    """Empty where the logs have nothing, and where they were not looked at."""
    triage: Triage | None
