"""Values and places in JSON texts, valid and broken."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from billing_lens.text.buffer import TextBuffer
from billing_lens.text.json_document import Dialect, JsonDocument
from billing_lens.text.json_node import JsonNode, NodeKind
from billing_lens.text.json_pointer import parts_of, pointer_of
from billing_lens.text.positions import Position, Range, Span
from billing_lens.text.syntax_tree import TreeSource
from billing_lens.text.trivia import blanked, extras
from tests.unit.text.json_texts import CONTAINERS, KEYS, VALUES, at, pointers_in, texts, wild_texts

KINDS: dict[type, NodeKind] = {
    dict: "object",
    list: "array",
    str: "string",
    int: "number",
    float: "number",
    type(None): "null",
}


def document(text: str, dialect: Dialect = Dialect.JSON) -> JsonDocument:
    return JsonDocument.parse(text.encode("utf-8", "surrogatepass"), dialect)


def kind_of(value: object) -> NodeKind:
    if isinstance(value, bool):
        return "true" if value else "false"
    return KINDS[type(value)]


def every_node(node: JsonNode) -> list[JsonNode]:
    return [node, *(inner for child in node.children() for inner in every_node(child))]


def place_of(node: JsonNode) -> tuple[object, ...]:
    """Return all of a node but what knows its inside."""
    return node.kind, node.span, node.pointer, node.key, node.key_span


def places_in(root: JsonNode | None) -> list[tuple[object, ...]]:
    return list(map(place_of, every_node(root))) if root else []


def in_jsonc(value: object) -> st.SearchStrategy[tuple[object, str, Dialect]]:
    return st.tuples(st.just(value), wild_texts(value, comments=True), st.just(Dialect.JSONC))


def in_json(value: object) -> st.SearchStrategy[tuple[object, str, Dialect]]:
    return st.tuples(st.just(value), texts(value), st.just(Dialect.JSON))


WRITTEN = VALUES.flatmap(in_json) | VALUES.flatmap(in_jsonc)


@settings(max_examples=100)
@given(WRITTEN)
def test_every_value_is_found_where_it_stands(written: tuple[object, str, Dialect]) -> None:
    value, text, dialect = written
    parsed = document(text, dialect)
    assert parsed.problems == ()
    assert parsed.value() == value
    for pointer in pointers_in(value):
        node = parsed.node(pointer)
        assert node is not None
        assert node.pointer == pointer
        assert node.kind == kind_of(at(value, pointer))
        assert node.value == at(value, pointer)
        slice_of_it = parsed.data[node.span.start : node.span.end].decode()
        assert document(slice_of_it, dialect).value() == node.value
        if node.key_span:
            assert json.loads(parsed.data[slice(*node.key_span)]) == node.key
            assert node.member_span == (node.key_span.start, node.span.end)
    assert parsed.node(pointer_of("no", "such", "thing")) is None


@settings(max_examples=150)
@given(VALUES.flatmap(texts))
def test_the_syntax_tree_has_the_same_nodes(text: str) -> None:
    parsed = document(text)
    root = TreeSource(parsed.data).root()
    assert parsed.root is not None
    assert root is not None
    assert places_in(root) == places_in(parsed.root)
    for node in every_node(root):
        assert node.value == at(parsed.value(), node.pointer)
        named = (node.child(parts_of(child.pointer)[-1]) for child in node.children())
        assert [place_of(child) for child in named if child] == list(map(place_of, node.children()))


@settings(max_examples=150)
@given(st.lists(st.tuples(KEYS, VALUES), max_size=5), st.data())
def test_of_equal_keys_the_last_counts(
    members: list[tuple[str, object]], data: st.DataObject
) -> None:
    members = [*members, *data.draw(st.lists(st.sampled_from(members or [("a", 1)]), max_size=3))]
    inner = ",".join(f"{json.dumps(key)}: {json.dumps(value)}" for key, value in members)
    parsed = document(f'{{"x": {{{inner}}}}}')
    for key, value in dict(members).items():
        node = parsed.node(pointer_of("x", key))
        assert node is not None
        assert node.value == value
        last = max(index for index, member in enumerate(members) if member[0] == key)
        shared = document(f'{{"x": {{{inner}}}}}').node("/x")
        assert shared is not None
        assert node.span == shared.members()[last].span


FRAGMENTS = st.sampled_from(
    [
        '"',
        "{",
        "}",
        "[",
        "]",
        ",",
        ":",
        "\\",
        "/*",
        "//",
        "\n",
        "1",
        "tru",
        '"k":',
        "é",
        " ",
        BOM := "\ufeff",
    ]
)


@settings(max_examples=150)
@given(
    CONTAINERS.flatmap(texts),
    st.lists(st.tuples(st.integers(0, 60), st.integers(0, 4), FRAGMENTS), max_size=8),
    st.booleans(),
)
def test_an_edited_document_equals_a_fresh_one(
    text: str, edits: list[tuple[int, int, str]], asks_each_time: bool
) -> None:
    buffer = TextBuffer(text)
    edited = JsonDocument.parse(buffer.data)
    for start, length, new in edits:
        span = Span(min(start, len(buffer.data)), min(start + length, len(buffer.data)))
        edit = buffer.replace(buffer.range(span), new)
        assert edit is not None
        edited = edited.edited(buffer.data, [edit])
        if asks_each_time:
            assert edited.root is None or every_node(edited.root)
    fresh = JsonDocument.parse(buffer.data)
    assert edited.problems == fresh.problems
    if not fresh.problems:
        assert places_in(edited.root) == places_in(fresh.root)
        assert edited.value() == fresh.value()
    assert_tolerant(edited)


@settings(max_examples=100)
@given(CONTAINERS.flatmap(texts), st.lists(st.tuples(st.integers(0, 60), FRAGMENTS), max_size=6))
@example(text='[{"a":null}]\r', edits=[(13, "\n")])
def test_a_tree_after_repair_equals_a_fresh_one(text: str, edits: list[tuple[int, str]]) -> None:
    good = TextBuffer(text)
    buffer = TextBuffer(text)
    edited = JsonDocument.parse(b"{" + buffer.data)
    everything = Range(Position(0, 0), Position(0, 1))
    start = TextBuffer(b"{" + buffer.data)
    assert edited.root is not None
    edit = start.replace(everything, "")
    assert edit is not None
    edited = edited.edited(good.data, [edit])
    done: list[Span] = []
    for offset, new in edits:
        place = buffer.range(Span(offset, offset))
        edit = buffer.replace(place, new)
        assert edit is not None
        edited = edited.edited(buffer.data, [edit])
        done.append(Span(edit.start_byte, edit.new_end_byte))
    for span in reversed(done):
        # A position inside CRLF is the line's end, so the range of a span may cover its neighbour.
        place = buffer.range(span)
        covered = buffer.span(place)
        beside = buffer.data[covered.start : span.start] + buffer.data[span.end : covered.end]
        edit = buffer.replace(place, beside.decode())
        assert edit is not None
        edited = edited.edited(buffer.data, [edit])
    assert buffer.data == good.data
    source = TreeSource(edited._text, edited._tree)  # pyright: ignore[reportPrivateUsage]
    root, fresh = source.root(), document(text).root
    assert root is not None
    assert fresh is not None
    assert places_in(root) == places_in(fresh)


def assert_tolerant(broken: JsonDocument) -> None:
    """Nothing that can be asked of a document raises, and what it answers lies in the text."""
    nodes = every_node(broken.root) if broken.root else []
    for node in nodes:
        assert 0 <= node.span.start <= node.span.end <= len(broken.data)
        assert json.dumps(node.value) is not None
        assert broken.nearest(node.pointer) is not None
    for node in reachable(broken.root) if broken.root else ():
        assert broken.node(node.pointer) is not None
    for problem in broken.problems:
        assert 0 <= problem.span.start <= problem.span.end <= len(broken.data)


def reachable(node: JsonNode) -> Iterator[JsonNode]:
    """Yield the nodes that a pointer can lead to: of equal keys the last."""
    yield node
    last = {child.key: child for child in node.children()}
    for child in last.values() if node.kind == "object" else node.children():
        yield from reachable(child)


def test_broken_text_keeps_what_was_understood() -> None:
    parsed = document('{"a": 1, "b": {"c": tru, "d": [1, 2}, "e": "x"')
    assert parsed.problems[0].code == "syntax"
    assert parsed.root is not None
    node = parsed.node("/a")
    assert node is not None
    assert node.value == 1
    with pytest.raises(ValueError, match="expected"):
        parsed.value()


PROBLEMS: list[tuple[str, list[tuple[str, str]]]] = [
    ("", [("empty", "")]),
    (" \n", [("empty", " \n")]),
    (BOM, [("empty", BOM)]),
    ("1 2", [("two-values", "2")]),
    ('{"a":1} {"b":2}', [("two-values", "{")]),
    ("[1]]", [("syntax", "]")]),
    ("01", [("syntax", "1")]),
    ('{"a" 1}', [("syntax", "1")]),
    ("{a: 1}", [("syntax", "a")]),
    ("{'a': 1}", [("syntax", "'a'")]),
    ('{"a": 1 "b": 2}', [("syntax", '"')]),
    ("[1", [("incomplete", "")]),
    ('{"a":\n', [("incomplete", "\n")]),
    ("[1,]", [("trailing-comma", ",")]),
    ('{"a": 1 ,\n}', [("trailing-comma", ",")]),
    ("[,]", [("syntax", ",")]),
    ("[1,,2]", [("syntax", ",")]),
    ("// why\n1", [("comment", "// why")]),
    ("1 /* a\nb */", [("comment", "/* a\nb */")]),
    (
        '{// a\n"b": [1,], /**/ "c": "//"} 4',
        [("comment", "// a"), ("trailing-comma", ","), ("comment", "/**/"), ("two-values", "4")],
    ),
    ("[1 /* not closed]", [("comment", "/* not closed]")]),
    ('["a', [("unterminated-string", '"a')]),
    ('["a\n"]', [("control-character", "\n")]),
    ('["a\x00"]', [("control-character", "\x00")]),
    (r'["\q"]', [("escape", r"\q")]),
    (r'["\u12x4"]', [("escape", r"\u")]),
    ("[NaN]", [("not-a-number", "NaN")]),
    ('["NaN", -Infinity]', [("not-a-number", "-Infinity")]),
    ("tru", [("syntax", "tru")]),
    ("\u00a01", [("syntax", "\u00a01")]),
    ('["é😀", x]', [("syntax", "x")]),
]


@pytest.mark.parametrize(("text", "expected"), PROBLEMS)
def test_a_problem_has_a_code_and_its_place(text: str, expected: list[tuple[str, str]]) -> None:
    parsed = document(text)
    found = [
        (problem.code, parsed.data[slice(*problem.span)].decode()) for problem in parsed.problems
    ]
    assert found == expected
    with pytest.raises(ValueError, match=re.escape(parsed.problems[0].message)):
        parsed.value()


@pytest.mark.parametrize(
    ("text", "value"),
    [
        (r'"\ud800"', "\ud800"),
        ('"\ud800"', "\ud800"),
        (r'{"\udc00\ud800": 1}', {"\udc00\ud800": 1}),
        ("1e999", float("inf")),
        ("-1e999", float("-inf")),
        ("1" * 5000, float("inf")),
        ("[1e5]", [100000.0]),
        (f'{BOM} {{"a": 1}}\n', {"a": 1}),
        ('{"a": 1, "a": 2}', {"a": 2}),
        ('"\u2028\x7f"', "\u2028\x7f"),
    ],
)
def test_what_javascript_accepts_has_a_value(text: str, value: object) -> None:
    parsed = document(text)
    assert parsed.problems == ()
    assert parsed.value() == value
    assert parsed.root is not None
    assert parsed.root.value == value


def test_bytes_that_are_not_utf8_read_as_replacement_characters() -> None:
    assert JsonDocument.parse(b'["\xff"]').value() == ["\ufffd"]


def test_a_byte_order_mark_counts_in_spans_only() -> None:
    parsed = document(BOM + '{"a": 1}')
    assert parsed.has_bom
    assert parsed.problems == ()
    node = parsed.node("/a")
    assert node is not None
    assert node.span == Span(9, 10)
    assert not document('{"a": 1}').has_bom
    assert document(f"{BOM}{BOM}1").problems != ()


@pytest.mark.parametrize("text", ["", BOM, "// only a comment\n", " \n"])
def test_settings_with_nothing_in_them_are_fine_in_jsonc(text: str) -> None:
    parsed = document(text, Dialect.JSONC)
    assert (parsed.problems, parsed.root, parsed.value()) == ((), None, None)


@pytest.mark.parametrize("text", ["[,]", "[1,,]", "{,}", '{"a":,}', "/* not closed", "1 // a\r2"])
def test_jsonc_is_not_anything_goes(text: str) -> None:
    assert len(document(text, Dialect.JSONC).problems) == 1


@given(VALUES.flatmap(lambda value: wild_texts(value, comments=True)))
def test_without_its_comments_and_trailing_commas_jsonc_is_json(text: str) -> None:
    parsed = document(text)
    found = list(extras(parsed.data))
    codes = sorted((extra.span, extra.code) for extra in found)
    assert [(problem.span, problem.code) for problem in parsed.problems] == codes
    rest = JsonDocument.parse(blanked(parsed.data, [extra.span for extra in found]))
    assert rest.problems == ()


def test_nearest_is_the_innermost_that_exists() -> None:
    parsed = document('{"a": {"b": [1, 2]}}')
    for pointer, expected in {
        "/a/b/1": "/a/b/1",
        "/a/b/2": "/a/b",
        "/a/b/01": "/a/b",
        "/a/b/-": "/a/b",
        "/a/b/0/x": "/a/b/0",
        "/z/y": "",
    }.items():
        node = parsed.nearest(pointer)
        assert node is not None
        assert node.pointer == expected
    assert document("").nearest("/a") is None


def test_picked_values_stand_where_they_stood() -> None:
    parsed = document('{"a": {"b": 1, "c": 2}, "d": [1, {"e": 3}], "f": 4, "g": "x"}')
    assert parsed.picked(["/a/b", "/f", "/none/at/all"]) == {"a": {"b": 1}, "f": 4}
    assert parsed.picked(["/d/1/e", "/g/h"]) == {"d": [1, {"e": 3}], "g": "x"}
    assert parsed.picked(["/a", "/a/b"]) == {"a": {"b": 1, "c": 2}}
    assert parsed.picked([""]) == parsed.value()
    assert document("[1]").picked(["/a"]) == [1]
    with pytest.raises(ValueError, match="ends before"):
        document('{"a": 1').picked(["/a"])


@given(st.lists(st.text(max_size=4)))
def test_pointers_lead_through_their_parts(parts: list[str]) -> None:
    assert parts_of(pointer_of(*parts)) == tuple(parts)


@pytest.mark.parametrize("pointer", ["a", "a/b", "/~", "/~2", " /a"])
def test_what_is_no_pointer_is_refused(pointer: str) -> None:
    with pytest.raises(ValueError, match="not a JSON Pointer"):
        document("{}").node(pointer)
