"""Revalidates an edited text by the smallest part of it that can tell."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from msgspec.structs import replace

from billing_lens.text.incremental.in_place import InPlaceSource
from billing_lens.text.incremental.splice import Bytes, Splice
from billing_lens.text.json_node import JsonNode
from billing_lens.text.positions import Span
from billing_lens.text.trivia import after_space
from billing_lens.text.validation import (
    SyntaxProblem,
    all_problems,
    is_plain_json,
    problems_within,
)

_MOST_BRACKETS = 300
"""How many a part may have, with those around it, to be read alone: they must stay below the depth
at which a text as a whole is refused."""
_VALUE = b"[]"
"""Stands in for an element: unlike a string, it ends no string that the text before it begins."""
_MEMBER = b'"":""'
"""Stands in for a member, which begins with a quote as every one does."""


class Revalidated(NamedTuple):
    """What became of a valid text by a splice."""

    problems: tuple[SyntaxProblem, ...]
    source: InPlaceSource | None = None
    """The source of the newer text, None where msgspec does not accept it."""
    changed: str | None = None
    """The pointer of the innermost value around the splice; None where every value is the same."""


class _Part(NamedTuple):
    """Bytes of the newer text that are read alone, between stand-ins for what is around them."""

    inside: JsonNode | None
    """The value that they are in, as it was before the splice; None for the text as a whole."""
    before: bytes
    text: bytes
    after: bytes
    offset: int
    """Where `text` stands in the newer text."""
    keeps_values: bool = False
    """Whether nothing but white space between values was changed, if the part is valid."""

    @property
    def whole(self) -> bytes:
        """What is read."""
        return self.before + self.text + self.after

    def problems(self) -> tuple[SyntaxProblem, ...] | None:
        """Return why the newer text would be refused; None where more of it decides too."""
        whole, shift = self.whole, self.offset - len(self.before)
        found = all_problems(whole) if self.inside is None else problems_within(whole)
        end = len(self.before) + len(self.text)
        if found and not (len(self.before) <= found[0].span.start and found[-1].span.end <= end):
            return None
        return found and tuple(
            replace(problem, span=Span(problem.span.start + shift, problem.span.end + shift))
            for problem in found
        )


def revalidated(older: InPlaceSource, splice: Splice, text: Bytes) -> Revalidated | None:
    """Return what is wrong with `text`, which `splice` made of a valid one.

    None where only the whole text can tell.
    """
    for part in _parts(older, splice, text):
        if is_plain_json(part.whole):
            if part.inside is None:
                return Revalidated((), InPlaceSource(text))
            source = older.after(splice, text, part.inside, keeps_values=part.keeps_values)
            return Revalidated((), source, None if part.keeps_values else part.inside.pointer)
        problems = part.problems()
        if problems is not None:
            return Revalidated(problems)
    return None


def _parts(older: InPlaceSource, splice: Splice, text: Bytes) -> Iterator[_Part]:
    """Yield what may tell, the smallest first, up to what is cheap and certain."""
    around = older.around(splice.old)
    if not around:
        yield from _beside_root(older.root(), splice, text)
        return
    between = _between_children(older, around[-1], splice, text)
    if between and _is_shallow(len(around), between.text):
        yield between
    for depth, node in reversed([*enumerate(around)]):
        value = text[node.span.start : node.span.end + splice.growth]
        if not _is_shallow(depth, value):
            return
        # The last byte of a value ends it, or the part is not all of it any more.
        yield _Part(node, b"", value[:-1], value[-1:], node.span.start)


def _between_children(
    older: InPlaceSource, node: JsonNode, splice: Splice, text: Bytes
) -> _Part | None:
    """Return what is between the children on both sides of the splice, where they are known."""
    found = older.neighbours(node, splice.old)
    if found is None:
        return None
    child = _MEMBER if node.kind == "object" else _VALUE
    opening, closing = (b"{", b"}") if node.kind == "object" else (b"[", b"]")
    changed = older.text_of(splice.old) + text[slice(*splice.new)]
    return _Part(
        node,
        opening + (child if found.has_left else b""),
        text[found.start : found.end + splice.growth],
        (child if found.has_right else b"") + closing,
        found.start,
        keeps_values=found.is_between and after_space(changed, 0) == len(changed),
    )


def _beside_root(root: JsonNode, splice: Splice, text: Bytes) -> Iterator[_Part]:
    """Yield what stands before or behind the text's value, where the splice is there."""
    if root.kind not in ("object", "array"):
        return
    start, end = root.span
    if splice.start >= end:
        yield _Part(None, _VALUE, text[end : len(text)], b"", end)
    elif splice.old_end <= start:
        yield _Part(None, b"", text[: start + splice.growth], _VALUE, 0)


def _is_shallow(depth: int, text: bytes) -> bool:
    return depth + text.count(b"{") + text.count(b"[") <= _MOST_BRACKETS
