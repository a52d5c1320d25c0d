"""A program in a terminal: what stands on its screen, and typing to it."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import struct
import subprocess
import termios
import time
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

import pyte

from tests.claude_code.enclosure import stop

if TYPE_CHECKING:
    from typing_extensions import Self

COLUMNS, ROWS = 130, 45


class Terminal:
    """A program in a pseudo terminal, stopped at the end of the ``with`` block.

    `process` leads its own session and has the terminal as its controlling terminal.
    """

    def __init__(self, command: list[str], cwd: Path, environment: Mapping[str, str]) -> None:
        self._screen = pyte.Screen(COLUMNS, ROWS)
        self._stream = pyte.ByteStream(self._screen)
        self._ours, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
        self.process = subprocess.Popen(
            ["/usr/bin/setsid", "--ctty", *command],
            cwd=cwd,
            env={**environment, "TERM": "xterm-256color"},
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
        )
        os.close(theirs)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        stop(self.process)
        os.close(self._ours)

    @property
    def lines(self) -> tuple[str, ...]:
        """The lines on the screen that hold more than blanks and rules, from the top."""
        return tuple(row.rstrip() for row in self._screen.display if row.strip(" ─"))

    def type(self, keys: str) -> None:
        """Types `keys`."""
        os.write(self._ours, keys.encode())

    def wait_for(self, text: re.Pattern[str], at_most: float) -> bool:
        """Follows the screen until a line matches; whether one did within `at_most` seconds."""
        end = time.monotonic() + at_most
        while not any(map(text.search, self.lines)):
            if time.monotonic() > end or self.process.poll() is not None:
                return False
            self._draw(0.1)
        return True

    def settle(self, quiet: float, at_most: float) -> None:
        """Follows the screen until nothing was drawn for `quiet` seconds, or `at_most` are over."""
        end = time.monotonic() + at_most
        while time.monotonic() < end:
            if not self._draw(min(quiet, end - time.monotonic())):
                return

    def _draw(self, seconds: float) -> bool:
        """Draws what the program wrote within this time; whether it wrote anything."""
        if not select.select([self._ours], [], [], max(seconds, 0))[0]:
            return False
        try:
            output = os.read(self._ours, 65536)
        except OSError:  # The program has ended.
            return False
        self._stream.feed(output)
        return bool(output)
