"""Removing and setting properties changes what was asked and leaves the rest as written."""

from __future__ import annotations

import copy
import json
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from billing_lens.text.edits import TextEdit, apply_edits
from billing_lens.text.json_document import Dialect, JsonDocument
from billing_lens.text.json_pointer import parts_of, pointer_of
from billing_lens.text.positions import Span
from billing_lens.text.removal import remove_properties
from billing_lens.text.setting import set_property
from billing_lens.text.trivia import extras
from tests.unit.text.json_texts import (
    CONTAINERS,
    KEYS,
    VALUES,
    at,
    children_of,
    elements_of,
    is_array,
    is_object,
    members_of,
    pointers_in,
    texts,
    wild_texts,
)


def removed(text: str, *pointers: str, dialect: Dialect = Dialect.JSONC) -> str:
    document = JsonDocument.parse(text.encode("utf-8", "surrogatepass"), dialect)
    return apply_edits(document.data, remove_properties(document, pointers)).decode()


def having(text: str, pointer: str, value: object, dialect: Dialect = Dialect.JSONC) -> str:
    document = JsonDocument.parse(text.encode("utf-8", "surrogatepass"), dialect)
    return apply_edits(document.data, [set_property(document, pointer, value)]).decode()


def value_of(text: str, dialect: Dialect = Dialect.JSONC) -> object:
    return JsonDocument.parse(text.encode("utf-8", "surrogatepass"), dialect).value()


def comments_in(data: bytes) -> list[Span]:
    return [extra.span for extra in extras(data) if extra.code == "comment"]


def without(value: object, gone: set[tuple[str, ...]], *parts: str) -> object:
    """Return `value` without what stands at the paths in `gone`."""
    left = [
        (key, without(child, gone, *parts, str(key)))
        for key, child in children_of(value)
        if (*parts, str(key)) not in gone
    ]
    if is_object(value):
        return {str(key): child for key, child in left}
    return [child for _, child in left] if is_array(value) else value


def written_in_any_way(value: object) -> st.SearchStrategy[tuple[object, str]]:
    commented = wild_texts(value, comments=True)
    return st.tuples(st.just(value), texts(value) | commented)


@settings(max_examples=150)
@given(CONTAINERS.flatmap(written_in_any_way), st.data())
def test_removing_any_properties_leaves_the_value_without_them(
    written: tuple[object, str], data: st.DataObject
) -> None:
    value, text = written
    pointers = data.draw(st.sets(st.sampled_from([*pointers_in(value), "/none", "/0/none"])))
    rest = removed(text, *pointers)
    gone = {parts_of(pointer) for pointer in pointers if pointer}
    assert value_of(rest) == without(value, gone)
    assert rest.startswith("\ufeff") == text.startswith("\ufeff")
    assert subsequence(rest, text)
    if JsonDocument.parse(text.encode()).problems == ():
        assert JsonDocument.parse(rest.encode()).problems == ()


def subsequence(part: str, whole: str) -> bool:
    rest = iter(whole)
    return all(character in rest for character in part)


@settings(max_examples=100)
@given(st.dictionaries(KEYS, VALUES, min_size=1), st.sampled_from([0, 2, "\t"]), st.data())
def test_a_tidy_text_stays_tidy(
    value: dict[str, object], indent: int | str, data: st.DataObject
) -> None:
    pointers = data.draw(st.sets(st.sampled_from(list(pointers_in(value))[1:])))
    text = json.dumps(value, indent=indent)
    gone = {parts_of(pointer) for pointer in pointers}
    assert removed(text, *pointers) == json.dumps(without(value, gone), indent=indent)


@settings(max_examples=100)
@given(CONTAINERS.flatmap(lambda value: wild_texts(value, comments=True)), st.data())
def test_comments_that_begin_their_line_stay(text: str, data: st.DataObject) -> None:
    document = JsonDocument.parse(text.encode(), Dialect.JSONC)
    assert document.root is not None
    gone = data.draw(st.sets(st.sampled_from((document.root, *document.root.children()))))
    spans = [child.member_span or child.span for child in gone if child.pointer]
    staying = [
        document.data[slice(*comment)]
        for comment in comments_in(document.data)
        if begins_its_line(document.data, comment)
        and not any(span.start < comment.start < span.end for span in spans)
    ]
    rest = removed(text, *(child.pointer for child in gone)).encode()
    left = iter([rest[slice(*comment)] for comment in comments_in(rest)])
    assert all(comment in left for comment in staying)
    if not spans:
        assert rest == document.data


def begins_its_line(data: bytes, span: Span) -> bool:
    return data[: span.start].rstrip(b" \t").endswith((b"\n", b"\r"))


REMOVALS: list[tuple[str, str, Sequence[str], str]] = [
    ("compact, first", '{"a":1,"b":2}', ["/a"], '{"b":2}'),
    ("compact, last", '{"a":1,"b":2}', ["/b"], '{"a":1}'),
    ("compact, all", '{"a":1,"b":2}', ["/a", "/b"], "{}"),
    ("spaced, first", '{ "a": 1, "b": 2 }', ["/a"], '{ "b": 2 }'),
    ("spaced, last", '{ "a": 1, "b": 2 }', ["/b"], '{ "a": 1 }'),
    ("spaced, middle", '{ "a": 1, "b": 2, "c": 3 }', ["/b"], '{ "a": 1, "c": 3 }'),
    ("spaced, all", '{ "a": 1 }', ["/a"], "{}"),
    ("lines, first", '{\n  "a": 1,\n  "b": 2\n}\n', ["/a"], '{\n  "b": 2\n}\n'),
    ("lines, last", '{\n  "a": 1,\n  "b": 2\n}\n', ["/b"], '{\n  "a": 1\n}\n'),
    ("lines, all", '{\n  "a": 1,\n  "b": 2\n}\n', ["/a", "/b"], "{}\n"),
    ("tabs and CRLF", '{\r\n\t"a": 1,\r\n\t"b": 2\r\n}', ["/a"], '{\r\n\t"b": 2\r\n}'),
    ("CR alone", '{\r "a": 1,\r "b": 2\r}', ["/b"], '{\r "a": 1\r}'),
    ("byte order mark", '\ufeff{\n "a": 1\n}', ["/a"], "\ufeff{}"),
    (
        "adjacent, in the middle",
        '{\n  "a": 1,\n  "b": 2,\n  "c": 3,\n  "d": 4\n}',
        ["/b", "/c"],
        '{\n  "a": 1,\n  "d": 4\n}',
    ),
    (
        "adjacent, at the end",
        '{\n  "a": 1,\n  "b": 2,\n  "c": 3\n}',
        ["/b", "/c"],
        '{\n  "a": 1\n}',
    ),
    ("every other", '{"a":1,"b":2,"c":3,"d":4}', ["/a", "/c"], '{"b":2,"d":4}'),
    (
        "nested, and its parent too",
        '{"a":{"b":1,"c":2},"d":{"e":3,"f":4}}',
        ["/a", "/a/b", "/d/e"],
        '{"d":{"f":4}}',
    ),
    (
        "an object of several lines",
        '{\n  "a": 1,\n  "b": {\n    "c": 2\n  },\n  "d": 3\n}',
        ["/b"],
        '{\n  "a": 1,\n  "d": 3\n}',
    ),
    ("elements", "[1, 2, 3, 4]", ["/0", "/2", "/9", "/-"], "[2, 4]"),
    ("repeated key", '{"a":1,"b":2,"a":3}', ["/a"], '{"b":2}'),
    ("comma first", '{ "a": 1\n, "b": 2\n, "c": 3 }', ["/b"], '{ "a": 1\n, "c": 3 }'),
    ("comma first, last", '{ "a": 1\n, "b": 2\n}', ["/b"], '{ "a": 1\n}'),
    ("no line of its own", '{"a": 1,\n "b": 2}', ["/a"], '{\n "b": 2}'),
    ("blank line before", '{\n  "a": 1,\n\n  "b": 2\n}', ["/b"], '{\n  "a": 1\n}'),
    ("trailing comma", '{\n  "a": 1,\n  "b": 2,\n}', ["/b"], '{\n  "a": 1,\n}'),
    ("trailing comma, all", "[\n  1,\n]", ["/0"], "[]"),
    (
        "comments on lines of their own stay",
        '{\n  // one\n  "a": 1,\n  // two\n  "b": 2\n  // three\n}',
        ["/a", "/b"],
        "{\n  // one\n  // two\n  // three\n}",
    ),
    (
        "a comment after the value goes with it",
        '{\n  "a": 1, // about a\n  "b": 2, /* about */ // b\n  "c": 3 // about c\n}',
        ["/a", "/c"],
        '{\n  "b": 2 /* about */ // b\n}',
    ),
    (
        "a comment after others on the line stays",
        '{\n  "a": 1, "b": 2 // both\n}',
        ["/b"],
        '{\n  "a": 1 // both\n}',
    ),
    ("a comment after the bracket stays", '{ // top\n  "a": 1\n}', ["/a"], "{ // top\n}"),
    (
        "a comment after two that go goes with them",
        '{\n  "a": 1, "b": 2, // both\n  "c": 3\n}',
        ["/a", "/b"],
        '{\n  "c": 3\n}',
    ),
    ("nothing there", '{"a": 1}', ["/b", "/a/c", ""], '{"a": 1}'),
]


@pytest.mark.parametrize(
    ("text", "pointers", "expected"), [case[1:] for case in REMOVALS], ids=[c[0] for c in REMOVALS]
)
def test_removing(text: str, pointers: Sequence[str], expected: str) -> None:
    assert removed(text, *pointers) == expected


@settings(max_examples=100)
@given(
    st.lists(st.sampled_from(['"', "{", "}", "[", "]", ",", ":", "//", "/*", "1", '"a"', "\n"])),
    st.sampled_from(["/a", "/0", "/a/a", "/a/0"]),
)
def test_broken_texts_are_edited_without_an_error(pieces: list[str], pointer: str) -> None:
    text = "".join(pieces)
    assert len(removed(text, pointer, dialect=Dialect.JSON)) <= len(text)


@st.composite
def places(draw: st.DrawFn, value: object) -> str:
    """Return a pointer to something in `value`, or to where something can be added."""
    existing = draw(st.sampled_from(list(pointers_in(value))))
    inner = at(value, existing)
    if is_object(inner) or inner is None:
        new = draw(st.lists(KEYS.filter(lambda key: key not in members_of(inner)), max_size=3))
        return existing + pointer_of(*new)
    if is_array(inner) and draw(st.booleans()):
        return existing + pointer_of("-", *draw(st.lists(KEYS, max_size=2)))
    return existing


def with_value(value: object, parts: Sequence[str], new: object) -> object:
    """Return `value` with `new` at the path."""
    if not parts:
        return new
    first, *rest = parts
    if is_array(value):
        result = [*elements_of(value), None] if first == "-" else elements_of(value)
        index = len(result) - 1 if first == "-" else int(first)
        result[index] = with_value(result[index], rest, new)
        return result
    members = members_of(value)
    return {**members, first: with_value(members.get(first), rest, new)}


@settings(max_examples=150)
@given(VALUES.flatmap(written_in_any_way), VALUES, st.data())
def test_setting_any_property_leaves_the_value_with_it(
    written: tuple[object, str], new: object, data: st.DataObject
) -> None:
    value, text = written
    pointer = data.draw(places(value))
    result = having(text, pointer, new)
    assert value_of(result) == with_value(copy.deepcopy(value), parts_of(pointer), new)
    assert result.startswith("\ufeff") == text.startswith("\ufeff")
    if JsonDocument.parse(text.encode()).problems == ():
        assert JsonDocument.parse(result.encode()).problems == ()


@settings(max_examples=100)
@given(
    st.dictionaries(KEYS, VALUES, min_size=1),
    st.sampled_from([None, 2, 4, "\t"]),
    st.data(),
    CONTAINERS | VALUES,
)
def test_a_tidy_text_gets_a_tidy_member(
    value: dict[str, object], indent: int | str | None, data: st.DataObject, new: object
) -> None:
    key = data.draw(KEYS.filter(lambda key: key not in value))
    text = json.dumps(value, indent=indent, ensure_ascii=False)
    expected = json.dumps({**value, key: new}, indent=indent, ensure_ascii=False)
    assert having(text, pointer_of(key), new) == expected


SETTINGS: list[tuple[str, str, str, object, str]] = [
    ("replace", '{\n  "a": 1 // c\n}', "/a", "x", '{\n  "a": "x" // c\n}'),
    ("replace everything", " [1] ", "", {"a": 1}, ' {"a": 1} '),
    ("add, compact", '{"a":1}', "/b", [1, {"c": 2}], '{"a":1,"b":[1,{"c":2}]}'),
    ("add, spaced", '{ "a": 1 }', "/b", 2, '{ "a": 1, "b": 2 }'),
    ("add, lines", '{\n  "a": 1\n}\n', "/b", 2, '{\n  "a": 1,\n  "b": 2\n}\n'),
    (
        "tabs and CRLF",
        '{\r\n\t"a": {\r\n\t\t"b": 1\r\n\t}\r\n}',
        "/a/c",
        {"d": []},
        '{\r\n\t"a": {\r\n\t\t"b": 1,\r\n\t\t"c": {\r\n\t\t\t"d": []\r\n\t\t}\r\n\t}\r\n}',
    ),
    (
        "spaces around the colon",
        '{\n    "a" : 1\n}',
        "/b",
        2,
        '{\n    "a" : 1,\n    "b" : 2\n}',
    ),
    ("into an empty object", "{}", "/a/b", 1, '{\n  "a": {\n    "b": 1\n  }\n}'),
    (
        "into an empty inner object",
        '{\n    "a": {},\n    "b": 1\n}',
        "/a/c",
        1,
        '{\n    "a": {\n        "c": 1\n    },\n    "b": 1\n}',
    ),
    ("into an empty text", "", "/env/A", "x", '{\n  "env": {\n    "A": "x"\n  }\n}\n'),
    ("into a byte order mark", "\ufeff", "/a", 1, '\ufeff{\n  "a": 1\n}\n'),
    ("into nothing but a comment", "// mine\n", "/a", 1, '// mine\n{\n  "a": 1\n}\n'),
    ("in place of null", '{"env":null}', "/env/A", "x", '{"env":{"A":"x"}}'),
    (
        "after a comment that ends the line",
        '{\n  "a": 1 // about a\n}',
        "/b",
        2,
        '{\n  "a": 1, // about a\n  "b": 2\n}',
    ),
    (
        "after a trailing comma and a comment",
        '{\n  "a": 1, // about a\n  // the end\n}',
        "/b",
        2,
        '{\n  "a": 1, // about a\n  "b": 2,\n  // the end\n}',
    ),
    ("among comments only", "{\n  // none yet\n}", "/a", 1, '{\n  // none yet\n  "a": 1\n}'),
    ("append", "[1, 2]", "/-", 3, "[1, 2, 3]"),
    ("append by index", "[\n  1\n]", "/1", 2, "[\n  1,\n  2\n]"),
    (
        "an inline object stays inline",
        '{\n  "a": {"b": 1}\n}',
        "/a/c",
        [2],
        '{\n  "a": {"b": 1, "c": [2]}\n}',
    ),
    ("of a repeated key the last", '{"a":1,"a":2}', "/a", 3, '{"a":1,"a":3}'),
    ("a lone surrogate is escaped", "[]", "", "\ud800é", '"\\ud800é"'),
]


@pytest.mark.parametrize(
    ("text", "pointer", "value", "expected"),
    [case[1:] for case in SETTINGS],
    ids=[case[0] for case in SETTINGS],
)
def test_setting(text: str, pointer: str, value: object, expected: str) -> None:
    assert having(text, pointer, value) == expected


@pytest.mark.parametrize(
    ("text", "pointer", "value"),
    [
        ("[1]", "/2", 0),
        ("[1]", "/x", 0),
        ("[1]", "/01", 0),
        ('{"a":1}', "/a/b", 0),
        ("{}", "a", 0),
        ("{}", "/a", float("nan")),
    ],
)
def test_what_cannot_be_set_is_refused(text: str, pointer: str, value: object) -> None:
    with pytest.raises(ValueError, match=r"."):
        having(text, pointer, value)


def test_edits_apply_in_any_order() -> None:
    edits = [TextEdit(Span(4, 5), "é"), TextEdit(Span(0, 1), ""), TextEdit(Span(2, 2), "x")]
    assert apply_edits(b"abcdef", edits) == "bxcdéf".encode()


@pytest.mark.parametrize("spans", [[(0, 2), (1, 3)], [(2, 1)], [(0, 4)], [(-1, 0)]])
def test_edits_that_overlap_are_refused(spans: list[tuple[int, int]]) -> None:
    with pytest.raises(ValueError, match="overlaps"):
        apply_edits(b"abc", [TextEdit(Span(*span), "") for span in spans])
