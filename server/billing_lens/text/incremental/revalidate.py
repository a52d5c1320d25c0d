"""The values around what is typed into a valid text, and whether they still are values.

A text in which a value stands in the place of another is as valid as it was, and so is one in which
values stand between the same neighbours. So after a keystroke it is enough to read the innermost
value around it, or what is between two of its children, however long the text is.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from msgspec.structs import replace

from billing_lens.text.in_place import SliceSource
from billing_lens.text.incremental.splice import Stretch
from billing_lens.text.incremental.splice_bytes import Bytes
from billing_lens.text.json_node import JsonNode
from billing_lens.text.positions import Span
from billing_lens.text.strictness import (
    SyntaxProblem,
    all_refusals,
    is_plain_json,
    refusals_within,
)
from billing_lens.text.trivia import after_space

_MOST_BRACKETS = 300
"""How many a value may have to be judged alone: nested in each other and in what is around it, they
must stay below the depth at which a text is refused."""
_VALUE = b'""'
_MEMBER = b'"":""'


class Judged(NamedTuple):
    """Bytes of the newer text that are read alone, between others that stand for what is around."""

    node: JsonNode | None
    """The value that they are in, as it was before the change; None for the text as a whole."""
    before: bytes
    text: bytes
    after: bytes
    offset: int
    """Where `text` stands in the newer text."""
    only_space: bool = False
    """Whether nothing but white space between values was changed."""

    @property
    def whole(self) -> bytes:
        """What is read."""
        return self.before + self.text + self.after

    def problems(self) -> tuple[SyntaxProblem, ...] | None:
        """Return why the newer text would be refused; None where more of it decides too."""
        whole, shift = self.whole, self.offset - len(self.before)
        found = all_refusals(whole) if self.node is None else refusals_within(whole)
        end = len(self.before) + len(self.text)
        if found and not (len(self.before) <= found[0].span.start and found[-1].span.end <= end):
            return None
        return found and tuple(replace(it, span=_moved(it.span, shift)) for it in found)


class EnclosingValues:
    """The values of a valid text around one place, found where they were not known before."""

    def __init__(self, source: SliceSource, known: Sequence[JsonNode] = ()) -> None:
        """Look into `source`; `known` are values in each other, the outermost first."""
        self.source = source
        self._known = [*known] or [source.root()]

    @property
    def root(self) -> JsonNode:
        """The text's value."""
        return self._known[0]

    def around(self, span: Span) -> Sequence[JsonNode]:
        """Return the values that begin before `span` and end after it, the outermost first."""
        while len(self._known) > 1 and not _holds(self._known[-1], span):
            self._known.pop()
        if not _holds(self._known[-1], span):
            return ()
        while inner := self.source.child_around(self._known[-1], span):
            self._known.append(inner)
        return self._known

    def after(self, stretch: Stretch, judged: Judged, text: Bytes) -> EnclosingValues:
        """Return the same of `text`, in which what was judged is valid."""
        if judged.node is None:
            return self._outside(stretch, text)
        kept = self._known[: self._known.index(judged.node) + 1]
        unchanged = kept if judged.only_space else kept[:-1]
        source = self.source.after(stretch, text, [it.span.start for it in unchanged])
        changed = (replace(it, span=_grown(it.span, stretch), source=source) for it in kept)
        return EnclosingValues(source, [*changed])

    def _outside(self, stretch: Stretch, text: Bytes) -> EnclosingValues:
        """Return the same of `text`, which differs before or behind its value."""
        behind = stretch.start >= self.root.span.end
        source = self.source.after(stretch, text, [self.root.span.start] if behind else [])
        span = self.root.span if behind else _moved(self.root.span, stretch.growth)
        return EnclosingValues(source, [replace(self.root, span=span, source=source)])


class Judgement(NamedTuple):
    """What became of a valid text by a change inside it."""

    is_plain: bool
    """Whether msgspec accepts the text, as it did the older one."""
    problems: tuple[SyntaxProblem, ...]


def judged_alone(
    values: EnclosingValues, stretch: Stretch, text: Bytes
) -> tuple[Judgement, Judged] | None:
    """Return what is wrong with `text`, and what of it tells; None where only the whole does."""
    for judged in _candidates(values, stretch, text):
        if is_plain_json(judged.whole):
            return Judgement(is_plain=True, problems=()), judged
        problems = judged.problems()
        if problems is not None:
            return Judgement(is_plain=False, problems=problems), judged
    return None


def _candidates(values: EnclosingValues, stretch: Stretch, text: Bytes) -> Iterator[Judged]:
    """Yield what may tell, the smallest first, up to what is cheap and certain."""
    around = values.around(stretch.old)
    if not around:
        yield from _beside_root(values.root, stretch, text)
        return
    between = _between_children(values.source, around[-1], stretch, text)
    if between and _is_shallow(len(around), between.text):
        yield between
    for depth, node in reversed([*enumerate(around)]):
        part = text[slice(*_grown(node.span, stretch))]
        if not _is_shallow(depth, part):
            return
        # Its last byte ends it, or something else does.
        yield Judged(node, b"", part[:-1], part[-1:], node.span.start)


def _between_children(
    source: SliceSource, node: JsonNode, stretch: Stretch, text: Bytes
) -> Judged | None:
    """Return what is between the children on both sides of the change, where they are known."""
    gap = source.gap(node, stretch.old)
    if gap is None:
        return None
    found = text[gap.start : gap.end + stretch.growth]
    child = _MEMBER if node.kind == "object" else _VALUE
    opening, closing = (b"{", b"}") if node.kind == "object" else (b"[", b"]")
    return Judged(
        node,
        opening + (child if gap.has_left else b""),
        found,
        (child if gap.has_right else b"") + closing,
        gap.start,
        only_space=gap.is_between and _is_space(source, stretch, text),
    )


def _beside_root(root: JsonNode, stretch: Stretch, text: Bytes) -> Iterator[Judged]:
    """Yield what stands before or behind the text's value, where the change is there."""
    if root.kind not in ("object", "array"):
        return
    if stretch.start >= root.span.end:
        start, end = root.span.end, len(text)
        yield Judged(None, _VALUE, text[start:end], b"", start, only_space=True)
    elif stretch.old_end <= root.span.start:
        found = text[: root.span.start + stretch.growth]
        yield Judged(None, b"", found, _VALUE, 0, only_space=True)


def _is_shallow(depth: int, text: bytes) -> bool:
    return depth + text.count(b"{") + text.count(b"[") <= _MOST_BRACKETS


def _is_space(source: SliceSource, stretch: Stretch, text: Bytes) -> bool:
    changed = source.text_of(stretch.old) + text[slice(*stretch.new)]
    return after_space(changed, 0) == len(changed)


def _holds(node: JsonNode, span: Span) -> bool:
    return node.span.start < span.start and span.end < node.span.end


def _grown(span: Span, stretch: Stretch) -> Span:
    return Span(span.start, span.end + stretch.growth)


def _moved(span: Span, offset: int) -> Span:
    return Span(span.start + offset, span.end + offset)
