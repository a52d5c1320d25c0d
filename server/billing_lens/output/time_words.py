"""Times in words, as a person reads them: "expires in 7 h"."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct

_MINUTE_MS = 60_000
_UNITS = (("day", 24 * 60 * _MINUTE_MS), ("h", 60 * _MINUTE_MS), ("min", _MINUTE_MS))

EARLIEST_MS = 100_000_000_000
"""In milliseconds since 1970 a day of 1973, in seconds one of the year 5138: no token expires then,
so a number below it that stands for milliseconds is one of seconds, and the reverse."""


class Expiry(Struct, frozen=True):
    """When something expires. `mistake` says which unit it is in and which is needed, if others."""

    at_ms: float
    mistake: str = ""


def expiry_of(value: object, *, in_seconds: bool) -> Expiry | None:
    """Return the time that a number in a file means, None for what is no number.

    `in_seconds` says how the program that owns the file reads it; else it reads milliseconds.
    """
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    looks_like_seconds = value < EARLIEST_MS
    at_ms = value * 1000 if looks_like_seconds else value
    if in_seconds is looks_like_seconds or value <= 0:
        return Expiry(value * 1000 if in_seconds else value)
    needed = "milliseconds, seconds are" if in_seconds else "seconds, milliseconds are"
    return Expiry(at_ms, f"{needed} needed")


def expiry_in_words(at_ms: float, now_ms: int) -> str:
    """Return how long something is good from `now_ms` on, or how long it has been no more."""
    amount = _amount(abs(at_ms - now_ms))
    return f"expires in {amount}" if at_ms > now_ms else f"expired {amount} ago"


def _amount(milliseconds: float) -> str:
    for unit, length in _UNITS:
        if milliseconds >= length:
            # Rounded: 6 hours and 59 minutes are 7 h to a person.
            count = round(milliseconds / length)
            return f"{count} days" if unit == "day" and count > 1 else f"{count} {unit}"
    return "less than a minute"


def local_time(at_ms: float) -> str | None:
    """Return a time as date, hour and time zone of this machine, None when no calendar has it."""
    try:
        return datetime.fromtimestamp(at_ms / 1000).astimezone().strftime("%Y-%m-%d %H:%M %Z")
    except (OverflowError, OSError, ValueError):
        return None
