"""What a text is written on: a terminal with colours, links and a width, or a pipe with none."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from typing import TextIO

from msgspec import Struct, field

from billing_lens.output.hyperlink import Links, links_for
from billing_lens.output.paint import Paint, paint_for
from billing_lens.output.wrapping import USUAL_WIDTH, WIDEST, lines_of

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
    width = shutil.get_terminal_size((USUAL_WIDTH, 24)).columns if out.isatty() else None
    return Screen(paint_for(out, when), width, links_for(out))
