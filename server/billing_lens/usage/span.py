"""Dates and spans as people write them, in the time zone of whoever asks."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta, tzinfo

from msgspec import Struct

FORMS = "7d, 12h, 2w, today, yesterday, 2026, 2026-11, 2026-11-04 or 2026-11-04T15:30"

_AGO = re.compile(r"(\d{1,5})([hdw])")
_UNITS = {"h": timedelta(hours=1), "d": timedelta(days=1), "w": timedelta(weeks=1)}
_MONTH = re.compile(r"(\d{4})(?:-(\d{2}))?")
_DECEMBER = 12


class Span(Struct, frozen=True):
    """From `start` to before `end`, either of which may be open."""

    start: datetime | None = None
    end: datetime | None = None

    def __contains__(self, at: datetime) -> bool:
        return (not self.start or self.start <= at) and (not self.end or at < self.end)


def span_of(text: str, now: datetime, zone: tzinfo | None) -> Span:
    """Return what `text` stands for; `zone` None is this machine's own, with its summer time.

    ``7d`` is from seven days ago to now, ``2026-11`` all of that month.

    Raises:
        ValueError: the text is none of `FORMS`.
    """
    text = text.strip()
    try:
        if ago := _AGO.fullmatch(text):
            return Span(now - int(ago[1]) * _UNITS[ago[2]], now)
        if text in ("today", "yesterday"):
            day = now.astimezone(zone).date() - timedelta(days=text == "yesterday")
            return Span(_midnight(day, zone), _midnight(day + timedelta(days=1), zone))
        if month := _MONTH.fullmatch(text):
            year, first = int(month[1]), int(month[2] or 1)
            last = int(month[2] or _DECEMBER)
            after = date(year + last // _DECEMBER, last % _DECEMBER + 1, 1)
            return Span(_midnight(date(year, first, 1), zone), _midnight(after, zone))
        if len(text) == len("2026-11-04"):
            day = date.fromisoformat(text)
            return Span(_midnight(day, zone), _midnight(day + timedelta(days=1), zone))
        at = datetime.fromisoformat(re.sub("[zZ]$", "+00:00", text))
        at = at if at.tzinfo else _local(at, zone)
        return Span(at, at)
    except (ValueError, OverflowError, OSError):
        raise ValueError(f"'{text}' is no time; write {FORMS}") from None


def _midnight(day: date, zone: tzinfo | None) -> datetime:
    return _local(datetime(day.year, day.month, day.day), zone)  # noqa: DTZ001 its zone follows


def _local(at: datetime, zone: tzinfo | None) -> datetime:
    return at.replace(tzinfo=zone) if zone else at.astimezone()
