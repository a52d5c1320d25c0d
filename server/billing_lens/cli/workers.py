"""Many pieces of work in processes of their own: none that fails stops the others."""

from __future__ import annotations

import multiprocessing
import os
import signal
import time
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from typing import TypeVar

from billing_lens.fixes.uninterrupted import uninterrupted

PATIENCE_SECONDS = 60.0
"""How long the workers may all be silent; a home with a state file of 50 MB takes one second."""
MOST_WORKERS = 61
"""More than this Windows cannot wait for."""
_GLANCE_SECONDS = 0.1
_AHEAD = 2
"""How many pieces of work are handed out for each worker, so that none waits for its next one."""

Result = TypeVar("Result")


def usual_workers() -> int:
    """Return how many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def in_order(
    work: Callable[[str], Result],
    tasks: Sequence[str],
    workers: int,
    patience: float = PATIENCE_SECONDS,
) -> Iterator[tuple[str, Result | None]]:
    """Yield each of the different `tasks` with what `work` returns of it, in their order.

    None stands for a task whose process died or gave no answer within `patience` seconds. What
    `work` raises is raised.
    """
    known: dict[str, Result | None] = {}
    expected = deque(tasks)
    for done, result in _as_they_come(work, tasks, workers, patience):
        known[done] = result
        while expected and expected[0] in known:
            task = expected.popleft()
            yield task, known.pop(task)


def _as_they_come(
    work: Callable[[str], Result], tasks: Iterable[str], workers: int, patience: float
) -> Iterator[tuple[str, Result | None]]:
    """Yield each task with its result. Those under way when a process is lost are tried alone."""
    waiting = deque(tasks)
    while waiting:
        suspects = yield from _until_one_is_lost(work, waiting, workers, patience)
        if len(suspects) == 1:
            yield suspects[0], None
        else:
            for task in suspects:
                yield from _as_they_come(work, [task], 1, patience)


def _until_one_is_lost(
    work: Callable[[str], Result], waiting: deque[str], workers: int, patience: float
) -> Generator[tuple[str, Result], None, list[str]]:
    """Yield results, taking tasks from `waiting`, until all are done or a process is lost.

    Returns the tasks that were under way then.
    """
    under_way: dict[Future[Result], str] = {}
    with ProcessPoolExecutor(workers, initializer=_leave_interrupts_to_the_parent) as pool:
        try:
            while waiting or under_way:
                with uninterrupted(), _unheard_by_what_starts():
                    while waiting and len(under_way) < workers * _AHEAD:
                        future = pool.submit(work, waiting[0])
                        under_way[future] = waiting.popleft()
                finished = _finished_next(under_way, patience)
                lost = {it for it in finished if isinstance(it.exception(), BrokenProcessPool)}
                for future in finished - lost:
                    yield under_way.pop(future), future.result()
                if lost or not finished:
                    break
        except BrokenProcessPool:
            pass
        except BaseException:
            _end_workers()
            raise
        if under_way:
            _end_workers()
        return list(under_way.values())


def _finished_next(under_way: Iterable[Future[Result]], patience: float) -> set[Future[Result]]:
    """Return what is done next, nothing when it takes longer than `patience` seconds.

    Ctrl-C comes through between two glances only. Raised while a future's lock is held, it would
    leave the lock held, and the pool's own thread would wait for it for ever.
    """
    finished: set[Future[Result]] = set()
    give_up = time.monotonic() + patience
    while not finished and time.monotonic() < give_up:
        with uninterrupted():
            finished, _ = wait(under_way, _GLANCE_SECONDS, FIRST_COMPLETED)
    return finished


@contextmanager
def _unheard_by_what_starts() -> Generator[None]:
    """Have a worker inherit, where it can, not to hear Ctrl-C until it leaves that to us."""
    if os.name != "posix":
        yield
        return
    former = signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT])
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, former)


def _leave_interrupts_to_the_parent() -> None:
    """Ctrl-C reaches every process of the terminal; the parent ends its workers itself."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _end_workers() -> None:
    """Kill the workers, which only read: one that hangs would be waited for."""
    for worker in multiprocessing.active_children():
        worker.kill()
