"""A JSON text: its values and their places, and what is wrong with it."""

from __future__ import annotations

from codecs import BOM_UTF8
from collections.abc import Sequence
from enum import Enum
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from billing_lens.text.edits import BufferEdit
from billing_lens.text.incremental import Bytes, InPlaceSource, Revalidated, Splice, revalidated
from billing_lens.text.json_node import JsonNode
from billing_lens.text.json_pointer import PointerTree, parts_of
from billing_lens.text.positions import Span
from billing_lens.text.trivia import blanked, extras
from billing_lens.text.validation import (
    SyntaxProblem,
    all_problems,
    first_problem,
    is_plain_json,
    loads,
)

if TYPE_CHECKING:
    from tree_sitter import Tree

    from billing_lens.text.syntax_tree import TreeSource


class Dialect(str, Enum):
    """Which texts are without problems."""

    JSON = "json"
    """What JavaScript's ``JSON.parse`` accepts."""
    JSONC = "jsonc"
    """JSON with comments and trailing commas, as VS Code reads its settings; it may be empty."""


class JsonDocument(PointerTree[JsonNode]):
    """One version of a JSON text; it never changes.

    A text that msgspec accepts is read in place, level by level and only where asked. For any other
    a syntax tree is parsed on first need and handed on to the versions that follow it. In JSON with
    comments, comments and trailing commas count as white space for both.

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

        Costs microseconds: the text is validated, and a syntax tree parsed again, only when needed
        and around the edits. When a valid text is restored, its document is the same object.
        """
        # In JSONC an edit can turn text far from it into white space.
        if self.dialect is not Dialect.JSON or (data[: len(BOM_UTF8)] == BOM_UTF8) != self.has_bom:
            return JsonDocument(data, self.dialect)
        change = self._changed_by(edits)
        if change and change.splice.restores(change.valid._given, data):
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
        """Return what `edits` and earlier ones made of the last version known to be valid."""
        if not edits or self.has_bom:
            return None
        splice = Splice.of(edits)
        if self.__dict__.get("_is_plain"):
            return _Change(self, splice)
        before = self._change
        return _Change(before.valid, before.splice.then(splice)) if before else None

    @cached_property
    def has_bom(self) -> bool:
        """Whether the text begins with a byte order mark."""
        return self._given[: len(BOM_UTF8)] == BOM_UTF8

    @cached_property
    def root(self) -> JsonNode | None:
        """The text's value, None when there is nothing but white space."""
        return self._source.root()

    @cached_property
    def problems(self) -> tuple[SyntaxProblem, ...]:
        """Why the text would be refused, in its order; empty when it would be accepted.

        A byte order mark is none of the reasons.
        """
        if self._is_plain:
            return ()
        if self.dialect is Dialect.JSON:
            return self._revalidated.problems if self._revalidated else all_problems(self._text)
        problem = first_problem(self._text)
        return () if problem is None or problem.code == "empty" else (problem,)

    def value(self) -> object:
        """Return the text's value as ``json.loads`` has it, None for an empty JSONC text.

        Raises:
            ValueError: the text has problems.
        """
        self._require_no_problems()
        return loads(self._text) if self._text.strip() else None

    def picked(self, pointers: Sequence[str]) -> object:
        """Return the value with nothing in it but what stands at `pointers`.

        Much cheaper than `value` for a few values of a large text. Objects on the way hold only the
        members that lead to a pointer. Anything else on the way, also an array, is there as a
        whole, so that a wrong type shows. What does not exist is left out.

        Raises:
            ValueError: the text has problems, or a pointer is no JSON Pointer.
        """
        self._require_no_problems()
        wanted = tuple(pointers)
        if wanted not in self._picks:
            paths = [parts_of(pointer) for pointer in wanted]
            self._picks[wanted] = _picked(self.root, paths) if self.root else None
        return self._picks[wanted]

    def _require_no_problems(self) -> None:
        if self.problems:
            raise ValueError(self.problems[0].message)

    @cached_property
    def _text(self) -> bytes:
        """The text with spaces for what the dialect allows beyond JSON; offsets stay."""
        text = blanked(self.data, [Span(0, len(BOM_UTF8))]) if self.has_bom else self.data
        if self.dialect is Dialect.JSON:
            return text
        return blanked(text, [extra.span for extra in extras(text)])

    @cached_property
    def _is_plain(self) -> bool:
        """Whether msgspec accepts the text."""
        if self._revalidated is None:
            return is_plain_json(self._text)
        return self._revalidated.source is not None

    @cached_property
    def _revalidated(self) -> Revalidated | None:
        """What became of the last valid version; None where the whole text must tell."""
        if self._change is None:
            return None
        valid, splice = self._change
        assert isinstance(valid._source, InPlaceSource), "msgspec accepts it"
        found = revalidated(valid._source, splice, self._given)
        if found and found.source:
            self._picks = valid._picks_without(found.changed)
            # Otherwise every version of a text would keep the one before it.
            self._change = None
        return found

    def _picks_without(self, changed: str | None) -> dict[tuple[str, ...], object]:
        """Return what was picked and is the same when the value at a pointer is another."""
        if changed is None:
            return {**self._picks}
        # Of anything but an object the whole is picked.
        if not changed or self.root is None or self.root.kind != "object":
            return {}
        touched = ((), parts_of(changed)[:1])
        return {
            wanted: value
            for wanted, value in self._picks.items()
            if not any(parts_of(pointer)[:1] in touched for pointer in wanted)
        }

    @cached_property
    def _source(self) -> InPlaceSource | TreeSource:
        if self._is_plain:
            known = self._revalidated and self._revalidated.source
            return known or InPlaceSource(self._text)
        from billing_lens.text.syntax_tree import TreeSource  # noqa: PLC0415 tree-sitter loads when needed

        return TreeSource(self._text, self._tree)

    @cached_property
    def _tree(self) -> Tree:
        from billing_lens.text.syntax_tree import parse_tree  # noqa: PLC0415 tree-sitter loads when needed

        return parse_tree(self._text, self._edited_tree)


class _Change(NamedTuple):
    """What was replaced in the last version of a text that msgspec accepted."""

    valid: JsonDocument
    splice: Splice


def _picked(node: JsonNode, paths: Sequence[tuple[str, ...]]) -> object:
    if node.kind != "object" or () in paths:
        return node.value
    heads = dict.fromkeys(path[0] for path in paths)
    children = {head: child for head in heads if (child := node.child(head)) is not None}
    return {
        head: _picked(child, [path[1:] for path in paths if path[0] == head])
        for head, child in children.items()
    }
