"""Places in a text: as an editor names them (line and character) and as bytes."""

from __future__ import annotations

from enum import Enum
from typing import NamedTuple


class PositionEncoding(str, Enum):
    """What one `Position.character` counts, by its name in the Language Server Protocol."""

    UTF8 = "utf-8"
    UTF16 = "utf-16"
    UTF32 = "utf-32"


class Position(NamedTuple):
    """A place between two characters, both numbers 0-based.

    `character` counts code units of the position encoding in use: UTF-16 unless told otherwise.
    """

    line: int
    character: int


class Range(NamedTuple):
    """What stands between two positions; `end` is not part of it."""

    start: Position
    end: Position


class Span(NamedTuple):
    """What stands between two byte offsets into the UTF-8 text; `end` is not part of it."""

    start: int
    end: int
