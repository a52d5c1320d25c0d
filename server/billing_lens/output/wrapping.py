"""Breaking prose between words, where a person looks at a terminal; a pipe gets whole lines."""

from __future__ import annotations

import re
import shutil
import sys
from collections.abc import Iterator

from billing_lens.output.columns import width_of

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
    return min(shutil.get_terminal_size((USUAL_WIDTH, 24)).columns, WIDEST)


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
