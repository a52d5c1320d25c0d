"""Dates and spans as people write them."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest

from billing_lens.usage.span import span_of

EAST = timezone(timedelta(hours=9))
NOW = datetime(2026, 11, 28, 20, 0, tzinfo=timezone.utc)
"""In the East it is the 29th already."""


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("7d", "2026-11-21T20:00+00:00", "2026-11-28T20:00+00:00"),
        ("12h", "2026-11-28T08:00+00:00", "2026-11-28T20:00+00:00"),
        ("2w", "2026-11-14T20:00+00:00", "2026-11-28T20:00+00:00"),
        ("today", "2026-11-29T00:00+09:00", "2026-11-30T00:00+09:00"),
        ("yesterday", "2026-11-28T00:00+09:00", "2026-11-29T00:00+09:00"),
        ("2026", "2026-01-01T00:00+09:00", "2027-01-01T00:00+09:00"),
        ("2026-11", "2026-11-01T00:00+09:00", "2026-12-01T00:00+09:00"),
        ("2026-12", "2026-12-01T00:00+09:00", "2027-01-01T00:00+09:00"),
        ("2026-11-04", "2026-11-04T00:00+09:00", "2026-11-05T00:00+09:00"),
        ("2026-11-04T15:30", "2026-11-04T15:30+09:00", "2026-11-04T15:30+09:00"),
        ("2026-11-04T15:30Z", "2026-11-04T15:30+00:00", "2026-11-04T15:30+00:00"),
    ],
)
def test_a_span(text: str, start: str, end: str) -> None:
    span = span_of(text, NOW, EAST)

    assert span.start == datetime.fromisoformat(start)
    assert span.end == datetime.fromisoformat(end)


@pytest.mark.parametrize(
    "text", ["", "7", "7y", "2026-13", "2026-02-30", "soon", "99999999w", "0000"]
)
def test_what_is_no_time(text: str) -> None:
    with pytest.raises(ValueError, match="is no time"):
        span_of(text, NOW, EAST)
