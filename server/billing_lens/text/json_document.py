"""A JSON text: its values and their places, and what is wrong with it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from enum import Enum
from functools import cached_property
from typing import TYPE_CHECKING

from billing_lens.text.buffer import BufferEdit
from billing_lens.text.comments import blanked, extras
from billing_lens.text.json_node import JsonNode, NodeKind
from billing_lens.text.json_pointer import followed, parts_of, pointer_of
from billing_lens.text.positions import Span
from billing_lens.text.slices import SliceSource
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

    def __init__(self, data: bytes, dialect: Dialect, edited_tree: Tree | None = None) -> None:
        """Use `parse` and `edited`. `edited_tree` is an older tree that was told of the edits."""
        self.data = data
        self.dialect = dialect
        self._edited_tree = edited_tree

    @classmethod
    def parse(cls, data: bytes, dialect: Dialect = Dialect.JSON) -> JsonDocument:
        """Return the document of a UTF-8 text. Nothing is read yet."""
        return cls(data, dialect)

    def edited(self, data: bytes, edits: Sequence[BufferEdit]) -> JsonDocument:
        """Return the document of `data`, to which `edits`, one after the other, brought this text.

        Costs microseconds; a syntax tree is parsed again where the edits touched it, and only when
        it is needed.
        """
        tree = self._newest_tree
        # What counts as white space must not change outside the edits.
        is_local = self.dialect is Dialect.JSON and data.startswith(_BOM) == self.has_bom
        if tree is None or not is_local:
            return JsonDocument(data, self.dialect)
        copy = tree.copy()
        for edit in edits:
            copy.edit(*edit)
        return JsonDocument(data, self.dialect, copy)

    @property
    def has_bom(self) -> bool:
        """Whether the text begins with a byte order mark."""
        return self.data.startswith(_BOM)

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
            return () if self._is_plain else all_refusals(self._text)
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
        root = self.root
        return _picked(root, [parts_of(pointer) for pointer in pointers]) if root else None

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
        return is_plain_json(self._text)

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

    @property
    def _newest_tree(self) -> Tree | None:
        return self.__dict__.get("_tree", self._edited_tree)


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
