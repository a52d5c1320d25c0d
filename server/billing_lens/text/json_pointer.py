"""JSON Pointer (RFC 6901): one value's place in a document as a string."""

from __future__ import annotations

import re

_PART = re.compile(r"(?:[^~/]|~[01])*")
_INDEX = re.compile(r"0|[1-9][0-9]{0,17}")


def pointer_of(*parts: str | int) -> str:
    """Return the pointer that leads through `parts`: member names and array indices."""
    return "".join(f"/{str(part).replace('~', '~0').replace('/', '~1')}" for part in parts)


def parts_of(pointer: str) -> tuple[str, ...]:
    """Return the member names and array indices that `pointer` leads through.

    Raises:
        ValueError: it is no JSON Pointer.
    """
    if not pointer:
        return ()
    empty, *parts = pointer.split("/")
    if empty or not all(_PART.fullmatch(part) for part in parts):
        raise ValueError(f"not a JSON Pointer: {pointer!r}")
    return tuple(part.replace("~1", "/").replace("~0", "~") for part in parts)


def index_of(part: str) -> int | None:
    """Return the 0-based array index a part of a pointer names, None when it names none."""
    return int(part) if _INDEX.fullmatch(part) else None
