"""The values of a YAML text as PyYAML's events tell them. Importing this imports PyYAML.

PyYAML's own composer recurses, stops at the first mistake and keeps nothing of what stands before
it. Here neither deep nesting nor aliases cost more than their text: there is no recursion, and an
alias points to the value that its anchor names.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal, cast

import yaml
from msgspec import Struct
from yaml import events

YamlKind = Literal["object", "array", "string", "null"]

MERGE = "<<"
_NULLS = ("", "~", "null", "Null", "NULL")
_MOST_MERGED = 64
"""How many mappings one may merge, those that they merge themselves included."""
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""libyaml's parser, ten times as fast, where PyYAML was built with it."""


class YamlValue(Struct, eq=False):
    """A value, its place in characters of the text, and what is in it."""

    kind: YamlKind
    start: int
    end: int
    text: str = ""
    inside: list[YamlValue] = []
    """The elements of a list; the keys and values of a mapping, in turn."""
    target: YamlValue | None = None
    """What an alias stands for; its own place is that of the alias."""

    def __repr__(self) -> str:
        return f"YamlValue({self.kind!r}, {self.start}, {self.end})"

    @property
    def content(self) -> YamlValue:
        """The value itself, or the one that an alias stands for."""
        return self.target or self

    @property
    def elements(self) -> list[YamlValue]:
        """The elements of a list."""
        return self.inside if self.kind == "array" else []

    def _members(self) -> Iterator[tuple[YamlValue, YamlValue]]:
        """Return key and value of each member that the mapping has itself."""
        pairs = self.inside if self.kind == "object" else []
        # Of broken text the last key may have no value.
        return zip(pairs[::2], pairs[1::2], strict=False)

    def merged_members(self) -> dict[str, tuple[YamlValue, YamlValue]]:
        """Return key and value of each member by name, what a mapping has itself first."""
        found: dict[str, tuple[YamlValue, YamlValue]] = {}
        for mapping in self._and_merged():
            own = {key.text: (key, value) for key, value in mapping._members()}
            own.pop(MERGE, None)
            for name, member in own.items():
                found.setdefault(name, member)
        return found

    def _and_merged(self) -> Iterator[YamlValue]:
        """Yield this mapping and all it merges, what counts more first, each once."""
        waiting: list[YamlValue] = [self]
        seen: list[YamlValue] = []
        while waiting and len(seen) < _MOST_MERGED:
            value = waiting.pop(0)
            if any(value is other for other in seen):
                continue
            seen.append(value)
            yield value
            merged = [each.content for key, each in value._members() if key.text == MERGE]
            waiting[:0] = [one.content for each in merged for one in (each.elements or [each])]


class YamlTree:
    """The documents of one text. Of broken text it holds what stands before the mistake."""

    def __init__(self) -> None:
        """Start with nothing."""
        self.roots: list[YamlValue] = []
        self.fault: Exception | None = None
        """Why the text is no YAML."""
        self.unknown: list[tuple[int, int]] = []
        """The places of aliases that name no anchor."""
        self._open: list[YamlValue] = []
        self._anchors: dict[str, YamlValue] = {}

    def take(self, event: events.Event) -> None:
        """Add what one event tells."""
        start, end = event.start_mark.index, event.end_mark.index
        if isinstance(event, events.DocumentStartEvent):
            self._anchors = {}
        elif isinstance(event, events.CollectionEndEvent):
            self._open.pop().end = end
        elif isinstance(event, events.AliasEvent):
            self._put(self._alias(event.anchor, start, end))
        elif isinstance(event, events.NodeEvent):
            value = _value_of(event, start, end)
            if event.anchor:
                self._anchors[event.anchor] = value
            self._put(value)
            if isinstance(event, events.CollectionStartEvent):
                self._open.append(value)

    def _alias(self, anchor: str, start: int, end: int) -> YamlValue:
        target = self._anchors.get(anchor)
        if target is None:
            self.unknown.append((start, end))
            return YamlValue("null", start, end)
        return YamlValue(target.kind, start, end, target=target.content)

    def _put(self, value: YamlValue) -> None:
        holder = self._open[-1].inside if self._open else self.roots
        holder.append(value)


def parsed(text: str) -> YamlTree:
    """Return the tree of a text, which may be broken."""
    tree = YamlTree()
    try:
        for event in _events_of(text):
            tree.take(event)
    except (yaml.YAMLError, UnicodeEncodeError) as error:
        tree.fault = error
    return tree


def _events_of(text: str) -> Iterator[events.Event]:
    return cast("Iterator[events.Event]", yaml.parse(text, Loader=_LOADER))  # pyright: ignore[reportUnknownMemberType] - PyYAML leaves it bare


def _value_of(event: events.NodeEvent, start: int, end: int) -> YamlValue:
    if isinstance(event, events.MappingStartEvent):
        return YamlValue("object", start, end)
    if isinstance(event, events.SequenceStartEvent):
        return YamlValue("array", start, end)
    assert isinstance(event, events.ScalarEvent), "there are no other nodes"
    is_null = not event.style and event.value in _NULLS
    return YamlValue("null" if is_null else "string", start, end, event.value)
