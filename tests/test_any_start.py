"""A run of these tests is the same however it was started: in the background, from CI, by hand."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
INTERRUPTS_ITSELF = "tests/unit/fixes/test_uninterrupted.py::test_what_was_begun_is_finished"
INTERRUPTS_ANOTHER = (
    "tests/cli/test_workers.py::test_an_interrupt_ends_it_without_a_word_and_leaves_no_process"
)
TRIES_EXAMPLES = "tests/unit/text/test_utf8.py"


def ignore_and_block() -> None:
    """Start as after ``trap '' INT TERM CHLD`` in a shell, and with signals held back."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGCHLD):
        signal.signal(number, signal.SIG_IGN)
    signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())


def run_of(*arguments: str, **variables: str) -> str:
    """What a run of these tests prints."""
    here = {name: os.environ[name] for name in ("HOME", "PATH")}
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *arguments],
        cwd=ROOT,
        env={**here, **variables},
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=ignore_and_block,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_signals_that_were_ignored_or_blocked_count_again() -> None:
    assert "2 passed" in run_of(INTERRUPTS_ITSELF, INTERRUPTS_ANOTHER)


@pytest.mark.parametrize(("ci", "same_each_time"), [("true", True), (None, False)])
def test_examples_are_the_same_each_time_in_ci_alone(ci: str | None, same_each_time: bool) -> None:
    said = run_of("--verbose", "--collect-only", TRIES_EXAMPLES, **({"CI": ci} if ci else {}))

    (profile,) = [line for line in said.splitlines() if line.startswith("hypothesis profile")]
    assert ("derandomize=True" in profile) is same_each_time
    assert "deadline=None" in profile
    assert "too_slow" in profile
