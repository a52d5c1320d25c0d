"""How a JSON text is laid out, so that what is added looks as if it had always been there."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from msgspec import Struct

from billing_lens.text.json_document import JsonDocument
from billing_lens.text.json_node import JsonNode
from billing_lens.text.positions import Span
from billing_lens.text.trivia import has_line_break, indentation_at

_COLON = re.compile(rb"[ \t]*:[ \t]*")
_LINE_BREAK = re.compile(rb"\r\n|\n|\r")
_LONE_SURROGATE = re.compile("[\ud800-\udfff]")
_LOOKED_AT = 100
"""How many values are looked at to learn the style; in a uniform text the first ones tell."""


class Style(Struct, frozen=True):
    """`indent` is one level; `is_compact` when the whole document stands on one line."""

    indent: str = "  "
    line_break: str = "\n"
    colon: str = ": "
    is_compact: bool = False

    @property
    def inline_comma(self) -> str:
        """A comma between neighbours on one line."""
        return ", " if self.colon.endswith(" ") else ","

    def inline(self, value: object) -> str:
        """Return `value` as JSON on one line."""
        return _dumped(value, None, (self.inline_comma, self.colon))

    def laid_out(self, value: object, indentation: str) -> str:
        """Return `value` as JSON, on lines of its own that begin with `indentation`."""
        if self.is_compact:
            return self.inline(value)
        text = _dumped(value, self.indent, (",", self.colon))
        return text.replace("\n", self.line_break + indentation)


def style_of(document: JsonDocument) -> Style:
    """Return the style of a document, usual values where it shows none."""
    data, root = document.data, document.root
    if root is None or not root.children():
        found = _LINE_BREAK.search(data)
        return Style(line_break=found[0].decode() if found else "\n")
    seen = [(parent, child) for parent, child in _first_values(root)]
    colons = (_colon(data, child) for _, child in seen)
    indents = (_indent(data, parent, child) for parent, child in seen)
    found = _LINE_BREAK.search(data)
    return Style(
        indent=next(filter(None, indents), "  "),
        line_break=found[0].decode() if found else "\n",
        colon=next(filter(None, colons), ": "),
        is_compact=not has_line_break(data, root.span),
    )


def _first_values(root: JsonNode) -> Iterator[tuple[JsonNode, JsonNode]]:
    """Yield parents with their children, the outer ones first."""
    waiting, left = [root], _LOOKED_AT
    while waiting and left > 0:
        parent = waiting.pop(0)
        children = parent.children()[:left]
        left -= len(children)
        yield from ((parent, child) for child in children)
        waiting.extend(children)


def _colon(data: bytes, child: JsonNode) -> str | None:
    if child.key_span is None:
        return None
    between = data[child.key_span.end : child.span.start]
    return between.decode() if _COLON.fullmatch(between) else None


def _indent(data: bytes, parent: JsonNode, child: JsonNode) -> str | None:
    start = (child.member_span or child.span).start
    if not has_line_break(data, Span(parent.span.start, start)):
        return None
    outer, inner = indentation_at(data, parent.span.start), indentation_at(data, start)
    return inner[len(outer) :] if inner.startswith(outer) else None


def _dumped(value: object, indent: str | None, separators: tuple[str, str]) -> str:
    text = json.dumps(
        value, indent=indent, separators=separators, ensure_ascii=False, allow_nan=False
    )
    return _LONE_SURROGATE.sub(lambda match: f"\\u{ord(match[0]):04x}", text)
