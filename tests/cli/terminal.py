"""Running the command line on a real terminal (a pty), and reading what its screen shows."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import struct
import subprocess
import termios
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyte

from tests.cli.command_line import program

INTERRUPT = "\x03"
TALL = 400
"""Rows enough that nothing scrolls away."""
PATIENCE_S = 60.0
"""Far more than any command takes: only one that hangs is waited for so long."""


@dataclass(frozen=True)
class Shown:
    """What one run wrote to its terminal."""

    code: int
    written: str
    """All of it, escape sequences included."""
    columns: int

    @property
    def lines(self) -> list[str]:
        """What a person sees, without the empty rest of the screen."""
        screen = pyte.Screen(self.columns, TALL)
        pyte.Stream(screen).feed(self.written)
        return "\n".join(line.rstrip() for line in screen.display).rstrip().split("\n")


def shown_on_a_terminal(*argv: str, columns: int = 80, **variables: str) -> Shown:
    """Run the program on a terminal of that width; it is asked nothing."""
    command, environment = program(*argv, TERM="xterm-256color", **variables)
    code, written = on_a_pty(command, environment, columns=columns)
    return Shown(code, written, columns)


def on_a_pty(
    command: Sequence[str],
    environment: Mapping[str, str],
    answers: Sequence[str] = (),
    *,
    columns: int = 80,
) -> tuple[int, str]:
    """Run a command on a terminal and return its exit code and what it wrote.

    Each time it asks, the next answer is typed.
    """
    waiting = list(answers)
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", TALL, columns, 0, 0))

    def take_terminal() -> None:
        fcntl.ioctl(0, termios.TIOCSCTTY, 0)

    started = subprocess.Popen(
        command,
        env=dict(environment),
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
        preexec_fn=take_terminal,  # noqa: PLW1509 no thread is running here
    )
    os.close(theirs)
    screen, typed, give_up = b"", 0, time.monotonic() + PATIENCE_S
    while time.monotonic() < give_up:
        if select.select([ours], [], [], 0.1)[0]:
            try:
                read = os.read(ours, 65536)
            except OSError:
                break
            if not read:
                break
            screen += read
        asked = screen.count(b"[y/N]")
        if asked > typed and waiting and _sleeps(started.pid):
            os.write(ours, waiting.pop(0).encode())
            typed += 1
    os.close(ours)
    return started.wait(PATIENCE_S), screen.decode("utf-8", "replace")


def _sleeps(pid: int) -> bool:
    """Whether a process waits: an interrupt between Python's prompt and its read would be lost."""
    return Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].startswith("S")
