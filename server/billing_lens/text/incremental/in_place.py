"""Reads valid JSON in place: only the levels on the way to a value are looked at.

msgspec splits one object or array into slices of the text without building what is in them. The
lengths of the slices then tell where each child stands. On a text of 60 MB this takes some
hundredths of a second, where a syntax tree takes seconds and several times the text's size.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from functools import cached_property
from operator import attrgetter
from typing import NamedTuple

import msgspec
from msgspec.structs import replace

from billing_lens.text.incremental.splice import Bytes, Splice
from billing_lens.text.json_node import JsonNode, NodeKind
from billing_lens.text.json_pointer import index_of, pointer_of
from billing_lens.text.positions import Span
from billing_lens.text.trivia import after_space, before_space
from billing_lens.text.utf8 import decoded
from billing_lens.text.validation import loads

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
    """Where a member stands, in bytes of the document, or an element, which has no key."""

    key: str | None
    key_start: int
    key_end: int
    start: int
    end: int

    def moved(self, by: int) -> _Child:
        key, key_start, key_end, start, end = self
        return _Child(key, key_start + by, key_end + by, start + by, end + by)


class Neighbours(NamedTuple):
    """The bytes of an object or array between the children on both sides of a place.

    `is_between` tells that there is no child in them, nor a part of one.
    """

    start: int
    end: int
    has_left: bool
    has_right: bool
    is_between: bool


class InPlaceSource:
    """Nodes of a text that msgspec accepts."""

    def __init__(self, text: Bytes) -> None:
        """Read `text`, which must be valid JSON, once something in it is asked for."""
        self._given = text
        self._read: dict[int, list[_Child]] = {}
        """The children of what was looked into, by where it starts."""
        self._named: dict[int, dict[str | None, _Child]] = {}
        """Those of objects by key."""
        self._older: dict[int, tuple[list[_Child], Splice]] = {}
        """The same of an older text, with the splice inside one of them or between two."""
        self._path: list[JsonNode] = []
        """The root and values in each other, the outermost first, around a place asked for."""

    @cached_property
    def _text(self) -> bytes:
        return bytes(self._given)

    def root(self) -> JsonNode:
        """Return the text's value."""
        if not self._path:
            start, end = after_space(self._text, 0), before_space(self._text, len(self._text))
            self._path = [JsonNode(self._kind(start), Span(start, end), "", self)]
        return self._path[0]

    def children(self, node: JsonNode) -> tuple[JsonNode, ...]:
        """Return the members or elements of `node`."""
        children = enumerate(self._children(node))
        return tuple(self._node(node, index, child) for index, child in children)

    def child(self, node: JsonNode, part: str) -> JsonNode | None:
        """Return the member or element that `part` names."""
        children, start = self._children(node), node.span.start
        if node.kind == "array":
            index = index_of(part)
            if index is None or index >= len(children):
                return None
            return self._node(node, index, children[index])
        if start not in self._named:
            self._named[start] = {child.key: child for child in children}
        found = self._named[start].get(part)
        return self._node(node, 0, found) if found else None

    def value(self, node: JsonNode) -> object:
        """Return the value as ``json.loads`` has it."""
        return loads(self._text[node.span.start : node.span.end])

    def text_of(self, span: Span) -> bytes:
        """Return the text of a span."""
        return self._given[span.start : span.end]

    def around(self, span: Span) -> Sequence[JsonNode]:
        """Return the values that begin before `span` and end after it, the outermost first."""
        self.root()
        path = self._path
        while len(path) > 1 and not _holds(path[-1].span, span):
            path.pop()
        if not _holds(path[-1].span, span):
            return ()
        while inner := self._child_around(path[-1], span):
            path.append(inner)
        return path

    def neighbours(self, node: JsonNode, span: Span) -> Neighbours | None:
        """Return what is between the children on both sides of `span`.

        None for a scalar.
        """
        if node.kind not in ("object", "array"):
            return None
        children = self._children(node)
        left = bisect_right(children, span.start, key=attrgetter("end"))
        right = bisect_left(children, span.end, key=attrgetter("key_start"))
        is_between = left == right
        # A number or a word may go on in what is typed beside it.
        if left and not self._is_closed(children[left - 1].end, span.start):
            left, is_between = left - 1, False
        if right < len(children) and not self._is_opened(children[right].key_start, span.end):
            right, is_between = right + 1, False
        has_left, has_right = left > 0, right < len(children)
        start = children[left - 1].end if has_left else node.span.start + 1
        end = children[right].key_start if has_right else node.span.end - 1
        return Neighbours(start, end, has_left, has_right, is_between)

    def after(
        self, splice: Splice, text: Bytes, inside: JsonNode, *, keeps_values: bool
    ) -> InPlaceSource:
        """Return the source of `text`, which `splice` made of this one and which is valid.

        `inside` is one of the values `around` the splice. What is known of those around it is moved
        rather than read again, and of itself too where the splice `keeps_values`: where it is white
        space between two children.
        """
        newer = InPlaceSource(text)
        path = self._path[: self._path.index(inside) + 1]
        for value in path if keeps_values else path[:-1]:
            start = value.span.start
            if start in self._read:
                newer._older[start] = self._read[start], splice
            elif start in self._older:
                known, before = self._older[start]
                newer._older[start] = known, before.then(splice)
        spans = (Span(value.span.start, value.span.end + splice.growth) for value in path)
        newer._path = [
            replace(value, span=span, source=newer) for value, span in zip(path, spans, strict=True)
        ]
        return newer

    def _child_around(self, node: JsonNode, span: Span) -> JsonNode | None:
        children = self._children(node)
        index = bisect_right(children, span.end, key=attrgetter("end"))
        is_inside = index < len(children) and children[index].start < span.start
        return self._node(node, index, children[index]) if is_inside else None

    def _is_closed(self, end: int, place: int) -> bool:
        return end < place or self._given[end - 1 : end] in (b'"', b"}", b"]")

    def _is_opened(self, start: int, place: int) -> bool:
        return place < start or self._given[start : start + 1] in (b'"', b"{", b"[")

    def _node(self, parent: JsonNode, index: int, child: _Child) -> JsonNode:
        is_member = child.key is not None
        return JsonNode(
            self._kind(child.start),
            Span(child.start, child.end),
            parent.pointer + pointer_of(index if child.key is None else child.key),
            self,
            key=child.key,
            key_span=Span(child.key_start, child.key_end) if is_member else None,
        )

    def _kind(self, start: int) -> NodeKind:
        return _KIND_BY_FIRST_BYTE.get(self._text[start], "number")

    def _children(self, node: JsonNode) -> list[_Child]:
        """Return the children of an object or array, in the order of the text."""
        if node.kind not in ("object", "array"):
            return []
        start = node.span.start
        if start not in self._read:
            moved = _moved(*self._older.pop(start)) if start in self._older else None
            read = self._members if node.kind == "object" else self._elements
            self._read[start] = read(node.span) if moved is None else moved
        return self._read[start]

    def _members(self, span: Span) -> list[_Child]:
        """Return an object's members.

        Of equal keys msgspec keeps the last value alone, so that the slices, each checked to stand
        where it is looked for, do not fill the object.
        """
        try:
            slices = _MEMBERS.decode(memoryview(self._text)[span.start : span.end])
        except UnicodeDecodeError:  # a lone surrogate in a key
            return self._members_by_tree(span)
        found: list[_Child] = []
        position = span.start
        for key, value in slices.items():
            before = _BEFORE_MEMBER.match(self._text, position)
            inner = memoryview(value)
            if (
                not before
                or _key_of(before[1]) != key
                or not self._text.startswith(inner, before.end())
            ):
                return self._members_by_tree(span)
            position = before.end() + inner.nbytes
            found.append(_Child(key, before.start(1), before.end(1), before.end(), position))
        closing = _CLOSING.match(self._text, position)
        is_whole = closing is not None and closing.end() == span.end
        return found if is_whole or not found else self._members_by_tree(span)

    def _members_by_tree(self, span: Span) -> list[_Child]:
        """Return an object's members where slices cannot tell them."""
        from billing_lens.text.syntax_tree import TreeSource  # noqa: PLC0415 tree-sitter loads when needed

        root = TreeSource(self._text[span.start : span.end]).root()
        found = [
            _Child(member.key, *(member.key_span or member.span), *member.span)
            for member in (root.members() if root else ())
        ]
        return [child.moved(span.start) for child in found]

    def _elements(self, span: Span) -> list[_Child]:
        slices = _ELEMENTS.decode(memoryview(self._text)[span.start : span.end])
        found: list[_Child] = []
        position = span.start
        for value in slices:
            before = _BEFORE_ELEMENT.match(self._text, position)
            start = before.end() if before else position
            position = start + memoryview(value).nbytes
            found.append(_Child(None, start, start, start, position))
        return found


def _moved(children: list[_Child], splice: Splice) -> list[_Child] | None:
    """Return where children are after a splice; None where it was not in one or between two."""
    growth, found = splice.growth, list[_Child]()
    for child in children:
        if child.end <= splice.start:
            found.append(child)
        elif splice.old_end <= child.key_start:
            found.append(child.moved(growth))
        elif child.start < splice.start and splice.old_end < child.end:
            found.append(child._replace(end=child.end + growth))
        else:
            return None
    return found


def _holds(outer: Span, inner: Span) -> bool:
    return outer.start < inner.start and inner.end < outer.end


def _key_of(quoted: bytes) -> str:
    inner = quoted[1:-1]
    return str(loads(quoted)) if b"\\" in inner else decoded(inner)
