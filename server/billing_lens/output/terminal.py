"""What a text is written on: a terminal with colours, links and a width, or a pipe with none."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TextIO

from msgspec import Struct, field

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


USUAL_WIDTH = 80
WIDEST = 100
"""Longer lines are hard to read, however wide the terminal is."""

_COLOUR = r"\x1b\[[0-9;]*m"
_RESET = "\x1b[0m"


def wrapped(text: str, indent: str = "") -> str:
    """Return `text` in lines that fit the terminal, all but the first after `indent`."""
    if not sys.stdout.isatty():
        return text
    return "\n".join(lines_of(text, terminal_width(), indent))


def terminal_width() -> int:
    """Return how long a line may be."""
    return min(_columns(), WIDEST)


def _columns() -> int:
    from shutil import get_terminal_size  # noqa: PLC0415 with it come archives, and a pipe has none

    return get_terminal_size((USUAL_WIDTH, 24)).columns


def lines_of(text: str, width: int, indent: str = "", lead: str = "") -> Iterator[str]:
    """Yield `text`, after `lead`, in lines of at most `width` columns; no word is broken.

    A colour that goes on is ended with each line and begun again on the next.
    """
    colour = ""
    for line in _lines(text, width, indent, lead):
        codes = [colour, *re.findall(_COLOUR, line)]
        painted = colour + line
        colour = "" if codes[-1] in ("", _RESET) else codes[-1]
        yield painted + _RESET if colour else painted


def _lines(text: str, width: int, indent: str, lead: str) -> Iterator[str]:
    line = lead + text[: len(text) - len(text.lstrip())]
    is_empty = True
    for word in text.split():
        if not is_empty and width_of(line) + 1 + width_of(word) > width:
            yield line
            line, is_empty = indent, True
        line = f"{line}{word}" if is_empty else f"{line} {word}"
        is_empty = False
    yield line


TAB = "    "
"""What a tab is shown as: the same wherever it stands, so that what follows stays aligned."""

_CODE = r"\x1b\[[0-9;]*m|\x1b\]8;[^\x1b]*\x1b\\"
"""Colours and hyperlinks, which take no room."""

_CONTROL = (
    "[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]"
)
"""Control characters, line breaks, what turns the direction of text, and what is no character."""

# The patterns are compiled when they are first needed, as hardly a text needs them.

_NOT_LATIN = "\u0300"
_OUR_SIGNS = frozenset("…•✓✗")
"""Signs one column wide that most of our texts have."""

_DELETE = 0x7F


def width_of(text: str) -> int:
    """Return how many columns `text` takes, its colours and links left out of account."""
    plain = re.sub(_CODE, "", text) if "\x1b" in text else text
    if plain.isascii() or {char for char in plain if char >= _NOT_LATIN} <= _OUR_SIGNS:
        return len(plain)
    import wcwidth  # noqa: PLC0415 its tables are large, and hardly a run needs them

    width = wcwidth.wcswidth(plain)
    return width if width >= 0 else len(plain)


def printable(text: str) -> str:
    """Return foreign `text` on one line, so that it can neither steer the terminal nor lie."""
    return text if text.isprintable() else re.sub(_CONTROL, _picture, text)


def _picture(found: re.Match[str]) -> str:
    """Return a tab as spaces and another control character as its sign."""
    code = ord(found[0])
    if code == ord("\t"):
        return TAB
    if code < ord(" "):
        return chr(0x2400 + code)
    return "\u2421" if code == _DELETE else "\ufffd"


LONGEST_SOURCE = 160
"""How many columns a line of a file may take where there is no terminal to say it."""


class Screen(Struct, frozen=True):
    """How text may look. `width` is None where lines are not broken, as in a pipe."""

    paint: Paint
    width: int | None = None
    links: Links = field(default_factory=Links)

    def prose(self, text: str, indent: str = "", lead: str = "") -> Iterator[str]:
        """Yield `text` in lines that fit, the first after `lead`, the others after `indent`."""
        if self.width is None:
            yield lead + text
        else:
            yield from lines_of(text, min(self.width, WIDEST), indent, lead)

    @property
    def source_width(self) -> int:
        """How many columns a line of a file may take, its number included."""
        return self.width or LONGEST_SOURCE


def screen_for(when: str = "auto", stream: TextIO | None = None) -> Screen:
    """Return what `stream` (standard output) is; `when` is what ``--color`` says."""
    out = stream or sys.stdout
    width = _columns() if out.isatty() else None
    return Screen(paint_for(out, when), width, links_for(out))
