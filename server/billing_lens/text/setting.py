"""Sets one property of a JSON text in the text's own style."""

from __future__ import annotations

import json
import re
from codecs import BOM_UTF8
from collections.abc import Iterator, Sequence
from itertools import islice

from msgspec import Struct

from billing_lens.text.edits import TextEdit
from billing_lens.text.json_document import JsonDocument
from billing_lens.text.json_node import JsonNode
from billing_lens.text.json_pointer import index_of, parts_of
from billing_lens.text.positions import Span
from billing_lens.text.trivia import (
    BLANKS,
    Gap,
    after_space,
    gaps_of,
    has_line_break,
    indentation_at,
)
from billing_lens.text.utf8 import decoded

_COLON = rb"[ \t]*:[ \t]*"
_LINE_BREAK = rb"\r\n|\n|\r"
_LONE_SURROGATE = "[\ud800-\udfff]"
_SAMPLE = 100
"""How many values are looked at to learn the style; in a uniform text the first ones tell."""


def set_property(document: JsonDocument, pointer: str, value: object) -> TextEdit:
    """Return the edit that makes `value` what stands at `pointer`.

    An existing value is replaced where it stands. A new one is added at the end of its object, or
    of its array when the pointer ends in the next index or in ``-``; missing objects on the way are
    made, also in place of null and of an empty text. In a text with syntax problems the edit fits
    what was understood.

    Raises:
        ValueError: `pointer` is no JSON Pointer, or leads through a value that can hold nothing or
            past an array's end; or `value` holds NaN or Infinity.
        TypeError: `value` holds what JSON has no form for.
    """
    style, parts = _style_of(document), parts_of(pointer)
    node = document.nearest(pointer)
    if node is None:
        return _whole_document(document, _wrapped(parts, value), style)
    missing = parts[len(parts_of(node.pointer)) :]
    if not missing or node.kind == "null":
        return _replacement(document.data, node, _wrapped(missing, value), style)
    name, *below = missing
    children = node.children()
    if node.kind == "array" and name != "-" and index_of(name) != len(children):
        raise ValueError(f"{pointer}: the array {node.pointer!r} has {len(children)} elements")
    if node.kind not in ("object", "array"):
        raise ValueError(f"{pointer}: {node.pointer!r} is neither an object nor an array")
    key = None if node.kind == "array" else name
    return _addition(document.data, node, _Entry(key, _wrapped(below, value), style))


class _Style(Struct, frozen=True):
    """How a JSON text is laid out.

    `indent` is one level; `is_compact` when the whole document stands on one line.
    """

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


def _style_of(document: JsonDocument) -> _Style:
    """Return the style of a document, usual values where it shows none."""
    data, root = document.data, document.root
    found = re.search(_LINE_BREAK, data)
    line_break = found[0].decode() if found else "\n"
    if root is None or not root.children():
        return _Style(line_break=line_break)
    sample = [*islice(_values_in(root), _SAMPLE)]
    colons = (_colon(data, child) for _, child in sample)
    indents = (_indent(data, parent, child) for parent, child in sample)
    return _Style(
        indent=next(filter(None, indents), "  "),
        line_break=line_break,
        colon=next(filter(None, colons), ": "),
        is_compact=not has_line_break(data, root.span),
    )


def _values_in(root: JsonNode) -> Iterator[tuple[JsonNode, JsonNode]]:
    """Yield parents with their children, the outer ones first."""
    parents = [root]
    for parent in parents:  # more come in meanwhile
        children = parent.children()
        parents.extend(children)
        yield from ((parent, child) for child in children)


def _colon(data: bytes, child: JsonNode) -> str | None:
    if child.key_span is None:
        return None
    between = data[child.key_span.end : child.span.start]
    return between.decode() if re.fullmatch(_COLON, between) else None


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
    return re.sub(_LONE_SURROGATE, lambda match: f"\\u{ord(match[0]):04x}", text)


def _wrapped(parts: Sequence[str], value: object) -> object:
    for part in reversed(parts):
        value = {part: value}
    return value


def _whole_document(document: JsonDocument, value: object, style: _Style) -> TextEdit:
    """Write `value` where there is none, after the comments if there are any."""
    start = len(BOM_UTF8) if document.has_bom else 0
    comments_end = len(document.data.rstrip(b" \t\r\n"))
    before = style.line_break if comments_end > start else ""
    text = before + style.laid_out(value, "") + style.line_break
    return TextEdit(Span(max(start, comments_end), len(document.data)), text)


def _replacement(data: bytes, node: JsonNode, value: object, style: _Style) -> TextEdit:
    if node.children() and not has_line_break(data, node.span):
        return TextEdit(node.span, style.inline(value))
    return TextEdit(node.span, style.laid_out(value, indentation_at(data, node.span.start)))


class _Entry:
    """What is added: a member, or an element when there is no key."""

    def __init__(self, key: str | None, value: object, style: _Style) -> None:
        self.style = style
        self._value = value
        self._key = "" if key is None else style.inline(key) + style.colon

    def inline(self) -> str:
        return self._key + self.style.inline(self._value)

    def on_own_line(self, indentation: str) -> str:
        text = self.style.laid_out(self._value, indentation)
        return f"{self.style.line_break}{indentation}{self._key}{text}"


def _addition(data: bytes, container: JsonNode, entry: _Entry) -> TextEdit:
    children, gaps = container.children(), gaps_of(data, container)
    if not children:
        return _first_child(data, container, gaps[0], entry)
    if has_line_break(data, gaps[-2].span):
        last = children[-1].member_span or children[-1].span
        return _on_next_line(data, last, gaps[-1], entry)
    end = children[-1].span.end
    return TextEdit(Span(end, end), entry.style.inline_comma + entry.inline())


def _on_next_line(data: bytes, last: Span, gap: Gap, entry: _Entry) -> TextEdit:
    """Add `entry` on the line after the last child and the comments that end its line."""
    line = entry.on_own_line(indentation_at(data, last.start))
    end = _line_content_end(data, gap)
    if gap.comma is not None and gap.comma < end:
        return TextEdit(Span(end, end), line + ",")
    return TextEdit(Span(last.end, end), f",{decoded(data[last.end : end])}{line}")


def _line_content_end(data: bytes, gap: Gap) -> int:
    """Return where the comma and the comments on the line that `gap` begins on end."""
    end = gap.span.start
    comma = [] if gap.comma is None else [Span(gap.comma, gap.comma + 1)]
    for piece in sorted([*comma, *gap.comments]):
        if after_space(data, end, BLANKS) != piece.start:
            break
        end = piece.end
    return end


def _first_child(data: bytes, container: JsonNode, gap: Gap, entry: _Entry) -> TextEdit:
    """Add `entry` to an empty object or array, after the comments in it."""
    start, end = gap.span
    if gap.comments:
        start = gap.comments[-1].end
    if entry.style.is_compact:
        return TextEdit(Span(start, end), entry.inline())
    outer = indentation_at(data, container.span.start)
    line = entry.on_own_line(outer + entry.style.indent)
    return TextEdit(Span(start, end), f"{line}{entry.style.line_break}{outer}")
