"""From a place to exact text: path, JSON Pointer and range."""

from __future__ import annotations

from msgspec import Struct

from billing_lens.billing.credential import Place
from billing_lens.machine.machine import Machine
from billing_lens.text.positions import Position, PositionEncoding, Range

START_OF_FILE = Range(Position(0, 0), Position(0, 1))


class Location(Struct, frozen=True):
    """Text in a file. `range` is 0-based, in code units of the encoding asked for."""

    path: str
    pointer: str
    range: Range


def locate(
    machine: Machine, place: Place, encoding: PositionEncoding = PositionEncoding.UTF16
) -> Location | None:
    """Return where `place` is in a file; None for a variable of the process itself.

    Where the pointer's text is gone (broken by typing) the nearest enclosing text is returned.
    """
    if place.path is None:
        return None
    file, pointer = machine.file(place.path), place.pointer or ""
    if file is None or not file.exists:
        return Location(place.path, pointer, START_OF_FILE)
    if place.span is not None:
        return Location(place.path, pointer, file.buffer.range(place.span, encoding))
    found = file.range_of(pointer, encoding)
    if found is None:
        nearest = file.nearest_span_of(pointer)
        found = file.buffer.range(nearest, encoding) if nearest else None
    return Location(place.path, pointer, found or START_OF_FILE)
