"""Sums, counts and days as a person reads them, the same in a terminal, a page and a claim."""

from __future__ import annotations

from datetime import datetime, tzinfo

from billing_lens.output.contract.spent import PayerTotal, TokenCounts
from billing_lens.usage.signals import Confidence, Payer

CONFIDENCE_WORDS = {
    Confidence.RECORDED: "recorded",
    Confidence.LIKELY: "looks like it",
    Confidence.UNCLEAR: "a guess",
}

_UNITS = ((1_000_000_000, "G"), (1_000_000, "M"), (1_000, "k"))
_CENT = 0.01


def money(amount: float) -> str:
    """Return US dollars and cents; less than a cent is not nothing."""
    return "< $0.01" if 0 < amount < _CENT else f"${amount:,.2f}"


def price_of(total: PayerTotal) -> str:
    """Return a list price with a sign where not every request has one."""
    if total.unpriced == total.requests:
        return "not known"
    return f"{money(total.list_price)}{' +?' if total.unpriced else ''}"


def token_total(tokens: TokenCounts) -> int:
    """Return all tokens, cached ones included."""
    cached = tokens.cache_read + tokens.cache_write_5m + tokens.cache_write_1h
    return tokens.input + tokens.output + cached


def short_count(count: int) -> str:
    """Return a large number in three digits or so: 1.2 M."""
    for size, unit in _UNITS:
        if count >= size:
            return f"{count / size:.1f} {unit}"
    return str(count)


def counted(count: int, one: str, many: str = "") -> str:
    """Return a count with its noun."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def local_minute(instant: str, zone: tzinfo | None) -> str:
    """Return an instant of the contract in a time zone, None for this machine's."""
    at = datetime.fromisoformat(instant.replace("Z", "+00:00"))
    return at.astimezone(zone).strftime("%Y-%m-%d %H:%M")


def confidence_words(total: PayerTotal) -> str:
    """Return how sure a payer is; that nobody is known needs no word more."""
    return "" if total.payer is Payer.UNCLEAR else CONFIDENCE_WORDS[total.confidence]
