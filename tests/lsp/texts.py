"""A document as an editor keeps it: the plain, slow model that ours is held against."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

_LINE_BREAK = re.compile(r"\r\n|\n|\r")
_UNIT_BYTES = {"utf-8": ("utf-8", 1), "utf-16": ("utf-16-le", 2), "utf-32": ("utf-32-le", 4)}

RawRange = Mapping[str, Mapping[str, int]]


def units(text: str, encoding: str = "utf-16") -> int:
    """How many code units `text` has."""
    codec, width = _UNIT_BYTES[encoding]
    return len(text.encode(codec)) // width


def position(text: str, index: int, encoding: str = "utf-16") -> tuple[int, int]:
    """The line and character of the `index`-th character of `text`."""
    breaks = [match.end() for match in _LINE_BREAK.finditer(text) if match.end() <= index]
    return len(breaks), units(text[breaks[-1] if breaks else 0 : index], encoding)


def marked(text: str, range_: RawRange, encoding: str = "utf-16") -> str:
    """What stands in a range."""
    return text[slice(*_indices(text, range_, encoding))]


def applied(text: str, edits: Iterable[Mapping[str, Any]], encoding: str = "utf-16") -> str:
    """`text` after an LSP TextEdit[]: all ranges are those of the text before."""
    spans = [(*_indices(text, edit["range"], encoding), edit["newText"]) for edit in edits]
    for start, end, new in sorted(spans, reverse=True):
        text = text[:start] + new + text[end:]
    return text


def _indices(text: str, range_: RawRange, encoding: str) -> tuple[int, int]:
    return _index(text, range_["start"], encoding), _index(text, range_["end"], encoding)


def _index(text: str, place: Mapping[str, int], encoding: str) -> int:
    starts = [0, *(match.end() for match in _LINE_BREAK.finditer(text))]
    start = starts[place["line"]]
    codec, width = _UNIT_BYTES[encoding]
    before = text[start:].encode(codec)[: place["character"] * width].decode(codec)
    return start + len(before)
