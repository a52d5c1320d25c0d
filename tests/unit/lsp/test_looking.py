"""Each event in each state: which state follows, whether somebody looks, and when."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest

from billing_lens.lsp import looking
from billing_lens.lsp.looking import (
    LONGEST_WAIT_SECONDS,
    MAXIMUM_AGE_SECONDS,
    PAUSE_SECONDS,
    LookSchedule,
    State,
)

SETTINGS, STATE = "file:///home/.claude/settings.json", "file:///home/.claude.json"
STARTING, CURRENT, EDITED, STALE, RESTING = State
A_MOMENT = PAUSE_SECONDS / 2


@dataclass
class Call:
    """A call that a clock is to make, as a timer."""

    when: float
    callback: Callable[[], object]
    cancelled: bool = False

    def cancel(self) -> None:
        """Have it not made."""
        self.cancelled = True


@dataclass
class Clock:
    """A clock that stands still until it is told to go on."""

    now: float = 1000.0
    calls: list[Call] = field(default_factory=list[Call])

    def time(self) -> float:
        """Return the time in seconds."""
        return self.now

    def call_at(self, when: float, callback: Callable[[], object], /) -> Call:
        """Call at a time, when the clock gets there."""
        call = Call(when, callback)
        self.calls.append(call)
        return call

    def go_on(self, seconds: float) -> None:
        """Let time pass, and what falls due in it happen at its time."""
        end = self.now + seconds
        while due := [it for it in self.calls if not it.cancelled and it.when <= end]:
            call = min(due, key=lambda it: it.when)
            self.calls.remove(call)
            self.now = max(self.now, call.when)
            call.callback()
        self.now = end


class LookFailedError(Exception):
    """A look that came to no end."""


class Looker:
    """Looks when its schedule says so, as the server does, and remembers when."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.schedule = LookSchedule(self.look, lambda: self.clock)
        self.looks: list[float] = []
        self.fails = False

    def look(self) -> None:
        """Look, unless it fails."""
        self.looks.append(self.clock.now)
        if self.fails:
            raise LookFailedError
        self.schedule.looked(reviewed=True)


EVENTS: dict[str, Callable[[LookSchedule], object]] = {
    "start": LookSchedule.start,
    "edited": lambda schedule: schedule.edited(SETTINGS),
    "changed": LookSchedule.changed,
    "looked": lambda schedule: schedule.looked(reviewed=True),
    "poll": LookSchedule.poll,
    "rest": LookSchedule.rest,
}
WAY_TO = {
    STARTING: (),
    CURRENT: ("start", "looked"),
    EDITED: ("start", "looked", "edited"),
    STALE: ("start", "looked", "changed"),
    RESTING: ("start", "looked", "rest"),
}
NEXT = {
    (STARTING, "start"): STALE,
    (CURRENT, "edited"): EDITED,
    (CURRENT, "changed"): STALE,
    (EDITED, "changed"): STALE,
    (EDITED, "looked"): CURRENT,
    (EDITED, "poll"): CURRENT,
    (STALE, "looked"): CURRENT,
    (STALE, "poll"): CURRENT,
    **{(state, "rest"): RESTING for state in State},
}
"""The state after an event, where it is another; the looker looks at once when it is told to."""
LOOK_AT_ONCE = {(state, "poll") for state in (CURRENT, EDITED, STALE)}
LOOK_AT_PAUSE = {
    (state, event) for state in (CURRENT, EDITED, STALE) for event in ("edited", "changed")
}
STAY_DUE = {(EDITED, "start"), (STALE, "start")}
"""Nothing happens, so that the look that was due before is taken."""


def looker_in(state: State) -> Looker:
    looker = Looker()
    for event in WAY_TO[state]:
        EVENTS[event](looker.schedule)
    assert looker.schedule.state is state
    assert looker.looks == []
    return looker


@pytest.mark.parametrize("event", EVENTS)
@pytest.mark.parametrize("state", State)
def test_each_event_in_each_state(state: State, event: str) -> None:
    looker = looker_in(state)
    start = looker.clock.now

    EVENTS[event](looker.schedule)

    now = NEXT.get((state, event), state)
    assert looker.schedule.state is now
    assert looker.schedule.is_due is (now in (STARTING, EDITED, STALE))
    assert looker.looks == ([start] if (state, event) in LOOK_AT_ONCE else [])
    looker.looks.clear()
    looker.clock.go_on(10)
    at_pause = (state, event) in LOOK_AT_PAUSE | STAY_DUE
    assert looker.looks == ([start + PAUSE_SECONDS] if at_pause else [])
    if at_pause:
        assert looker.schedule.state is CURRENT


@pytest.mark.parametrize("event", ["edited", "changed"])
def test_events_put_off_the_look_to_the_next_pause(event: str) -> None:
    looker = looker_in(CURRENT)
    for _ in range(5):
        EVENTS[event](looker.schedule)
        looker.clock.go_on(A_MOMENT)
    last = looker.clock.now - A_MOMENT
    looker.clock.go_on(10)

    assert looker.looks == [pytest.approx(last + PAUSE_SECONDS)]


def test_without_a_pause_it_looks_all_the_same() -> None:
    looker = looker_in(CURRENT)
    start = looker.clock.now
    while looker.clock.now < start + 2 * LONGEST_WAIT_SECONDS:
        looker.schedule.edited(SETTINGS)
        looker.clock.go_on(A_MOMENT)

    first, *more = looker.looks
    assert first == pytest.approx(start + LONGEST_WAIT_SECONDS)
    assert len(more) <= 1


def test_a_look_for_another_reason_takes_the_place_of_the_one_that_was_due() -> None:
    looker = looker_in(EDITED)
    looker.look()
    looker.clock.go_on(10)

    assert len(looker.looks) == 1


def test_it_tells_whether_one_document_alone_was_edited() -> None:
    looker = looker_in(CURRENT)
    schedule = looker.schedule
    assert not schedule.is_edited_alone(SETTINGS)
    schedule.edited(SETTINGS)
    schedule.edited(SETTINGS)
    assert schedule.is_edited_alone(SETTINGS)
    assert not schedule.is_edited_alone(STATE)
    schedule.edited(STATE)
    assert not schedule.is_edited_alone(SETTINGS)

    looker.look()
    schedule.edited(SETTINGS)
    assert schedule.is_edited_alone(SETTINGS)
    schedule.changed()
    assert not schedule.is_edited_alone(SETTINGS)
    schedule.edited(SETTINGS)
    assert not schedule.is_edited_alone(SETTINGS)


@pytest.mark.parametrize("state", [EDITED, STALE])
def test_after_a_look_that_fails_it_stays_due_and_the_next_event_looks_again(state: State) -> None:
    looker = looker_in(state)
    looker.fails = True
    with pytest.raises(LookFailedError):
        looker.clock.go_on(10)
    with pytest.raises(LookFailedError):
        looker.schedule.poll()
    assert looker.schedule.state is state
    looker.fails = False
    looker.schedule.edited(SETTINGS)
    looker.clock.go_on(10)

    assert len(looker.looks) == 3
    assert looker.schedule.state is CURRENT


def test_a_review_gets_old_whether_or_not_anything_changed() -> None:
    looker = looker_in(CURRENT)
    looker.clock.go_on(MAXIMUM_AGE_SECONDS)
    looker.schedule.looked(reviewed=False)
    assert not looker.schedule.is_old
    looker.clock.go_on(1)
    assert looker.schedule.is_old

    looker.schedule.looked(reviewed=False)
    assert looker.schedule.is_old
    looker.schedule.looked(reviewed=True)
    assert not looker.schedule.is_old


async def waiting_for_a_pause(looker: Looker) -> asyncio.Future[None]:
    """Return what waits, once it does."""
    waiting = asyncio.ensure_future(looker.schedule.pause())
    for _ in range(10):
        await asyncio.sleep(0)
    return waiting


class TestWaitingForAPause:
    """Whoever wants an answer that all that was announced counts in, waits for a pause."""

    @pytest.fixture(autouse=True)
    def wait_long(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(looking, "SETTINGS_SECONDS", 60)

    @pytest.mark.parametrize("state", [CURRENT, RESTING])
    async def test_where_nothing_is_due_there_is_nothing_to_wait_for(self, state: State) -> None:
        looker = looker_in(state)

        await asyncio.wait_for(looker.schedule.pause(), 10)

    @pytest.mark.parametrize("event", ["looked", "rest"])
    @pytest.mark.parametrize("state", [EDITED, STALE])
    async def test_it_ends_with_the_look(self, state: State, event: str) -> None:
        looker = looker_in(state)
        waiting = await waiting_for_a_pause(looker)
        assert not waiting.done()

        EVENTS[event](looker.schedule)

        await asyncio.wait_for(waiting, 10)

    async def test_it_ends_with_a_look_that_fails(self) -> None:
        looker = looker_in(EDITED)
        looker.fails = True
        waiting = await waiting_for_a_pause(looker)
        assert not waiting.done()
        with pytest.raises(LookFailedError):
            looker.clock.go_on(10)

        await asyncio.wait_for(waiting, 10)
        assert looker.schedule.is_due

    async def test_it_ends_with_the_start(self) -> None:
        looker = looker_in(STARTING)
        waiting = await waiting_for_a_pause(looker)
        assert not waiting.done()

        looker.schedule.start()

        await asyncio.wait_for(waiting, 10)
        assert looker.schedule.is_due

    async def test_it_does_not_wait_for_ever_for_a_start(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(looking, "SETTINGS_SECONDS", 0.01)
        looker = looker_in(STARTING)

        await asyncio.wait_for(looker.schedule.pause(), 10)

        assert looker.schedule.state is STARTING
