"""Waiting for what other processes do, on a machine that may be busy."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import TypeVar

PATIENCE_S = 30.0
"""Far more than anything here takes: only what never comes is waited for so long."""
AT_ONCE_S = 3.0
"""It is a fifth of a second where nothing else runs."""

_T = TypeVar("_T")


async def until(found: Callable[[], _T], what: str) -> _T:
    """The first true value of `found()`; AssertionError naming `what` when none comes in time."""
    end = time.monotonic() + PATIENCE_S
    while not (value := found()):
        assert time.monotonic() < end, f"not within {PATIENCE_S:.0f} s: {what}"
        await asyncio.sleep(0.01)
    return value
