"""Reads JSON that may be broken, through a tree-sitter syntax tree.

tree-sitter gives every text a tree, marks what it did not understand, and after an edit parses
only what changed. It does not validate: it accepts texts that are not JSON.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, TypeGuard, get_args

import tree_sitter_json
from tree_sitter import Language, Node, Parser, Tree

from billing_lens.text.json_node import JsonNode, NodeKind
from billing_lens.text.json_pointer import index_of, pointer_of
from billing_lens.text.positions import Span
from billing_lens.text.utf8 import decoded
from billing_lens.text.validation import loads

_LANGUAGE = Language(tree_sitter_json.language())
_KINDS = frozenset(get_args(NodeKind)) - {"error"}


def parse_tree(text: bytes, edited: Tree | None = None) -> Tree:
    """Return the syntax tree of `text`; `edited` is an older text's tree, told of every edit."""
    parser = Parser(_LANGUAGE)
    # The grammar (0.24.8) does not know the plus sign of 1e+16. Only places are read from the
    # tree, so a sign it knows can stand there.
    text = text.replace(b"+", b"-")
    return parser.parse(text, edited) if edited else parser.parse(text)


class TreeSource:
    """Nodes of a text as its syntax tree has them."""

    def __init__(self, text: bytes, tree: Tree | None = None) -> None:
        """Read `text`, whose tree is `tree` if it is there already."""
        self._text = text
        self.tree = tree or parse_tree(text)

    def root(self) -> JsonNode | None:
        """Return the text's first value, None when there is nothing in it."""
        nodes = self.tree.root_node.children
        first = next((node for node in nodes if node.type != "comment"), None)
        if first is None:
            return None
        return JsonNode(_kind(first), _span(first), "", self, handle=first)

    def children(self, node: JsonNode) -> tuple[JsonNode, ...]:
        """Return the members or elements of `node` that were understood."""
        inner = _handle(node)
        if node.kind == "array":
            return tuple(
                self._element(node, index, child) for index, child in enumerate(_elements(inner))
            )
        return tuple(self._member(node, pair) for pair in _pairs(inner))

    def child(self, node: JsonNode, part: str) -> JsonNode | None:
        """Return the member or element that `part` names, the last of equal keys."""
        inner = _handle(node)
        if node.kind == "array":
            index, elements = index_of(part), list(_elements(inner))
            if index is None or index >= len(elements):
                return None
            return self._element(node, index, elements[index])
        found = [pair for pair in _pairs(inner) if self._key(pair) == part]
        return self._member(node, found[-1]) if found else None

    def value(self, node: JsonNode) -> object:
        """Return the value, leaving out what was not understood."""
        result: dict[str, Any] = {}
        # A list of what is left to read, not recursion: the text may be nested to any depth.
        waiting: list[tuple[Any, str | int, Node | None]] = [(result, "", _handle(node))]
        while waiting:
            holder, key, inner = waiting.pop()
            kind = _kind(inner) if inner else None
            if kind == "array":
                elements = [*_elements(inner)]
                holder[key] = [None] * len(elements)
                waiting.extend((holder[key], index, each) for index, each in enumerate(elements))
            elif kind in ("object", "error"):
                last = {self._key(pair): _value_of(pair) for pair in _pairs(inner)}
                holder[key] = dict.fromkeys(last)
                waiting.extend((holder[key], name, each) for name, each in last.items())
            else:
                holder[key] = self._scalar(inner) if inner else None
        return result[""]

    def _member(self, parent: JsonNode, pair: Node) -> JsonNode:
        key_node, value = pair.children[0], _value_of(pair)
        end = pair.end_byte
        key = self._key(pair)
        return JsonNode(
            _kind(value) if value else "error",
            _span(value) if value else Span(end, end),
            parent.pointer + pointer_of(key),
            self,
            key=key,
            key_span=_span(key_node),
            handle=value,
        )

    def _element(self, parent: JsonNode, index: int, node: Node) -> JsonNode:
        pointer = parent.pointer + pointer_of(index)
        return JsonNode(_kind(node), _span(node), pointer, self, handle=node)

    def _key(self, pair: Node) -> str:
        return str(self._scalar(pair.children[0]))

    def _scalar(self, node: Node) -> object:
        text = self._text[node.start_byte : node.end_byte]
        try:
            return loads(text)
        except ValueError:
            return decoded(text).strip('"') if node.type == "string" else None


def _handle(node: JsonNode) -> Node | None:
    return node.handle if isinstance(node.handle, Node) else None


def _span(node: Node) -> Span:
    return Span(node.start_byte, node.end_byte)


def _kind(node: Node) -> NodeKind:
    return node.type if _is_kind(node.type) else "error"


def _is_kind(text: str) -> TypeGuard[NodeKind]:
    return text in _KINDS


def _pairs(node: Node | None) -> Iterator[Node]:
    """Yield an object's members, also those that stand among what was not understood."""
    for child in node.named_children if node else ():
        if child.type == "pair":
            yield child
        elif child.is_error:
            yield from (inner for inner in child.named_children if inner.type == "pair")


def _elements(node: Node | None) -> Iterator[Node]:
    for child in node.named_children if node else ():
        if _is_kind(child.type) and not child.is_missing:
            yield child


def _value_of(pair: Node) -> Node | None:
    value = pair.child_by_field_name("value")
    return None if value is None or value.is_missing else value
