"""Reading valid JSON in place: only the levels on the way to a value are looked at.

msgspec splits one object or array into slices of the text without building what is in them. The
lengths of the slices then tell where each member stands. On a text of 60 MB this takes some
hundredths of a second, where a syntax tree takes seconds and several times the text's size.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from functools import cached_property
from typing import NamedTuple

import msgspec

from billing_lens.text.incremental.splice import Stretch
from billing_lens.text.incremental.splice_bytes import Bytes
from billing_lens.text.json_node import JsonNode, NodeKind, child_pointer
from billing_lens.text.json_pointer import index_of
from billing_lens.text.positions import Span
from billing_lens.text.strictness import decoded_text, loads
from billing_lens.text.trivia import after_space, before_space

_MEMBERS = msgspec.json.Decoder(dict[str, msgspec.Raw])
_ELEMENTS = msgspec.json.Decoder(list[msgspec.Raw])
_BEFORE_MEMBER = re.compile(
    rb'[ \t\r\n]*[{,][ \t\r\n]*("[^"\\]*(?:\\[\s\S][^"\\]*)*")[ \t\r\n]*:[ \t\r\n]*'
)
_BEFORE_ELEMENT = re.compile(rb"[ \t\r\n]*[\[,][ \t\r\n]*")
_CLOSING = re.compile(rb"[ \t\r\n]*}")
_KIND_BY_FIRST_BYTE: dict[int, NodeKind] = {
    ord("{"): "object",
    ord("["): "array",
    ord('"'): "string",
    ord("t"): "true",
    ord("f"): "false",
    ord("n"): "null",
}


class _Child(NamedTuple):
    """Where a child stands, in bytes of the document; an element has no key."""

    key_start: int
    key_end: int
    start: int
    end: int


class Gap(NamedTuple):
    """Bytes of an object or array around a place, from the child on the left to that on the right.

    `is_between` tells that there is no child in them, nor a part of one.
    """

    start: int
    end: int
    has_left: bool
    has_right: bool
    is_between: bool


class SliceSource:
    """Nodes of a text that msgspec accepts."""

    def __init__(self, text: Bytes) -> None:
        """Read `text`, which must be valid JSON, once something in it is asked for."""
        self._given = text
        self._visited: dict[int, dict[str, _Child] | JsonNode] = {}
        """The children of what was looked into, by where it starts."""
        self._older: dict[int, tuple[dict[str, _Child], Stretch]] = {}
        """The same of an older text, and what was changed inside one of them or between two."""

    @cached_property
    def _text(self) -> bytes:
        return bytes(self._given)

    def root(self) -> JsonNode:
        """Return the text's value."""
        start = after_space(self._text, 0)
        span = Span(start, before_space(self._text, len(self._text)))
        return JsonNode(self._kind(start), span, "", self)

    def after(self, stretch: Stretch, text: Bytes, containers: Iterable[int]) -> SliceSource:
        """Return the same of `text`, which came of this one by a change.

        `containers` are the starts of objects and arrays whose children are the same, but for what
        was changed inside one of them or between two.
        """
        newer = SliceSource(text)
        for start in containers:
            known = self._visited.get(start)
            if isinstance(known, dict):
                newer._older[start] = known, stretch
            elif start in self._older:
                known, before = self._older[start]
                newer._older[start] = known, before.followed_by(stretch)
        return newer

    def text_of(self, span: Span) -> bytes:
        """Return the text of a span."""
        return self._given[span.start : span.end]

    def children(self, node: JsonNode) -> tuple[JsonNode, ...]:
        """Return the members or elements of `node`."""
        found = self._children(node)
        if isinstance(found, JsonNode):
            return found.children()
        return tuple(self._node(node, part, child) for part, child in found.items())

    def child(self, node: JsonNode, part: str) -> JsonNode | None:
        """Return the member or element that `part` names."""
        if node.kind == "array" and index_of(part) is None:
            return None
        found = self._children(node)
        if isinstance(found, JsonNode):
            return found.child(part)
        return self._node(node, part, found[part]) if part in found else None

    def child_around(self, node: JsonNode, span: Span) -> JsonNode | None:
        """Return the child that begins before `span` and ends after it."""
        found = self._children(node)
        if isinstance(found, JsonNode):
            return None
        for part, child in found.items():
            if span.end < child.end:
                return self._node(node, part, child) if child.start < span.start else None
        return None

    def gap(self, node: JsonNode, span: Span) -> Gap | None:
        """Return the gap in which `span` is; None where slices do not tell, or in a scalar."""
        found = self._children(node)
        if isinstance(found, JsonNode) or node.kind not in ("object", "array"):
            return None
        children = [*found.values()]
        left = bisect_right(children, span.start, key=_end_of)
        right = bisect_left(children, span.end, key=_begin_of)
        is_between = left == right
        # A number or a word may go on in what is typed beside it.
        if left and not self._is_closed(children[left - 1].end, span.start):
            left, is_between = left - 1, False
        if right < len(children) and not self._is_opened(children[right].key_start, span.end):
            right, is_between = right + 1, False
        has_left, has_right = left > 0, right < len(children)
        start = children[left - 1].end if has_left else node.span.start + 1
        end = children[right].key_start if has_right else node.span.end - 1
        return Gap(start, end, has_left, has_right, is_between)

    def _is_closed(self, end: int, place: int) -> bool:
        return end < place or self._given[end - 1 : end] in (b'"', b"}", b"]")

    def _is_opened(self, start: int, place: int) -> bool:
        return place < start or self._given[start : start + 1] in (b'"', b"{", b"[")

    def value(self, node: JsonNode) -> object:
        """Return the value as ``json.loads`` has it."""
        return loads(self._text[node.span.start : node.span.end])

    def _node(self, parent: JsonNode, part: str, child: _Child) -> JsonNode:
        is_member = parent.kind == "object"
        return JsonNode(
            self._kind(child.start),
            Span(child.start, child.end),
            child_pointer(parent, part),
            self,
            key=part if is_member else None,
            key_span=Span(child.key_start, child.key_end) if is_member else None,
        )

    def _kind(self, start: int) -> NodeKind:
        return _KIND_BY_FIRST_BYTE.get(self._text[start], "number")

    def _children(self, node: JsonNode) -> dict[str, _Child] | JsonNode:
        """Return the children by name or, where slices do not tell, the node as a tree has it."""
        if node.kind not in ("object", "array"):
            return {}
        start = node.span.start
        if start not in self._visited:
            moved = _moved(*self._older.pop(start)) if start in self._older else None
            self._visited[start] = moved or self._read(node)
        return self._visited[start]

    def _read(self, node: JsonNode) -> dict[str, _Child] | JsonNode:
        read = self._members if node.kind == "object" else self._elements
        found = read(node.span)
        return self._tree_node(node) if found is None else found

    def _members(self, span: Span) -> dict[str, _Child] | None:
        """Return an object's members by key, None when slices cannot tell them.

        Of equal keys msgspec keeps the last value alone, so that the slices, each checked to stand
        where it is looked for, do not fill the object.
        """
        try:
            slices = _MEMBERS.decode(memoryview(self._text)[span.start : span.end])
        except UnicodeDecodeError:  # a lone surrogate in a key
            return None
        found: dict[str, _Child] = {}
        position = span.start
        for key, value in slices.items():
            before = _BEFORE_MEMBER.match(self._text, position)
            if before is None or _key_of(before[1]) != key:
                return None
            inner = memoryview(value)
            if not self._text.startswith(inner, before.end()):
                return None
            position = before.end() + inner.nbytes
            found[key] = _Child(before.start(1), before.end(1), before.end(), position)
        closing = _CLOSING.match(self._text, position)
        is_whole = closing is not None and closing.end() == span.end
        return found if is_whole or not found else None

    def _elements(self, span: Span) -> dict[str, _Child]:
        slices = _ELEMENTS.decode(memoryview(self._text)[span.start : span.end])
        found: dict[str, _Child] = {}
        position = span.start
        for index, value in enumerate(slices):
            before = _BEFORE_ELEMENT.match(self._text, position)
            start = before.end() if before else position
            position = start + memoryview(value).nbytes
            found[str(index)] = _Child(start, start, start, position)
        return found

    def _tree_node(self, node: JsonNode) -> JsonNode:
        """Return the same node as a syntax tree of its own text has it."""
        text = self._text[node.span.start : node.span.end]
        from billing_lens.text.syntax_tree import TreeSource  # noqa: PLC0415 tree-sitter loads when needed

        return TreeSource(text, offset=node.span.start).root_at(node)


def _moved(children: dict[str, _Child], stretch: Stretch) -> dict[str, _Child] | None:
    """Return where children are after a change; None where it was not in one or between two."""
    growth, found = stretch.growth, dict[str, _Child]()
    for part, child in children.items():
        if child.end <= stretch.start:
            found[part] = child
        elif stretch.old_end <= child.key_start:
            found[part] = _Child(*(it + growth for it in child))
        elif child.start < stretch.start and stretch.old_end < child.end:
            found[part] = child._replace(end=child.end + growth)
        else:
            return None
    return found


def _begin_of(child: _Child) -> int:
    return child.key_start


def _end_of(child: _Child) -> int:
    return child.end


def _key_of(quoted: bytes) -> str:
    inner = quoted[1:-1]
    return str(loads(quoted)) if b"\\" in inner else decoded_text(inner)
