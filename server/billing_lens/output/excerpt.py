"""The line of a file that is to blame, with a mark under the exact text, and no secret in it."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

from billing_lens.output.redaction import Mask, Redactor
from billing_lens.output.terminal import Paint, printable, width_of
from billing_lens.text.buffer import TextBuffer
from billing_lens.text.positions import Position, PositionEncoding, Range

_AROUND = 4096
"""How many bytes before and after the mark are read, to know what is a secret there."""

_CUT = "…"
_SHORT_PART = 4
"""A fourth of a line is short."""


class Excerpt(NamedTuple):
    """One line as it may be shown; the mark is from `start` to before `end` of its characters.

    Line numbers are 1-based; `last` is another one than `number` when the mark goes on.
    """

    number: int
    text: str
    start: int
    end: int
    last: int


def excerpt(buffer: TextBuffer, marked: Range, redactor: Redactor) -> Excerpt | None:
    """Return the line on which `marked` (UTF-8) begins; None when nothing stands there.

    Secrets are masked and control characters shown as signs; the mark still stands under its text.
    """
    line = marked.start.line
    first = buffer.offset(Position(line, 0), PositionEncoding.UTF8)
    last = buffer.offset(Position(line, sys.maxsize), PositionEncoding.UTF8)
    span = buffer.span(marked, PositionEncoding.UTF8)
    begin, end = max(0, span.start - _AROUND), min(last, span.end)
    offsets = (begin, max(first, begin), span.start, end, min(last, end + _AROUND), end + _AROUND)
    parts = [
        buffer.data[here:there].decode("utf-8", "replace") for here, there in pairwise(offsets)
    ]
    masks = redactor.masks("".join(parts))
    before, mark, after = _shown(parts, masks)[1:4]
    if not (before + mark + after).strip():
        return None
    text = (before + mark + after).rstrip()
    return Excerpt(line + 1, text, len(before), len(before + mark), marked.end.line + 1)


def _shown(parts: list[str], masks: list[Mask]) -> list[str]:
    """Return each part with its secrets masked; one in two parts is shown in the first."""
    shown, start = list[str](), 0
    for part in parts:
        end, at, pieces = start + len(part), 0, list[str]()
        for mask in masks:
            if mask.end <= start or mask.start >= end:
                continue
            pieces.append(part[at : max(mask.start - start, 0)])
            pieces.append(mask.shown if mask.start >= start else "")
            at = min(mask.end, end) - start
        pieces.append(part[at:])
        shown.append(printable("".join(pieces)))
        start = end
    return shown


def excerpt_lines(
    line: Excerpt, columns: int, paint: Paint, style: str = "red", sign: str = "^"
) -> Iterator[str]:
    """Yield the line behind its number, and below it `sign` under what is marked.

    A line too long for `columns` is cut around the mark.
    """
    number = str(line.number)
    bar = paint("blue", f"{' ' * len(number)} |")
    text, start, end = cut_around(line, columns - len(number) - 3)
    before, mark, after = text[:start], text[start:end], text[end:]
    signs = sign * max(1, width_of(mark))
    goes_on = f" to line {line.last}" if line.last > line.number else ""
    yield bar
    yield f"{paint('blue', f'{number} |')} {before}{mark}{after}"
    yield f"{bar} {' ' * width_of(before)}{paint(style, signs + goes_on)}"


def cut_around(line: Excerpt, columns: int) -> tuple[str, int, int]:
    """Return the part of the line that fits, and where its mark starts and ends in it."""
    text, start, end = line.text, line.start, line.end
    if width_of(text) <= columns:
        return text, start, end
    first = _first_shown(line, columns)
    opening = _CUT if first else ""
    last = first + _fitting(text[first:], columns - len(opening) - len(_CUT))
    closing = _CUT if last < len(text) else ""
    shift = len(opening) - first
    shown = f"{opening}{text[first:last]}{closing}"
    return shown, start + shift, min(end, last + len(closing)) + shift


def _first_shown(line: Excerpt, columns: int) -> int:
    """Return the first character that is shown, so that the mark is and what is round it.

    What stands before the mark is kept whole where it is short, as it is in most files.
    """
    before, mark = line.text[: line.start], line.text[line.start : line.end]
    if width_of(before) <= columns // _SHORT_PART:
        return 0
    room = columns - 2 * len(_CUT)
    spare = max(0, room - width_of(mark[:room]))
    wanted = max(spare // 2, spare - width_of(line.text[line.end :][:room]))
    return line.start - _fitting(before[::-1], wanted)


def _fitting(text: str, columns: int) -> int:
    """Return how many of the first characters fit."""
    fitting = max(0, min(len(text), columns))
    while fitting and width_of(text[:fitting]) > columns:
        fitting -= 1
    return fitting
