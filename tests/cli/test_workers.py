"""Work in processes of their own: real ones, which die, hang and are interrupted."""

from __future__ import annotations

import multiprocessing
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from billing_lens.cli import workers
from billing_lens.cli.workers import PATIENCE_SECONDS, in_order
from tests.cli.command_line import program
from tests.cli.terminal import shown_on_a_terminal
from tests.machines import headline

TASKS = [f"task {number}" for number in range(20)]
LEAVE_INTERRUPTS = workers._leave_interrupts_to_the_parent  # pyright: ignore[reportPrivateUsage]
PATIENCE = 4.0
"""Seconds after which a worker counts as lost: a busy machine needs some to start one."""
ENDS_WITHIN = 60.0
"""Seconds that no end here takes: only a hanging one is waited for so long."""


def work(task: str) -> str:
    """Do what the task is called."""
    if "dies" in task:
        os.kill(os.getpid(), signal.SIGKILL)
    if "hangs" in task:
        os.kill(os.getpid(), signal.SIGSTOP)
    if "raises" in task:
        raise ValueError(task)
    if "slow" in task:
        time.sleep(0.5)
    return task.upper()


@pytest.fixture(autouse=True)
def no_process_is_left() -> Iterator[None]:
    """Look for processes that outlive the work."""
    yield
    assert multiprocessing.active_children() == []


@pytest.mark.parametrize("workers", [1, 2, 8])
def test_results_come_in_the_order_of_the_tasks(workers: int) -> None:
    tasks = ["slow one", *TASKS]

    assert list(in_order(work, tasks, workers)) == [(task, task.upper()) for task in tasks]


def test_no_task_is_no_work() -> None:
    assert list(in_order(work, [], 2)) == []


@pytest.mark.parametrize(
    ("lost", "workers"),
    [
        (["dies"], 1),
        (["dies"], 2),
        (["hangs"], 2),
        (["dies 1", "hangs", "dies 2"], 1),
        (["dies 1", "hangs 1", "dies 2", "hangs 2"], 2),
    ],
)
def test_a_process_that_is_lost_loses_its_own_task_only(lost: list[str], workers: int) -> None:
    tasks = [*TASKS[:5], *lost, *TASKS[5:]]

    done = dict(in_order(work, tasks, workers, PATIENCE))

    assert list(done) == tasks
    assert [task for task, result in done.items() if result is None] == lost
    assert all(done[task] == task.upper() for task in TASKS)


def test_what_is_raised_reaches_the_caller() -> None:
    with pytest.raises(ValueError, match="raises"):
        list(in_order(work, [*TASKS, "raises", *TASKS], 2))


@pytest.mark.parametrize("workers", [1, 2])
def test_a_caller_who_is_slower_than_the_work_loses_nothing(workers: int) -> None:
    results: list[str | None] = []
    for _, result in in_order(work, TASKS, workers):
        time.sleep(0.02)
        results.append(result)

    assert results == list(map(str.upper, TASKS))


def test_a_caller_who_has_enough_does_not_wait_for_the_rest() -> None:
    started = time.monotonic()
    results = in_order(work, ["first", "hangs 1", "hangs 2"], 2)

    assert next(results) == ("first", "FIRST")
    del results
    assert time.monotonic() - started < PATIENCE_SECONDS


@pytest.mark.parametrize(("owner", "busy"), [(workers, "wait"), (ProcessPoolExecutor, "submit")])
def test_an_interrupt_waits_while_the_pool_holds_its_locks(
    monkeypatch: pytest.MonkeyPatch, owner: object, busy: str
) -> None:
    do, done = getattr(owner, busy), list[str]()

    def press_and_do(*arguments: Any, **more: Any) -> Any:
        os.kill(os.getpid(), signal.SIGINT)
        result = do(*arguments, **more)
        done.append(busy)
        return result

    monkeypatch.setattr(owner, busy, press_and_do)

    with pytest.raises(KeyboardInterrupt):
        list(in_order(work, TASKS, 2))

    assert busy in done


def interrupted_at_first() -> None:
    """Begin as a worker that Ctrl-C reaches before it has begun."""
    os.kill(os.getpid(), signal.SIGINT)
    LEAVE_INTERRUPTS()


def test_a_worker_does_not_hear_an_interrupt_even_as_it_starts(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(workers, "_leave_interrupts_to_the_parent", interrupted_at_first)

    assert list(in_order(work, TASKS, 2)) == [(task, task.upper()) for task in TASKS]
    assert capfd.readouterr().err == ""


def homes_in(place: Path, count: int) -> tuple[str, ...]:
    """Return the options that check as many homes, without the managed settings of this machine."""
    for number in range(count):
        headline().build(place / f"user-{number:03}")
    return "--home", f"{place}/*/home", "--managed-dir", os.devnull


def test_progress_is_shown_on_a_terminal_and_leaves_no_trace(tmp_path: Path) -> None:
    homes = homes_in(tmp_path, 30)

    shown = shown_on_a_terminal("check", *homes, "--jobs", "1")

    assert "/30 [" in shown.written
    assert shown.lines[0].startswith("30 homes, 30 clean")


def test_lines_of_json_are_their_own_progress(tmp_path: Path) -> None:
    homes = homes_in(tmp_path, 3)

    shown = shown_on_a_terminal("check", *homes, "--format", "json")

    assert shown.written.count('{"schema": 1, "home"') == 3
    assert "%" not in shown.written


def test_no_progress_is_shown_where_no_person_looks(tmp_path: Path) -> None:
    command, environment = program("check", *homes_in(tmp_path, 3))

    done = subprocess.run(command, env=environment, capture_output=True, check=False)

    assert done.stderr == b""


def test_an_interrupt_ends_it_without_a_word_and_leaves_no_process(tmp_path: Path) -> None:
    running = _started(homes_in(tmp_path, 100))

    os.killpg(running.pid, signal.SIGINT)

    _, said = running.communicate(timeout=ENDS_WITHIN)
    assert (running.returncode, said) == (130, b"")
    assert_all_end(running.pid)


def test_a_reader_who_has_seen_enough_ends_it(tmp_path: Path) -> None:
    running = _started(homes_in(tmp_path, 100))
    assert running.stdout is not None
    assert running.stderr is not None

    running.stdout.close()

    assert running.wait(ENDS_WITHIN) == 0
    assert running.stderr.read() == b""
    assert_all_end(running.pid)


def _started(homes: tuple[str, ...]) -> subprocess.Popen[bytes]:
    """Return a run in a process group of its own that has printed a line.

    It cannot end before somebody reads the others: they are more than a pipe holds.
    """
    command, environment = program("check", *homes, "--format", "json")
    running = subprocess.Popen(
        command,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    assert running.stdout is not None
    assert running.stdout.readline().startswith(b'{"schema": 1')
    return running


def assert_all_end(group: int) -> None:
    """Wait for the workers: what their parent ended is still there for a moment."""
    give_up = time.monotonic() + ENDS_WITHIN
    while left := _members(group):
        assert time.monotonic() < give_up, left


def _members(group: int) -> list[int]:
    """Return the processes of a process group that have not ended."""
    listed = subprocess.run(["ps", "-eo", "pid=,pgid=,stat="], capture_output=True, check=True)
    rows = [line.split() for line in listed.stdout.decode().splitlines()]
    return [int(pid) for pid, own, state in rows if int(own) == group and state[0] != "Z"]
