"""What ``spent --json`` prints."""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

from msgspec import UNSET, Meta, Struct, UnsetType, field

from billing_lens.output.contract import SCHEMA
from billing_lens.usage.accounting import By
from billing_lens.usage.signals import Confidence, Payer

Instant: TypeAlias = Annotated[str, Meta(extra_json_schema={"format": "date-time"})]
Day: TypeAlias = Annotated[str, Meta(extra_json_schema={"format": "date"})]


class TokenCounts(Struct, frozen=True, kw_only=True):
    """Tokens by what they are billed as."""

    input: int
    output: int
    cache_read: int = field(name="cacheRead")
    cache_write_5m: int = field(name="cacheWrite5m")
    """Written to the prompt cache to be kept for 5 minutes."""
    cache_write_1h: int = field(name="cacheWrite1h")
    """Written to it to be kept for 1 hour."""


class PayerTotal(Struct, frozen=True, kw_only=True, rename="camel"):
    """What one payer paid for."""

    payer: Payer
    label: str
    """The payer, for people: `API usage`."""
    confidence: Confidence
    """That of the least sure session: `likely` means that it looks like this payer, no more."""
    sessions: int
    requests: int
    tokens: TokenCounts
    list_price: float
    """What it costs by Anthropic's list; of a subscription, what it would have cost."""
    unpriced: int
    """Requests whose price is not known; they are not in `listPrice`."""


class Group(PayerTotal, frozen=True, kw_only=True):
    """What one payer paid for one day, session, model or project."""

    key: str
    """The day, the session's id, the model or the project's folder."""


class SessionPart(Struct, frozen=True, kw_only=True, rename="camel"):
    """A session, or the part of one between two changes of payer."""

    id: str
    project: str
    """The folder that Claude Code was started in."""
    start: Instant
    end: Instant
    versions: tuple[str, ...]
    """Of Claude Code."""
    models: tuple[str, ...]
    payer: Payer
    confidence: Confidence
    evidence: tuple[str, ...]
    """Why, for people."""
    organization: str | None
    """The id of the organization of the login, where the log has it."""
    requests: tuple[str, ...]
    """The API's ids of the requests; those without one are in `requestCount` alone."""
    request_count: int
    tokens: TokenCounts
    list_price: float
    unpriced: int
    own_sum: float | None
    """Claude Code's own sum of the whole session at its end, null where it wrote none."""


class PassedOver(Struct, frozen=True, kw_only=True, rename="camel"):
    """What could not be counted."""

    broken: int
    """Lines that are no JSON, or cut off."""
    foreign: int
    """Lines that look like an answer of the model and are not built like one."""
    too_long: int
    vanished: int
    """Files that went away before they were read."""
    unreadable: tuple[str, ...]
    """The paths of what may not be read."""


class LogsRead(Struct, frozen=True, kw_only=True, rename="camel"):
    """What it is all from."""

    directory: str
    found: bool
    """Whether the directory is there."""
    files: int
    bytes: int
    oldest: Instant | None
    """The first request in them, whatever was asked for: Claude Code deletes old logs."""
    passed_over: PassedOver


class Spent(Struct, frozen=True, kw_only=True, rename="camel"):
    """What `billing-lens spent --json` prints."""

    schema: Literal[1] = SCHEMA
    since: Day | None
    """The first day that was asked for, or else the first with a request."""
    until: Day | None
    """The last day that was asked for, or else the last with a request."""
    currency: Literal["USD"] = "USD"
    payers: tuple[PayerTotal, ...]
    """The dearest first."""
    by: By
    groups: tuple[Group, ...] | UnsetType = UNSET
    """What `--by` asks for; absent where that is `payer`."""
    sessions: tuple[SessionPart, ...]
    """The oldest first."""
    logs: LogsRead
