"""Every text of a file that stands under a name, wherever in it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from billing_lens.config.document import Document
from billing_lens.text.dotenv_document import DotenvDocument
from billing_lens.text.json_node import JsonNode
from billing_lens.text.json_pointer import parts_of
from billing_lens.text.yaml_document import YamlNode

_MOST = 20_000
"""How many values of a file are looked at."""


class NamedText(NamedTuple):
    """A text with the name it stands under, and its JSON Pointer."""

    name: str
    text: str
    pointer: str


def named_texts(document: Document) -> Iterator[NamedText]:
    """Yield the texts of a document's mappings, and ``NAME=text`` as Compose lists them.

    In broken text what was understood of it. What an alias stands for is passed over: it is looked
    at where it stands itself.
    """
    if isinstance(document, DotenvDocument):
        for it in document.assignments:
            yield NamedText(it.key, it.text, it.pointer)
        return
    waiting: list[JsonNode | YamlNode] = [document.root] if document.root is not None else []
    for _ in range(_MOST):
        if not waiting:
            return
        node = waiting.pop()
        is_alias = isinstance(node, YamlNode) and node.value.target is not None
        if is_alias:
            continue
        if node.kind == "string":
            yield from _named(node)
        elif node.kind == "array":
            waiting += reversed(node.elements())
        elif node.kind in ("object", "error"):
            waiting += reversed(node.members())


def _named(node: JsonNode | YamlNode) -> Iterator[NamedText]:
    text = node.text if isinstance(node, YamlNode) else str(node.value)
    if node.key is not None:
        yield NamedText(_name_of(node.key, node.pointer), text, node.pointer)
        return
    name, equals, value = text.partition("=")
    if equals and name.isidentifier():
        yield NamedText(name, value, node.pointer)


def _name_of(key: str, pointer: str) -> str:
    """Return the name a text stands under; GitLab also writes ``NAME: {value: …}``."""
    above = parts_of(pointer)[:-1]
    return above[-1] if key == "value" and above else key
