"""A TOML text: its values as tomllib reads them, and where each stands as tree-sitter-toml has it.

tree-sitter is no judge but survives a text that is broken by typing; tomllib judges and knows no
places. Importing this imports neither.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from msgspec import Struct

from billing_lens.text.positions import Span
from billing_lens.text.utf8 import first_invalid

if TYPE_CHECKING:
    from tree_sitter import Node

Path = tuple[str, ...]
_Waiting = tuple[Path, "Node"]
"""What is still to be looked into, and the path to it."""

_DEEPEST = 16
"""Levels of a text that are told apart; what a program understands has few."""
_MOST_PARTS = 100
_PART = rb"""(?:[\w-]+|"(?:[^"\\\n]|\\.)*"|'[^'\n]*')"""
_HEADERS = ("table", "table_array_element")
CONTAINERS = (*_HEADERS, "dotted_key", "inline_table", "array")
"""The kinds of entries that hold others."""
_KEYS = ("bare_key", "quoted_key", "dotted_key")


class TomlFault(Struct, frozen=True):
    """Why a text is no TOML, as the rest of a sentence, and the bytes to mark; None for all."""

    message: str
    span: Span | None = None


class TomlEntry(Struct, frozen=True):
    """A key, or an element of a list, and its value. Spans are bytes of the text.

    `text` is what stands between the quotes of a value on one line, None for any other value. The
    value's span of a table, and the key's of an element, are the same as the other one.
    """

    path: Path
    key: Span
    value: Span
    kind: str
    text: str | None = None


def toml_values(data: bytes) -> dict[str, object] | TomlFault:
    """Return the values of a TOML text, which may begin with a byte order mark.

    Never raises: numbers, nesting and keys of a size that the parser cannot bear are faults too.
    """
    if invalid := first_invalid(data):
        return TomlFault("this is not valid UTF-8", Span(invalid.start, invalid.start + 3))
    # tomllib needs the square of a dotted key's parts, in time and in memory.
    long_key = re.search(rb"(?<![\w-])(?:%s[ \t]*\.[ \t]*){%d}" % (_PART, _MOST_PARTS), data)
    if long_key:
        return TomlFault(f"a key has more than {_MOST_PARTS} parts", Span(*long_key.span()))
    text = data.decode().removeprefix("\ufeff")
    if sys.version_info >= (3, 11):
        import tomllib  # noqa: PLC0415 few machines have a file of TOML
    else:
        import tomli as tomllib  # noqa: PLC0415
    try:
        return tomllib.loads(text)
    except RecursionError:
        return TomlFault("it is nested too deeply")
    except ValueError as error:
        return _fault(str(error), text, len(data) - len(text.encode()))


class TomlDocument:
    """Where the keys and values of a text stand, as far as it is understood."""

    def __init__(self, data: bytes) -> None:
        """Look at `data`, which may be broken; it is parsed when asked."""
        self._data = data

    def nearest(self, path: Sequence[str]) -> TomlEntry | None:
        """Return what stands at a path, or on the way to it where that is not there."""
        found = (self._by_path.get(tuple(path[:length])) for length in range(len(path), 0, -1))
        return next(filter(None, found), None)

    def header_before(self, offset: int) -> TomlEntry | None:
        """Return the table that a line at an offset belongs to, None before the first."""
        headers = (it for it in self.entries() if it.kind in _HEADERS and it.key.end < offset)
        return max(headers, key=lambda it: it.key.end, default=None)

    @cached_property
    def _by_path(self) -> dict[Path, TomlEntry]:
        first: dict[Path, TomlEntry] = {}
        for entry in self.entries():
            first.setdefault(entry.path, entry)
        return first

    def entries(self) -> Iterator[TomlEntry]:
        """Yield every key and element; the tables that a key names on its way are entries too."""
        import tree_sitter_toml  # noqa: PLC0415 few machines have a file of TOML
        from tree_sitter import Language, Parser  # noqa: PLC0415

        tree = Parser(Language(tree_sitter_toml.language())).parse(self._data)
        # A list of what is left to do, not recursion: the text may be nested to any depth.
        waiting: list[_Waiting] = [((), tree.root_node)]
        while waiting:
            above, node = waiting.pop()
            children = [it for it in node.named_children if it.type != "comment"]
            if len(above) >= _DEEPEST:
                continue
            if node.type == "array":
                yield from self._elements(above, children, waiting)
                continue
            for child in children:
                if child.is_error:
                    waiting.append((above, child))
                elif child.type in ("pair", *_HEADERS):
                    yield from self._keyed(above, child, waiting)

    def _elements(
        self, above: Path, children: Sequence[Node], waiting: list[_Waiting]
    ) -> Iterator[TomlEntry]:
        for index, element in enumerate(it for it in children if not it.is_error):
            path = (*above, str(index))
            yield self._entry(path, _span_of(element), element)
            waiting.append((path, element))

    def _keyed(self, above: Path, node: Node, waiting: list[_Waiting]) -> Iterator[TomlEntry]:
        children = [it for it in node.named_children if it.type != "comment"]
        if not children or children[0].type not in _KEYS:
            return
        path, parts, value = above, list(_parts_of(children[0])), children[-1]
        for part in parts[:_DEEPEST]:
            path, span = (*path, self._name(part)), _span_of(part)
            if part is not parts[-1] or node.type != "pair":
                kind = node.type if part is parts[-1] else "dotted_key"
                yield TomlEntry(path, span, span, kind)
            elif value is not children[0] and not value.is_error:
                yield self._entry(path, span, value)
                waiting.append((path, value))
        if node.type != "pair":
            waiting.append((path, node))

    def _entry(self, path: Path, key: Span, value: Node) -> TomlEntry:
        text = self._text(value)
        is_line = value.type == "string" and not text.startswith(('"""', "'''"))
        return TomlEntry(
            path, key, _span_of(value), value.type, text[1:-1] if is_line and text else None
        )

    def _name(self, part: Node) -> str:
        text = self._text(part)
        if part.type != "quoted_key":
            return text
        values = toml_values(f"{text} = 0".encode()) if "\\" in text else None
        return next(iter(values)) if isinstance(values, dict) else text[1:-1]

    def _text(self, node: Node) -> str:
        return self._data[node.start_byte : node.end_byte].decode("utf-8", "replace")


def _parts_of(key: Node) -> Iterator[Node]:
    """Yield the parts of a dotted key, which the tree has nested to the left."""
    waiting = [key]
    while waiting:
        node = waiting.pop()
        if node.type == "dotted_key":
            waiting.extend(reversed(node.named_children))
        else:
            yield node


def _span_of(node: Node) -> Span:
    return Span(node.start_byte, node.end_byte)


_FAULT = re.compile(r"(.*) \(at (?:line (\d+), column (\d+)|end of document)\)", re.DOTALL)
_IN_WORDS = {
    "Cannot ": "a key or table stands twice",
    "Duplicate ": "a key or table stands twice",
    "Illegal character '\\n'": "a closing quote is missing",
    "Unterminated string": "a closing quote is missing",
    "Invalid value": "a value is missing, or quotes around it",
    "Invalid statement": "this is neither a section nor a key",
}
"""What tomllib says in its own terms, by how it begins."""


def _fault(said: str, text: str, mark: int) -> TomlFault:
    """Return what tomllib said of a text that `mark` bytes stand before, in words, and where.

    From there to the end of the line's content is marked; all of that where nothing stands there,
    or where it is the line as a whole that stands twice.
    """
    found = _FAULT.fullmatch(said)
    if found is None:  # Python's own limit on the digits of a number.
        return TomlFault("a number is too long")
    message = f"{found[1][0].lower()}{found[1][1:]}"
    words = next((_IN_WORDS[it] for it in _IN_WORDS if found[1].startswith(it)), None)
    lines = text.split("\n")
    last = max((number for number, line in enumerate(lines) if line.strip()), default=0)
    number = int(found[2]) - 1 if found[2] else last
    line = lines[number].rstrip(" \t\r")
    is_repeated = found[1].startswith(("Cannot ", "Duplicate "))
    start = int(found[3]) - 1 if found[3] and not is_repeated else len(line)
    if start < len(line):
        line = line[:start] + line[start:].partition(" #")[0].rstrip(" \t")
    else:
        start = len(line) - len(line.lstrip(" \t"))
    before = sum(len(it.encode()) + 1 for it in lines[:number]) + mark
    span = Span(before + len(line[:start].encode()), before + len(line.encode()))
    return TomlFault(words or message, span)
