"""Ctrl-C waits while files are changed, so that a change is whole or not there at all."""

from __future__ import annotations

import signal
import threading
from collections.abc import Generator
from contextlib import contextmanager


@contextmanager
def uninterrupted() -> Generator[None]:
    """Hold back Ctrl-C; what was held back is raised at the end, as KeyboardInterrupt.

    What runs in it takes milliseconds. Python delivers signals to its main thread alone, so
    elsewhere there is nothing to hold back.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    pressed = False

    def remember(*_: object) -> None:
        nonlocal pressed
        pressed = True

    former = signal.signal(signal.SIGINT, remember)
    try:
        yield
    finally:
        # None stands for a handler that Python did not set and so cannot put back.
        signal.signal(signal.SIGINT, signal.SIG_DFL if former is None else former)
    if pressed:
        raise KeyboardInterrupt
