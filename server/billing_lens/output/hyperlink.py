"""Paths that a terminal opens at a click (OSC 8), where the terminal is known to understand them.

Whether one does is told by the variables that the npm package ``supports-hyperlinks`` looks at; a
terminal that does not would show the address as rubbish.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TextIO

from msgspec import Struct

_OPENS_AT_A_LINE = ("iTerm.app", "vscode")
"""What opens ``file:///path#8`` at line 8; kitty does too. Others refuse a file with a fragment."""

_SINCE = {
    "iTerm.app": (3, 1),
    "WezTerm": (20200620,),
    "vscode": (1, 72),
    "ghostty": (),
    "zed": (),
    "WarpTerminal": (),
}
"""Terminals by TERM_PROGRAM, and the first TERM_PROGRAM_VERSION that understands links."""

_TERMS = ("alacritty", "xterm-kitty", "xterm-ghostty", "foot")
_VTE_SINCE = 5001
"""GNOME Terminal and its kin; version 0.50.0 crashed on links."""


class Links(Struct, frozen=True):
    """Makes text that opens a file. `host` says whose file it is, `lines` that a line is kept."""

    on: bool = False
    host: str = ""
    lines: bool = False

    def __call__(self, text: str, path: str, line: int | None = None) -> str:
        """Return `text` as a link to `path`; `line` is 1-based."""
        if not self.on or not os.path.isabs(path):
            return text
        address = Path(path).as_uri().replace("file://", f"file://{self.host}", 1)
        return self.to(f"{address}#{line}" if line and self.lines else address, text)

    def to(self, address: str, text: str) -> str:
        """Return `text` as a link to any address."""
        return f"\x1b]8;;{address}\x1b\\{text}\x1b]8;;\x1b\\" if self.on else text


def links_for(stream: TextIO) -> Links:
    """Return how to link on `stream`; FORCE_HYPERLINK and NO_HYPERLINK have the first say."""
    environment = os.environ
    if not is_understood(environment, terminal=stream.isatty()):
        return Links()
    program = environment.get("TERM_PROGRAM", "")
    # VS Code takes a host for that of a Windows share; the others compare it with their own.
    host = os.uname().nodename if hasattr(os, "uname") and program != "vscode" else ""
    lines = program in _OPENS_AT_A_LINE or environment.get("TERM") == "xterm-kitty"
    return Links(on=True, host=host, lines=lines)


def is_understood(environment: Mapping[str, str], *, terminal: bool) -> bool:
    """Return whether links may be written: to a terminal that knows them, or where forced."""
    if environment.get("NO_HYPERLINK") or environment.get("NO_HYPERLINKS"):
        return False
    forced = environment.get("FORCE_HYPERLINK", "")
    if forced:
        return forced != "0"
    dumb = environment.get("TERM") == "dumb" or environment.get("CI")
    return terminal and not dumb and _is_known(environment)


def _is_known(environment: Mapping[str, str]) -> bool:
    if environment.get("WT_SESSION"):
        return True
    if sys.platform == "win32" and not environment.get("TERM_PROGRAM"):
        return False
    since = _SINCE.get(environment.get("TERM_PROGRAM", ""))
    if since is not None:
        return _numbers(environment.get("TERM_PROGRAM_VERSION", "")) >= since
    if environment.get("TERM") in _TERMS:
        return True
    return int("0" + re.sub(r"\D.*", "", environment.get("VTE_VERSION", ""))) >= _VTE_SINCE


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(number) for number in re.findall(r"\d+", version))
