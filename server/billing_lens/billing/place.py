"""Where something stands, and the exact text there: path, JSON Pointer and range."""

from __future__ import annotations

from msgspec import Struct

from billing_lens.config.file import ConfigFile
from billing_lens.machine.machine import Machine
from billing_lens.text.positions import Position, PositionEncoding, Range, Span

START_OF_FILE = Range(Position(0, 0), Position(0, 1))


class Place(Struct, frozen=True):
    """Where something stands: a JSON Pointer in a file, a variable, or both (``env`` in a file).

    `keychain` is the service of an entry in the macOS keychain, which no file holds. `span`, bytes
    of the file, marks text that no pointer leads to, such as a mistake in the JSON.
    """

    path: str | None = None
    pointer: str | None = None
    variable: str | None = None
    keychain: str | None = None
    span: Span | None = None


def place_in(file: ConfigFile, pointer: str = "") -> Place:
    """Return the place of `pointer` in `file`."""
    return Place(file.path, pointer)


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
