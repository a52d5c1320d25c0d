"""Ctrl-C is held back, not lost, and works as before afterwards."""

from __future__ import annotations

import os
import signal
import threading

import pytest

from billing_lens.fixes.uninterrupted import uninterrupted


def press() -> None:
    os.kill(os.getpid(), signal.SIGINT)


def test_what_was_begun_is_finished() -> None:
    done: list[str] = []

    def work() -> None:
        with uninterrupted():
            press()
            press()
            done.append("finished")

    with pytest.raises(KeyboardInterrupt):
        work()

    assert done == ["finished"]


def test_without_ctrl_c_nothing_is_raised() -> None:
    with uninterrupted():
        pass


def test_an_error_comes_through() -> None:
    with pytest.raises(ValueError, match="an error"), uninterrupted():
        raise ValueError("an error")


def test_ctrl_c_works_as_before_afterwards() -> None:
    former = signal.getsignal(signal.SIGINT)

    with uninterrupted():
        assert signal.getsignal(signal.SIGINT) is not former

    assert signal.getsignal(signal.SIGINT) is former


def test_another_thread_may_change_files_too() -> None:
    done: list[str] = []

    def work() -> None:
        with uninterrupted():
            done.append("finished")

    thread = threading.Thread(target=work)
    thread.start()
    thread.join(10)
    assert done == ["finished"]
