"""Waiting for a pause in typing, so that many keystrokes cost one look."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

SETTLE_SECONDS = 0.03
"""How long to wait for the next keystroke before looking again."""
LONGEST_WAIT_SECONDS = 0.3
"""How long to wait at most, however fast they come."""


class Settling:
    """Calls `look` once the client pauses. It is due until `cancel` says that someone looked."""

    def __init__(self, look: Callable[[], None]) -> None:
        self._look = look
        self._pending: asyncio.TimerHandle | None = None
        self._latest = 0.0
        self._quiet = asyncio.Event()
        self._quiet.set()

    @property
    def due(self) -> bool:
        """Whether there is something new that nobody has looked at."""
        return self._pending is not None

    def soon(self) -> None:
        """Look at the next pause."""
        loop = asyncio.get_running_loop()
        if self._pending is None:
            self._latest = loop.time() + LONGEST_WAIT_SECONDS
        else:
            self._pending.cancel()
        when = min(loop.time() + SETTLE_SECONDS, self._latest)
        self._pending = loop.call_at(when, self._pause_came)
        self._quiet.clear()

    def cancel(self) -> None:
        """Someone looked, or nobody wants to any more."""
        if self._pending is not None:
            self._pending.cancel()
            self._pending = None
        self._quiet.set()

    async def pause(self) -> None:
        """Wait until the client pauses. If looking then failed, there still is something due."""
        await self._quiet.wait()

    def _pause_came(self) -> None:
        try:
            self._look()
        finally:
            self._quiet.set()
