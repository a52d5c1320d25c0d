"""Breaking prose between words, where a person looks at a terminal; a pipe gets whole lines."""

from __future__ import annotations

import re
import shutil
import sys
from collections.abc import Iterator

USUAL_WIDTH = 80
WIDEST = 100
"""Longer lines are hard to read, however wide the terminal is."""

_COLOUR = re.compile(r"\x1b\[[0-9;]*m")


def wrapped(text: str, indent: str = "") -> str:
    """Return `text` in lines that fit the terminal, all but the first after `indent`."""
    if not sys.stdout.isatty():
        return text
    return "\n".join(lines_of(text, terminal_width(), indent))


def terminal_width() -> int:
    """Return how long a line may be."""
    return min(shutil.get_terminal_size((USUAL_WIDTH, 24)).columns, WIDEST)


def lines_of(text: str, width: int, indent: str = "") -> Iterator[str]:
    """Yield `text` in lines of at most `width` visible characters; no word is broken."""
    line = text[: len(text) - len(text.lstrip())]
    is_empty = True
    for word in text.split():
        if not is_empty and _visible(line) + 1 + _visible(word) > width:
            yield line
            line, is_empty = indent, True
        line = f"{line}{word}" if is_empty else f"{line} {word}"
        is_empty = False
    yield line


def _visible(text: str) -> int:
    return len(_COLOUR.sub("", text))
