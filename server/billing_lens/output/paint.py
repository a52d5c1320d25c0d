"""Colour, only where a person looks at a terminal."""

from __future__ import annotations

import os
import sys
from typing import TextIO

from msgspec import Struct

_CODES = {
    "bold": "1",
    "dim": "2",
    "red": "31",
    "green": "32",
    "yellow": "33",
    "blue": "34",
    "cyan": "36",
}


class Paint(Struct, frozen=True):
    """Wraps text in terminal colours when `on`."""

    on: bool

    def __call__(self, style: str, text: str) -> str:
        """Return `text` in the space-separated styles."""
        if not self.on or not text:
            return text
        codes = ";".join(_CODES[name] for name in style.split())
        return f"\x1b[{codes}m{text}\x1b[0m"


def paint_for(stream: TextIO | None = None, when: str = "auto") -> Paint:
    """Return a painter for `stream` (standard output), as ``--color`` says with `when`.

    "auto" paints terminals, as NO_COLOR and FORCE_COLOR allow.
    """
    if when != "auto":
        return Paint(on=when == "always")
    if os.environ.get("NO_COLOR"):
        return Paint(on=False)
    forced = bool(os.environ.get("FORCE_COLOR"))
    is_terminal = (stream or sys.stdout).isatty() and os.environ.get("TERM") != "dumb"
    return Paint(on=forced or is_terminal)
