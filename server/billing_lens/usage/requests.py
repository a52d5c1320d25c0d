"""One paid request as a log tells it, and what one amounts to."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal

from msgspec import Struct


class Tokens(Struct, frozen=True):
    """Tokens by what they are billed as."""

    input: int = 0
    output: int = 0
    cache_read: int = 0
    cache_write_5m: int = 0
    cache_write_1h: int = 0

    @property
    def prompt(self) -> int:
        """How long the prompt was, cached parts included."""
        return self.input + self.cache_read + self.cache_write_5m + self.cache_write_1h

    @property
    def total(self) -> int:
        """All of them."""
        return self.prompt + self.output


def sum_of(tokens: Iterable[Tokens]) -> Tokens:
    """Return the sum, kind by kind."""
    rows = [
        (it.input, it.output, it.cache_read, it.cache_write_5m, it.cache_write_1h) for it in tokens
    ]
    return Tokens(*(sum(column) for column in zip(*rows, strict=True))) if rows else Tokens()


class Marks(Struct, frozen=True):
    """What a log says of a request that bears on who paid; None where it says nothing."""

    provider_model: bool = False
    """Whether the model or the answer's id is named as a cloud provider names it."""
    oauth: bool | None = None
    """Whether the request was made with an OAuth token (its beta header)."""
    first_party: bool | None = None
    """Whether it had a beta header that only requests to Anthropic's own API have."""
    cache: str | None = None
    """How long the prompt cache was asked to keep: ``1h`` or ``5m``."""
    account: bool | None = None
    """Whether the session belongs to an account that is logged in."""


class Request(Struct, frozen=True, kw_only=True):
    """One answered request. It holds nothing of what was asked or answered."""

    message_id: str
    request_id: str
    """Empty where the log has none."""
    at: datetime
    session: str
    project: str
    version: str
    model: str
    side_chain: bool
    """Whether a subagent made it."""
    tokens: Tokens
    web_searches: int = 0
    fast: bool = False
    us_only: bool = False
    marks: Marks = Marks()
    organization: str | None = None
    price: Decimal | None = None
    """US dollars by list; None where the model's price is not known."""
