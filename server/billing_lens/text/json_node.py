"""One value of a JSON text and where it stands."""

from __future__ import annotations

from typing import Literal, Protocol

from msgspec import Struct

from billing_lens.text.positions import Span

NodeKind = Literal["object", "array", "string", "number", "true", "false", "null", "error"]


class NodeSource(Protocol):
    """What knows the inside of nodes: one way of reading a JSON text."""

    def children(self, node: JsonNode) -> tuple[JsonNode, ...]:
        """Return the members or elements of `node` in the order of the text."""
        ...

    def child(self, node: JsonNode, part: str) -> JsonNode | None:
        """Return the child that one part of a JSON Pointer names."""
        ...

    def value(self, node: JsonNode) -> object:
        """Return what `node` stands for as a Python value."""
        ...


class JsonNode(Struct, frozen=True, eq=False):
    """One value in a JSON text. Spans are bytes of the document.

    `kind` is "error" where a value should be but something else is; such a node can still have
    members, those that were understood. `key` is the decoded name of an object's member, `key_span`
    the name with its quotes.
    """

    kind: NodeKind
    span: Span
    pointer: str
    source: NodeSource
    key: str | None = None
    key_span: Span | None = None
    handle: object = None

    @property
    def member_span(self) -> Span | None:
        """The bytes from the key to the value's end, None for what is no member of an object."""
        return Span(self.key_span.start, self.span.end) if self.key_span else None

    @property
    def value(self) -> object:
        """The value as ``json.loads`` has it; in broken text, what was understood of it."""
        return self.source.value(self)

    def members(self) -> tuple[JsonNode, ...]:
        """Return an object's members in the order of the text, each of a repeated key too."""
        return self.source.children(self) if self.kind in ("object", "error") else ()

    def elements(self) -> tuple[JsonNode, ...]:
        """Return an array's elements."""
        return self.source.children(self) if self.kind == "array" else ()

    def children(self) -> tuple[JsonNode, ...]:
        """Return the members or elements, nothing for a scalar."""
        return self.members() or self.elements()

    def child(self, part: str) -> JsonNode | None:
        """Return the member with this key (of equal keys the last) or the element at this index."""
        if self.kind in ("object", "array", "error"):
            return self.source.child(self, part)
        return None
