"""The values around what is typed into a valid text, and whether they still are values.

A text in which a value stands in the place of another is as valid as it was. So after a keystroke
it is enough to read the innermost value around it, however long the text is.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from msgspec.structs import replace

from billing_lens.text.buffer import BufferEdit
from billing_lens.text.edited_bytes import Bytes
from billing_lens.text.json_node import JsonNode
from billing_lens.text.positions import Span
from billing_lens.text.slices import SliceSource
from billing_lens.text.strictness import SyntaxProblem, is_plain_json, refusals_within

_MOST_BRACKETS = 300
"""How many a value may have to be judged alone: nested in each other and in what is around it, they
must stay below the depth at which a text is refused."""


class Stretch(NamedTuple):
    """What edits replaced: the bytes from `start` to `old_end` became those up to `new_end`."""

    start: int
    old_end: int
    new_end: int

    @property
    def old(self) -> Span:
        """The bytes of the older text."""
        return Span(self.start, self.old_end)

    @property
    def growth(self) -> int:
        """How many bytes longer the newer text is."""
        return self.new_end - self.old_end

    def followed_by(self, edit: BufferEdit) -> Stretch:
        """Return what this and a later edit replaced together, and what lies between them."""
        start, end = min(self.start, edit.start_byte), max(self.new_end, edit.old_end_byte)
        return Stretch(start, end - self.growth, end + edit.new_end_byte - edit.old_end_byte)

    def is_undone(self, older: Bytes, newer: Bytes) -> bool:
        """Whether both texts are the same."""
        same_length = self.old_end == self.new_end
        return same_length and older[slice(*self.old)] == newer[slice(*self.old)]


def stretch_of(edits: Sequence[BufferEdit], before: Stretch | None = None) -> Stretch:
    """Return what edits, one at least, replaced one after the other, and others `before` them."""
    first = edits[0]
    stretch = before or Stretch(first.start_byte, first.old_end_byte, first.old_end_byte)
    for edit in edits:
        stretch = stretch.followed_by(edit)
    return stretch


class EnclosingValues:
    """The values of a valid text around one place, found where they were not known before."""

    def __init__(self, source: SliceSource, known: Sequence[JsonNode] = ()) -> None:
        """Look into `source`; `known` are values in each other, the outermost first."""
        self._source = source
        self._known = [*known] or [source.root()]

    def around(self, span: Span) -> Sequence[JsonNode]:
        """Return the values that begin before `span` and end after it, the outermost first."""
        while len(self._known) > 1 and not _holds(self._known[-1], span):
            self._known.pop()
        if not _holds(self._known[-1], span):
            return ()
        while inner := self._source.child_around(self._known[-1], span):
            self._known.append(inner)
        return self._known

    def after(self, stretch: Stretch, judged: JsonNode, source: SliceSource) -> EnclosingValues:
        """Return the same of the text of `source`, in which `judged` was changed and is a value."""
        kept = self._known[: self._known.index(judged) + 1]
        changed = (replace(it, span=_grown(it.span, stretch), source=source) for it in kept)
        return EnclosingValues(source, [*changed])


class Judgement(NamedTuple):
    """What became of a valid text by a change inside it."""

    is_plain: bool
    """Whether msgspec accepts the text, as it did the older one."""
    problems: tuple[SyntaxProblem, ...]


def judged_alone(
    values: Sequence[JsonNode], stretch: Stretch, text: Bytes
) -> tuple[Judgement, JsonNode] | None:
    """Return what is wrong with `text`, and which of the `values` around the change tells it.

    None where no more than the whole text tells. The value is as it was before the change.
    """
    for node, part in _parts(values, stretch, text):
        if is_plain_json(part):
            return Judgement(is_plain=True, problems=()), node
        problems = refusals_within(part)
        if problems is not None:
            moved = (replace(it, span=_moved(it.span, node.span.start)) for it in problems)
            return Judgement(is_plain=False, problems=tuple(moved)), node
    return None


def _parts(
    values: Sequence[JsonNode], stretch: Stretch, text: Bytes
) -> Iterator[tuple[JsonNode, bytes]]:
    """Yield each value with its new text, the innermost first, up to what is cheap and certain."""
    for depth, node in reversed([*enumerate(values)]):
        part = text[slice(*_grown(node.span, stretch))]
        if depth + part.count(b"{") + part.count(b"[") > _MOST_BRACKETS:
            return
        yield node, part


def _holds(node: JsonNode, span: Span) -> bool:
    return node.span.start < span.start and span.end < node.span.end


def _grown(span: Span, stretch: Stretch) -> Span:
    return Span(span.start, span.end + stretch.growth)


def _moved(span: Span, offset: int) -> Span:
    return Span(span.start + offset, span.end + offset)
