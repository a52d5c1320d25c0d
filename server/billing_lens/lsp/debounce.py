"""Waiting for a pause in typing, so that many keystrokes cost one look."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

SETTLE_SECONDS = 0.03
"""How long to wait for the next keystroke before looking again."""
LONGEST_WAIT_SECONDS = 0.3
"""How long to wait at most, however fast they come."""


class Debounce:
    """Calls `look` once the client pauses. It is due until `cancel` says that someone looked."""

    def __init__(self, look: Callable[[], None]) -> None:
        self._look = look
        self._due = False
        self._timer: asyncio.TimerHandle | None = None
        self._when = 0.0
        self._latest = 0.0
        self._quiet = asyncio.Event()
        self._quiet.set()

    @property
    def due(self) -> bool:
        """Whether there is something new that nobody has looked at."""
        return self._due

    def soon(self) -> None:
        """Look at the next pause."""
        loop = asyncio.get_running_loop()
        now = loop.time()
        if not self._due:
            self._due, self._latest = True, now + LONGEST_WAIT_SECONDS
            self._quiet.clear()
        self._when = min(now + SETTLE_SECONDS, self._latest)
        # A timer that runs already finds out by itself that there is longer to wait.
        self._timer = self._timer or loop.call_at(self._when, self._wake)

    def cancel(self) -> None:
        """Someone looked, or nobody wants to any more."""
        if self._timer is not None:
            self._timer.cancel()
        self._due, self._timer = False, None
        self._quiet.set()

    async def pause(self) -> None:
        """Wait until the client pauses. If looking then failed, there still is something due."""
        await self._quiet.wait()

    def _wake(self) -> None:
        loop = asyncio.get_running_loop()
        if loop.time() < self._when:
            self._timer = loop.call_at(self._when, self._wake)
            return
        self._timer = None
        try:
            self._look()
        finally:
            self._quiet.set()
