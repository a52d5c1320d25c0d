"""List prices of Anthropic's models: a table of dated rows, and what one request costs by it."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path

import msgspec
from msgspec import Struct, field

from billing_lens.usage.requests import Request

WEB_SEARCH = Decimal("0.01")
"""US dollars for one; the pricing page and Claude Code 2.1.332 (its ``cost-state``) agree."""
US_ONLY = Decimal("1.1")
"""Times the price where inference was kept in the US; by the same two."""

_MILLION = 1_000_000
_PROVIDER = re.compile(r"^(?:arn:[^/]*/)?(?:[a-z-]{2,10}\.)?anthropic\.")
_VARIANT = re.compile(r"(?:[-@]\d{8}|-latest|@default)?(?:-v\d+(?::\d+)?)?(?:\[1m\])?$")


class Rates(Struct, frozen=True, kw_only=True):
    """US dollars for a million tokens."""

    input: Decimal
    output: Decimal
    cache_read: Decimal
    cache_write_5m: Decimal
    cache_write_1h: Decimal


class LongPrompt(Rates, frozen=True, kw_only=True):
    """The rates of a whole request whose prompt has more tokens than `above`."""

    above: int


class Row(Rates, frozen=True, kw_only=True):
    """The price of one model, from the day `since` to the day before `until` where they are set."""

    model: str
    since: date | None = None
    until: date | None = None
    long: LongPrompt | None = None
    fast: Decimal | None = None
    """Times the price in fast mode, by Claude Code 2.1.332 (``cost-state``); None where there is
    none."""
    source: str
    checked: date


class _Table(Struct, frozen=True):
    rows: tuple[Row, ...] = field(default_factory=tuple)


@cache
def price_rows() -> tuple[Row, ...]:
    """Return the table."""
    data = Path(__file__).with_name("prices.json").read_bytes()
    return msgspec.json.decode(data, type=_Table).rows


@cache
def plain_model(model: str) -> str:
    """Return a model's name as Anthropic's price list has it: no provider, date or variant."""
    return _VARIANT.sub("", _PROVIDER.sub("", model))


@cache
def _rows_of(model: str) -> tuple[Row, ...]:
    return tuple(row for row in price_rows() if row.model == plain_model(model))


def list_price(request: Request) -> Decimal | None:
    """Return what a request costs by Anthropic's list, in US dollars; None if that is not known.

    What a cloud provider or a gateway charges may differ.
    """
    day = request.at.date()
    row = next(
        (
            it
            for it in _rows_of(request.model)
            if (not it.since or it.since <= day) and (not it.until or day < it.until)
        ),
        None,
    )
    if row is None or (request.fast and row.fast is None):
        return None
    tokens = request.tokens
    rates = row.long if row.long and tokens.prompt > row.long.above else row
    millionths = (
        rates.input * tokens.input
        + rates.output * tokens.output
        + rates.cache_read * tokens.cache_read
        + rates.cache_write_5m * tokens.cache_write_5m
        + rates.cache_write_1h * tokens.cache_write_1h
    )
    if request.fast and row.fast:
        millionths *= row.fast
    if request.us_only:
        millionths *= US_ONLY
    return millionths / _MILLION + WEB_SEARCH * request.web_searches
