"""Waiting for what comes by itself, as everything in a window does."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

TIMEOUT_S = 30.0

_T = TypeVar("_T")


def until(found: Callable[[], _T], what: str, timeout_s: float = TIMEOUT_S) -> _T:
    """The first true value of `found()`; AssertionError naming `what` when none comes in time."""
    end = time.monotonic() + timeout_s
    while not (value := found()):
        assert time.monotonic() < end, f"not within {timeout_s:.0f} s: {what}"
        time.sleep(0.05)
    return value
