"""A JSON text: its values and their places, and what is wrong with it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from enum import Enum
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from billing_lens.text.buffer import BufferEdit
from billing_lens.text.comments import blanked, extras
from billing_lens.text.in_place import SliceSource
from billing_lens.text.incremental.revalidate import (
    EnclosingValues,
    Judged,
    Judgement,
    judged_alone,
)
from billing_lens.text.incremental.splice import Stretch, stretch_of
from billing_lens.text.incremental.splice_bytes import Bytes
from billing_lens.text.json_node import JsonNode, NodeKind
from billing_lens.text.json_pointer import followed, parts_of, pointer_of
from billing_lens.text.positions import Span
from billing_lens.text.strictness import (
    JsonSyntaxError,
    SyntaxProblem,
    all_refusals,
    decoded_text,
    is_plain_json,
    loads,
    refusal,
)

if TYPE_CHECKING:
    from tree_sitter import Tree

    from billing_lens.text.syntax_tree import TreeSource

__all__ = [
    "Dialect",
    "JsonDocument",
    "JsonNode",
    "JsonSyntaxError",
    "NodeKind",
    "SyntaxProblem",
    "parts_of",
    "pointer_of",
]

_BOM = b"\xef\xbb\xbf"


class Dialect(str, Enum):
    """Which texts are without problems."""

    JSON = "json"
    """What JavaScript's ``JSON.parse`` accepts."""
    JSONC = "jsonc"
    """JSON with comments and trailing commas, as VS Code reads its settings; it may be empty."""


class JsonDocument:
    """One version of a JSON text; it never changes.

    Valid text is read in place (`slices`), level by level and only where asked. For text that is
    not, a syntax tree is built on first need and handed on to the versions that follow it. In JSON
    with comments, comments and trailing commas count as white space for both.

    All spans are bytes of `data`, a leading byte order mark included.
    """

    def __init__(
        self,
        data: Bytes,
        dialect: Dialect,
        edited_tree: Tree | None = None,
        change: _Change | None = None,
    ) -> None:
        """Use `parse` and `edited`. `edited_tree` is an older tree that was told of the edits."""
        self._given = data
        self.dialect = dialect
        self._edited_tree = edited_tree
        self._change = change
        self._picks: dict[tuple[str, ...], object] = {}

    @classmethod
    def parse(cls, data: bytes, dialect: Dialect = Dialect.JSON) -> JsonDocument:
        """Return the document of a UTF-8 text. Nothing is read yet."""
        return cls(data, dialect)

    @cached_property
    def data(self) -> bytes:
        """The whole text as UTF-8."""
        return bytes(self._given)

    def edited(self, data: Bytes, edits: Sequence[BufferEdit]) -> JsonDocument:
        """Return the document of `data`, to which `edits`, one after the other, brought this text.

        Costs microseconds; what is wrong is looked for, and a syntax tree parsed again, where the
        edits touched it, and only when it is needed. That of a valid text which is restored is
        the same object.
        """
        # What counts as white space must not change outside the edits.
        if self.dialect is not Dialect.JSON or (data[: len(_BOM)] == _BOM) != self.has_bom:
            return JsonDocument(data, self.dialect)
        change = self._changed_by(edits)
        if change and change.stretch.is_undone(change.valid._given, data):
            return change.valid
        return JsonDocument(data, self.dialect, self._tree_after(edits), change)

    def _tree_after(self, edits: Sequence[BufferEdit]) -> Tree | None:
        tree = self.__dict__.get("_tree", self._edited_tree)
        if tree is None:
            return None
        copy = tree.copy()
        for edit in edits:
            copy.edit(*edit)
        return copy

    def _changed_by(self, edits: Sequence[BufferEdit]) -> _Change | None:
        """Return what led to the text after `edits` from the last one that is known to be valid."""
        if not edits or self.has_bom:
            return None
        if self.__dict__.get("_is_plain"):
            return _Change(self, stretch_of(edits))
        before = self._change
        return _Change(before.valid, stretch_of(edits, before.stretch)) if before else None

    @cached_property
    def has_bom(self) -> bool:
        """Whether the text begins with a byte order mark."""
        return self._given[: len(_BOM)] == _BOM

    @cached_property
    def root(self) -> JsonNode | None:
        """The text's value, None when there is nothing but white space."""
        return self._source.root()

    def node(self, pointer: str) -> JsonNode | None:
        """Return the value at a JSON Pointer, of equal keys the last.

        Raises:
            ValueError: `pointer` is no JSON Pointer.
        """
        *_, last = followed(self.root, pointer)
        return last

    def nearest(self, pointer: str) -> JsonNode | None:
        """Return the value at a JSON Pointer or the innermost one that should hold it.

        Raises:
            ValueError: `pointer` is no JSON Pointer.
        """
        found = [node for node in followed(self.root, pointer) if node is not None]
        return found[-1] if found else None

    @cached_property
    def problems(self) -> tuple[SyntaxProblem, ...]:
        """Why the text would be refused, in its order; empty when it would be accepted.

        A byte order mark is none of the reasons.
        """
        if self.dialect is Dialect.JSON:
            if self._is_plain:
                return ()
            return self._judgement.problems if self._judgement else all_refusals(self._text)
        problem = None if self._is_plain else refusal(self._text)
        return () if problem is None or problem.code == "empty" else (problem,)

    def value(self) -> object:
        """Return the text's value as ``json.loads`` has it, None for an empty JSONC text.

        Raises:
            JsonSyntaxError: the text has problems.
        """
        self._require_no_problems()
        return loads(self._text) if self._text.strip() else None

    def picked(self, pointers: Sequence[str]) -> object:
        """Return the value with nothing in it but what stands at `pointers`.

        Much cheaper than `value` for a few values of a large text. Objects on the way hold only the
        members that lead to a pointer. Anything else on the way, also an array, is there as a
        whole, so that a wrong type shows. What does not exist is left out.

        Raises:
            JsonSyntaxError: the text has problems.
            ValueError: a pointer is no JSON Pointer.
        """
        self._require_no_problems()
        wanted = tuple(pointers)
        if wanted not in self._picks:
            paths = [parts_of(pointer) for pointer in wanted]
            self._picks[wanted] = _picked(self.root, paths) if self.root else None
        return self._picks[wanted]

    def duplicate_keys(self) -> tuple[JsonNode, ...]:
        """Return the members that a later one of the same key overrides, in the text's order.

        They are legal. Looks at the whole text; finds nothing in one that has problems.
        """
        if self.root is None or self.problems or not _has_equal_keys(self._text):
            return ()
        return tuple(sorted(_overridden(self.root), key=lambda node: node.span))

    def _require_no_problems(self) -> None:
        if self.problems:
            raise JsonSyntaxError(self.problems[0])

    @cached_property
    def _text(self) -> bytes:
        """The text with spaces for what the dialect allows beyond JSON; offsets stay."""
        text = blanked(self.data, [Span(0, len(_BOM))]) if self.has_bom else self.data
        if self.dialect is Dialect.JSON:
            return text
        return blanked(text, [extra.span for extra in extras(text)])

    @cached_property
    def _is_plain(self) -> bool:
        if self._judgement is None:
            return is_plain_json(self._text)
        return self._judgement.is_plain

    @cached_property
    def _judgement(self) -> Judgement | None:
        """What became of the valid text before the change; None where the whole text must tell."""
        if self._change is None:
            return None
        valid, stretch = self._change
        found = judged_alone(valid._enclosing, stretch, self._given)
        if found is None:
            return None
        judgement, judged = found
        if judgement.is_plain:
            self._follow(valid, stretch, judged)
        return judgement

    def _follow(self, valid: JsonDocument, stretch: Stretch, judged: Judged) -> None:
        """Take over what is known of an older text that differs only in what was judged."""
        self._enclosing = valid._enclosing.after(stretch, judged, self._given)
        self._source = self._enclosing.source
        if judged.only_space:
            self._picks = {**valid._picks}
        elif self._enclosing.root.kind == "object" and judged.node and judged.node.pointer:
            touched = ((), parts_of(judged.node.pointer)[:1])
            self._picks = {
                wanted: value
                for wanted, value in valid._picks.items()
                if not any(parts_of(pointer)[:1] in touched for pointer in wanted)
            }
        # Otherwise every version of a text would keep the one before it.
        self._change = None

    @cached_property
    def _enclosing(self) -> EnclosingValues:
        assert isinstance(self._source, SliceSource), "only plain text has a change told of it"
        return EnclosingValues(self._source)

    @cached_property
    def _source(self) -> SliceSource | TreeSource:
        if self._is_plain:
            return SliceSource(self._text)
        from billing_lens.text.syntax_tree import TreeSource  # noqa: PLC0415 tree-sitter loads when needed

        return TreeSource(self._text, self._tree)

    @cached_property
    def _tree(self) -> Tree:
        from billing_lens.text.syntax_tree import parse_tree  # noqa: PLC0415 tree-sitter loads when needed

        return parse_tree(self._text, self._edited_tree)


class _Change(NamedTuple):
    """What was replaced in the last version of a text that msgspec accepted."""

    valid: JsonDocument
    stretch: Stretch


def _picked(node: JsonNode, paths: Sequence[tuple[str, ...]]) -> object:
    if node.kind != "object" or () in paths:
        return node.value
    heads = dict.fromkeys(path[0] for path in paths)
    children = {head: child for head in heads if (child := node.child(head)) is not None}
    return {
        head: _picked(child, [path[1:] for path in paths if path[0] == head])
        for head, child in children.items()
    }


def _overridden(root: JsonNode) -> Iterator[JsonNode]:
    waiting = [root]
    while waiting:
        node = waiting.pop()
        waiting.extend(node.children())
        members = node.members()
        last = {member.key: member for member in members}
        yield from (member for member in members if last[member.key] is not member)


def _has_equal_keys(text: bytes) -> bool:
    found = False

    def look(pairs: list[tuple[str, object]]) -> None:
        nonlocal found
        found = found or len({key for key, _ in pairs}) < len(pairs)

    json.loads(decoded_text(text), object_pairs_hook=look, parse_int=str, parse_float=str)
    return found
