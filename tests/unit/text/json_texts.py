"""Made-up JSON: values, and texts of them in every formatting."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import cast

from hypothesis import strategies as st

from billing_lens.text.json_pointer import parts_of, pointer_of

KEYS = st.sampled_from(["a", "b", "", "a/b", "~", "é", "😀", 'q"', "0", "\\"]) | st.text(max_size=3)
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-(10**20), 10**20)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=6)
    | st.sampled_from(["//", "/* no comment */", "{", "]", ",", ":", "\u2028", "\x7f", '"'])
)
VALUES: st.SearchStrategy[object] = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, min_size=1, max_size=5)
    ),
    max_leaves=12,
)
CONTAINERS = VALUES.filter(lambda value: isinstance(value, (dict, list)))
SPACE = st.sampled_from(["", "", " ", "\n", "\r\n", "\r", "\t", "  ", "\n  ", "\n\n\t"])
COMMENTS = st.sampled_from(["/**/", "/* a,\n b */", "// c\n", "//\r\n", "/* } */"])
BOM = "\ufeff"


@st.composite
def wild_texts(draw: st.DrawFn, value: object, *, comments: bool = False) -> str:
    """Return a JSON text of `value` with any white space (and comments) in any place."""

    def gap() -> str:
        space = draw(SPACE)
        if comments and draw(st.integers(0, 3)) == 0:
            space += draw(COMMENTS) + draw(SPACE)
        return space

    def comma_at_end() -> str:
        return "," + gap() if comments and draw(st.integers(0, 3)) == 0 else ""

    def text_of(value: object) -> str:
        if is_object(value):
            members = [
                f"{gap()}{string(key)}{gap()}:{gap()}{text_of(child)}{gap()}"
                for key, child in members_of(value).items()
            ]
            inner = ",".join(members) + (comma_at_end() if members else gap())
            return "{" + inner + "}"
        if is_array(value):
            elements = [f"{gap()}{text_of(child)}{gap()}" for child in elements_of(value)]
            inner = ",".join(elements) + (comma_at_end() if elements else gap())
            return "[" + inner + "]"
        return string(value)

    def string(value: object) -> str:
        return json.dumps(value, ensure_ascii=draw(st.booleans()))

    return draw(st.sampled_from(["", BOM])) + gap() + text_of(value) + gap()


@st.composite
def tidy_texts(draw: st.DrawFn, value: object) -> str:
    """Return a JSON text of `value` as a formatter writes it."""
    indent = draw(st.sampled_from([None, 0, 2, 4, "\t"]))
    separators = draw(st.sampled_from([(",", ":"), (", ", ": "), (",", ": ")]))
    text = json.dumps(value, indent=indent, separators=separators, ensure_ascii=False)
    line_break = draw(st.sampled_from(["\n", "\r\n"]))
    end = draw(st.sampled_from(["", "\n"]))
    return draw(st.sampled_from(["", BOM])) + (text + end).replace("\n", line_break)


def texts(value: object) -> st.SearchStrategy[str]:
    """Return texts of `value`, tidy and wild."""
    return tidy_texts(value) | wild_texts(value)


def pointers_in(value: object, *parts: str | int) -> Iterator[str]:
    """Yield the pointers of everything in `value`, itself first."""
    yield pointer_of(*parts)
    for key, child in children_of(value):
        yield from pointers_in(child, *parts, key)


def is_object(value: object) -> bool:
    return isinstance(value, dict)


def is_array(value: object) -> bool:
    return isinstance(value, list)


def members_of(value: object) -> dict[str, object]:
    """Return an object's members, none for anything else."""
    return cast("dict[str, object]", value) if isinstance(value, dict) else {}


def elements_of(value: object) -> list[object]:
    """Return an array's elements, none for anything else."""
    return cast("list[object]", value) if isinstance(value, list) else []


def children_of(value: object) -> list[tuple[str | int, object]]:
    """Return the keys or indices of a value with what is there."""
    return [*members_of(value).items(), *enumerate(elements_of(value))]


def at(value: object, pointer: str) -> object:
    """Return what stands at `pointer`."""
    for part in parts_of(pointer):
        value = elements_of(value)[int(part)] if is_array(value) else members_of(value)[part]
    return value
