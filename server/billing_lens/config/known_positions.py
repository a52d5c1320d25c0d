"""Where the known keys stand in a config file: only what is asked for is looked at."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from functools import cache

from msgspec import Struct

from billing_lens.config.file import ConfigFile
from billing_lens.config.github_workflow import INPUTS
from billing_lens.config.kinds import DECLARING_KINDS, Kind
from billing_lens.config.known_key import KnownKey, Sort
from billing_lens.config.known_keys import KNOWN_KEYS
from billing_lens.config.known_variables import KNOWN_VARIABLES
from billing_lens.config.named_texts import named_texts
from billing_lens.text.json_node import JsonNode
from billing_lens.text.json_pointer import parts_of, pointer_of
from billing_lens.text.positions import Span
from billing_lens.text.toml_document import CONTAINERS, TomlDocument

LISTED_VARIABLES = "/claudeCode.environmentVariables"
"""Where VS Code's settings list variables as ``{"name": …, "value": …}``."""
VARIABLE_BLOCKS = {
    Kind.CLAUDE_SETTINGS: ("/env",),
    Kind.VSCODE_SETTINGS: tuple(
        f"/terminal.integrated.env.{system}" for system in ("linux", "osx", "windows")
    ),
}
"""Where a kind of file gives variables as members of an object."""

LONGEST_BROKEN_TEXT = 1 << 20
"""Bytes of a text that is looked into while it is broken: it needs a syntax tree as a whole."""


class KnownPosition(Struct, frozen=True):
    """A known key or variable in a file. Spans are bytes of the file.

    `value` is a text, number, truth value or None, and None too for a container. `key_span` is None
    for an element of a list and for a text without keys.
    """

    key: KnownKey
    name: str
    pointer: str
    value: object
    value_span: Span
    key_span: Span | None = None
    is_container: bool = False
    variable: str | None = None
    """The name of the variable that stands here."""


def known_positions(
    file: ConfigFile, within: Span | None = None, sorts: Collection[Sort] = tuple(Sort)
) -> Iterator[KnownPosition]:
    """Yield the known keys of some sorts that touch a span of bytes, or all of the file's.

    Of a text of any size only the objects on the way to a known key are read.
    """
    if not file.exists:
        return
    whole = Span(0, len(file.entry.data if file.opened is None else file.buffer.data))
    within = within or whole
    find = _SMALL_FILES.get(file.kind)
    if find is not None:
        yield from (it for it in find(file) if it.key.sort in sorts and _touches(it, within))
    elif file.kind in KNOWN_KEYS:
        yield from _in_json(file, within, sorts)


def _in_json(file: ConfigFile, within: Span, sorts: Collection[Sort]) -> Iterator[KnownPosition]:
    document = file.document
    if document.problems and len(document.data) > LONGEST_BROKEN_TEXT:
        return
    root = document.root
    if root is None:
        return
    for path, key in _paths_of(file.kind):
        if key.sort in sorts:
            for node in _nodes_at(root, path, within):
                yield from _places_of(node, key, within, _variable_of(file.kind, path))
    if file.kind is Kind.VSCODE_SETTINGS:
        yield from _listed_variables(root, within, sorts)


def _in_plain_text(file: ConfigFile) -> Iterator[KnownPosition]:
    name = file.text
    length = len(_encoded(name))
    start = max(file.buffer.data.find(_encoded(name)), 0)
    key = KNOWN_KEYS[file.kind][""]
    yield KnownPosition(key, "active_config", "", name, Span(start, start + length))


def _in_toml(file: ConfigFile) -> Iterator[KnownPosition]:
    """Yield the keys of our own file that stand in a text which may be broken by typing."""
    keys = KNOWN_KEYS[file.kind]
    for entry in TomlDocument(file.buffer.data).entries():
        above, name = entry.path[:-1], entry.path[-1]
        key = keys.get(pointer_of(*entry.path)) or keys.get(pointer_of(*above, "*"))
        if key is not None:
            is_container = entry.kind in CONTAINERS
            spans = entry.value, entry.key
            yield KnownPosition(
                key, name, pointer_of(*entry.path), entry.text, *spans, is_container
            )


def _declared(file: ConfigFile) -> Iterator[KnownPosition]:
    """Yield the variables that a file of the project sets elsewhere, and the action's inputs."""
    for name, text, pointer in named_texts(file.structure) if file.mentions_claude else ():
        is_input = file.kind is Kind.GITHUB_WORKFLOW and "/with/" in pointer
        variable = INPUTS.get(name, name) if is_input else name
        key, node = KNOWN_VARIABLES.get(variable), file.structure.node(pointer)
        if key is not None and node is not None:
            spans = node.span, node.key_span
            yield KnownPosition(key, name, pointer, text, *spans, variable=variable)


_SMALL_FILES: Mapping[Kind, Callable[[ConfigFile], Iterator[KnownPosition]]] = {
    Kind.ANTHROPIC_ACTIVE_CONFIG: _in_plain_text,
    Kind.PREFERENCES: _in_toml,
    Kind.TEAM_POLICY: _in_toml,
    **dict.fromkeys(DECLARING_KINDS, _declared),
}
"""How the known places are found in files that are never large."""


def _encoded(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def _touches(known: KnownPosition, within: Span) -> bool:
    return touch(Span((known.key_span or known.value_span).start, known.value_span.end), within)


@cache
def _paths_of(kind: Kind) -> tuple[tuple[tuple[str, ...], KnownKey], ...]:
    """Return the paths of a kind's known keys and variables."""
    keys = [(parts_of(pointer), key) for pointer, key in KNOWN_KEYS[kind].items()]
    for block in VARIABLE_BLOCKS.get(kind, ()):
        keys.extend(((*parts_of(block), name), key) for name, key in KNOWN_VARIABLES.items())
    return tuple(keys)


def _variable_of(kind: Kind, path: tuple[str, ...]) -> str | None:
    *above, name = path
    return name if pointer_of(*above) in VARIABLE_BLOCKS.get(kind, ()) else None


def _nodes_at(node: JsonNode, path: tuple[str, ...], within: Span) -> Iterator[JsonNode]:
    """Yield what stands at a path; nothing is read that does not touch `within`."""
    if not path:
        yield node
        return
    head, *rest = path
    found = node.children() if head == "*" else (node.child(head),)
    for child in found:
        if child is not None and touch(child.member_span or child.span, within):
            yield from _nodes_at(child, tuple(rest), within)


def _places_of(
    node: JsonNode, key: KnownKey, within: Span, variable: str | None
) -> Iterator[KnownPosition]:
    """Yield a key's place, and those of the elements where its value is a list."""
    yield _place(node, key, variable)
    if node.kind == "array" and key.sort is not Sort.GROUP:
        for element in node.elements():
            if touch(element.span, within):
                yield _place(element, key, variable)


def _place(node: JsonNode, key: KnownKey, variable: str | None) -> KnownPosition:
    is_container = node.kind in ("object", "array")
    return KnownPosition(
        key,
        variable or node.key or parts_of(node.pointer)[-2],
        node.pointer,
        None if is_container else node.value,
        node.span,
        node.key_span,
        is_container,
        variable,
    )


def _listed_variables(
    root: JsonNode, within: Span, sorts: Collection[Sort]
) -> Iterator[KnownPosition]:
    for entry in _nodes_at(root, (*parts_of(LISTED_VARIABLES), "*"), within):
        name, value = entry.child("name"), entry.child("value")
        if name is None or name.kind != "string":
            continue
        variable = str(name.value)
        key = KNOWN_VARIABLES.get(variable)
        if key is None or key.sort not in sorts:
            continue
        pointer = value.pointer if value else name.pointer
        found = None if value is None or value.kind in ("object", "array") else value.value
        span = value.span if value else name.span
        yield KnownPosition(key, variable, pointer, found, span, name.span, variable=variable)


def touch(one: Span, other: Span) -> bool:
    """Return whether two spans share bytes or touch, as the cursor touches what it is behind."""
    return one.start <= other.end and other.start <= one.end
