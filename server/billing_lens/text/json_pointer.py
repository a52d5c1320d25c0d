"""JSON Pointer (RFC 6901): one value's place in a document as a string."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cached_property
from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

if TYPE_CHECKING:
    from typing_extensions import Self

_PART = r"(?:[^~/]|~[01])*"
_INDEX = r"0|[1-9][0-9]{0,17}"


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
    if empty or not all(re.fullmatch(_PART, part) for part in parts):
        raise ValueError(f"not a JSON Pointer: {pointer!r}")
    return tuple(part.replace("~1", "/").replace("~0", "~") for part in parts)


def index_of(part: str) -> int | None:
    """Return the 0-based array index a part of a pointer names, None when it names none."""
    return int(part) if re.fullmatch(_INDEX, part) else None


class Parent(Protocol):
    """A value in a document that may hold others."""

    def child(self, part: str) -> Self | None:
        """Return the member or element that one part of a pointer names."""
        ...


NodeT = TypeVar("NodeT", bound=Parent)


class PointerTree(Generic[NodeT]):
    """A document whose values JSON Pointers lead to."""

    @cached_property
    def root(self) -> NodeT | None:
        """The text's value, None when there is none."""
        raise NotImplementedError

    def node(self, pointer: str) -> NodeT | None:
        """Return the value at a JSON Pointer, of equal keys the last.

        Raises:
            ValueError: `pointer` is no JSON Pointer.
        """
        *_, last = self._path(pointer)
        return last

    def nearest(self, pointer: str) -> NodeT | None:
        """Return the value at a JSON Pointer or the innermost one that should hold it.

        Raises:
            ValueError: `pointer` is no JSON Pointer.
        """
        return next((node for node in reversed([*self._path(pointer)]) if node is not None), None)

    def _path(self, pointer: str) -> Iterator[NodeT | None]:
        """Yield the values that `pointer` leads through, the root first; None where none is."""
        parts = parts_of(pointer)
        node = self.root
        yield node
        for part in parts:
            node = node.child(part) if node else None
            yield node
