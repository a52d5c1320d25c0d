"""Times as a person reads them, and units taken for each other."""

from __future__ import annotations

import time

import pytest

from billing_lens.output.time_words import Expiry, expiry_in_words, expiry_of, local_time

HOUR = 3_600_000
NOW = 1_764_028_800_000
"""2025-11-25 00:00 UTC."""


@pytest.mark.parametrize(
    ("milliseconds", "words"),
    [
        (7 * HOUR, "expires in 7 h"),
        (7 * HOUR - 1, "expires in 7 h"),
        (90 * 60_000, "expires in 2 h"),
        (25 * 60_000, "expires in 25 min"),
        (1, "expires in less than a minute"),
        (0, "expired less than a minute ago"),
        (-59_999, "expired less than a minute ago"),
        (-60_000, "expired 1 min ago"),
        (-23 * HOUR, "expired 23 h ago"),
        (-24 * HOUR, "expired 1 day ago"),
        (-72 * HOUR, "expired 3 days ago"),
        (47 * HOUR, "expires in 2 days"),
    ],
)
def test_how_long_something_is_good(milliseconds: int, words: str) -> None:
    assert expiry_in_words(NOW + milliseconds, NOW) == words


def test_a_number_in_the_unit_that_is_read() -> None:
    assert expiry_of(NOW, in_seconds=False) == Expiry(NOW)
    assert expiry_of(NOW / 1000, in_seconds=True) == Expiry(NOW)


def test_a_number_in_the_other_unit_is_called_a_mistake() -> None:
    seconds, milliseconds = NOW // 1000, NOW
    assert expiry_of(seconds, in_seconds=False) == Expiry(NOW, "seconds, milliseconds are needed")
    assert expiry_of(milliseconds, in_seconds=True) == Expiry(
        NOW, "milliseconds, seconds are needed"
    )


@pytest.mark.parametrize("value", [0, -5])
def test_what_is_no_time_of_any_unit_is_no_mistake(value: int) -> None:
    assert expiry_of(value, in_seconds=False) == Expiry(value)


@pytest.mark.parametrize("value", ["2026-01-01", None, True, [], {}])
def test_what_is_no_number_is_no_time(value: object) -> None:
    assert expiry_of(value, in_seconds=True) is None


def test_a_time_names_the_zone_it_is_in(monkeypatch: pytest.MonkeyPatch) -> None:
    for zone, shown in (("UTC", "2025-11-25 00:00 UTC"), ("Europe/Berlin", "2025-11-25 01:00 CET")):
        monkeypatch.setenv("TZ", zone)
        time.tzset()
        assert local_time(NOW) == shown
    monkeypatch.undo()
    time.tzset()


@pytest.mark.parametrize("at_ms", [1e30, float("inf"), float("nan"), -1e30])
def test_a_time_beyond_the_calendar_is_not_shown(at_ms: float) -> None:
    assert local_time(at_ms) is None
