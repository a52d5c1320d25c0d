"""When to look at the machines again: a state machine, fed with what the client announces.

    STARTING   there was no look with the client's settings yet
    CURRENT    all that was announced has been looked at
    EDITED     only open documents changed since the last look: opened, typed in, closed
    STALE      something else changed since the last look
    RESTING    the client is leaving

               STARTING   CURRENT    EDITED     STALE      RESTING
    start      STALE
    edited                EDITED *   EDITED *   STALE *
    changed               STALE *    STALE *    STALE *
    looked                CURRENT    CURRENT    CURRENT
    poll                  looks      looks      looks
    rest       RESTING    RESTING    RESTING    RESTING

Where nothing stands, nothing happens. With * a timer looks once the client pauses: a debounce of
`PAUSE_SECONDS` since the last such event, at most `LONGEST_WAIT_SECONDS` since the first. Whoever
looks, for whatever reason, says so by `looked`. A look that fails does not: what was due stays due,
and the next event or poll looks again.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from enum import Enum, auto
from typing import Protocol

PAUSE_SECONDS = 0.03
"""How long nothing may be announced for it to be a pause."""
LONGEST_WAIT_SECONDS = 0.3
"""How long to wait for a pause at most."""
SETTINGS_SECONDS = 0.5
"""How long the start waits for the client's settings."""
POLL_SECONDS = 1.0
MAXIMUM_AGE_SECONDS = 60.0
"""How old a review may get although nothing changed: sign-ins run out."""


class State(Enum):
    """What is known of the last look; the module says how one follows from another."""

    STARTING = auto()
    CURRENT = auto()
    EDITED = auto()
    STALE = auto()
    RESTING = auto()


class _Timer(Protocol):
    def cancel(self) -> object: ...


class _Clock(Protocol):
    """Time in seconds from any point, and calls at a time: an event loop of asyncio is one."""

    def time(self) -> float: ...

    def call_at(self, when: float, callback: Callable[[], object], /) -> _Timer: ...


class LookSchedule:
    """Calls `look` when it is time to."""

    def __init__(
        self, look: Callable[[], None], clock: Callable[[], _Clock] = asyncio.get_running_loop
    ) -> None:
        self._look = look
        self._clock = clock
        self.state = State.STARTING
        self._edited: set[str] = set()
        self._reviewed_at = 0.0
        self._timer: _Timer | None = None
        self._pause_at = self._latest = 0.0
        self._pause = asyncio.Event()

    @property
    def is_due(self) -> bool:
        """Whether something may have changed since the last look."""
        return self.state in (State.STARTING, State.EDITED, State.STALE)

    @property
    def is_old(self) -> bool:
        """Whether the last review is too old, whatever changed since."""
        return self._clock().time() - self._reviewed_at > MAXIMUM_AGE_SECONDS

    def is_edited_alone(self, uri: str) -> bool:
        """Return whether nothing but this document changed since the last look."""
        return self.state is State.EDITED and self._edited == {uri}

    def start(self) -> None:
        """The client's settings are known, or were waited for long enough."""
        if self.state is State.STARTING:
            self.state = State.STALE
            self._pause.set()

    def edited(self, uri: str) -> None:
        """The client opened, changed or closed a document."""
        if self.state not in (State.STARTING, State.RESTING):
            self._edited.add(uri)
            self.state = State.EDITED if self.state is State.CURRENT else self.state
            self._look_at_pause()

    def changed(self) -> None:
        """Something else than a document changed."""
        if self.state not in (State.STARTING, State.RESTING):
            self.state = State.STALE
            self._look_at_pause()

    def looked(self, *, reviewed: bool) -> None:
        """The machines were looked at; `reviewed` says whether one of them was reviewed."""
        if reviewed:
            self._reviewed_at = self._clock().time()
        if self.state not in (State.STARTING, State.RESTING):
            self._settle(State.CURRENT)

    def poll(self) -> None:
        """Look for what nobody announces."""
        if self.state not in (State.STARTING, State.RESTING):
            self._look()

    def rest(self) -> None:
        """The client said that it is leaving."""
        self._settle(State.RESTING)

    async def pause(self) -> None:
        """Wait until the client pauses, before the start until that; something may still be due."""
        with suppress(asyncio.TimeoutError):
            await asyncio.wait_for(self._pause.wait(), SETTINGS_SECONDS)

    def _settle(self, state: State) -> None:
        self.state = state
        self._edited.clear()
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self._pause.set()

    def _look_at_pause(self) -> None:
        clock = self._clock()
        now = clock.time()
        if self._timer is None:
            self._latest = now + LONGEST_WAIT_SECONDS
            self._pause.clear()
        self._pause_at = min(now + PAUSE_SECONDS, self._latest)
        # A timer that runs already finds out by itself that there is longer to wait.
        self._timer = self._timer or clock.call_at(self._pause_at, self._wake)

    def _wake(self) -> None:
        clock = self._clock()
        if clock.time() < self._pause_at:
            self._timer = clock.call_at(self._pause_at, self._wake)
            return
        self._timer = None
        try:
            self._look()
        finally:
            self._pause.set()
