"""After an edit a text is judged by the value around it, and as a whole reading would judge it."""

from __future__ import annotations

import gc
import json
import weakref

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from billing_lens.text.buffer import TextBuffer
from billing_lens.text.incremental import InPlaceSource, Splice, SplicedBytes, revalidated
from billing_lens.text.json_document import JsonDocument
from billing_lens.text.json_pointer import pointer_of
from billing_lens.text.positions import Span
from tests.unit.text.json_texts import CONTAINERS, at, pointers_in, texts

PUNCTUATION = ['"', "{", "}", "[", "]", ",", ":", "\\", "//", "/*", "*/", ", ", '", "', '"k": ']
OTHER = ["1", "-", "e", "x", "NaN", "null", "{}", "[1,]", " ", "\t", "\n", "\x01", "é", "\ud83d"]
TYPED = st.sampled_from([*PUNCTUATION, *OTHER, "\ufeff"])
EDITS = st.lists(
    st.tuples(st.integers(0, 400), st.integers(0, 3), TYPED | st.just("")), max_size=12
)
SPACES = st.sampled_from([" ", "\n", "\t \r\n", ""])


class Typing:
    """A document that is edited and asked, keystroke by keystroke."""

    def __init__(self, text: str) -> None:
        self.buffer = TextBuffer(text)
        self.document = JsonDocument.parse(self.buffer.data)
        assert self.document.problems == ()

    def put(self, start: int, end: int, new: str) -> JsonDocument:
        """Replace the bytes from `start` to `end`."""
        edit = self.buffer.replace(self.buffer.range(Span(start, end)), new)
        assert edit is not None
        self.document = self.document.edited(self.buffer.data, [edit])
        return self.document

    def type_at(self, place: str, new: str) -> JsonDocument:
        """Type behind the only occurrence of `place`."""
        at = self.buffer.data.index(place.encode()) + len(place.encode())
        return self.put(at, at, new)


def assert_like_a_fresh_one(document: JsonDocument) -> None:
    fresh = JsonDocument.parse(document.data)
    assert document.problems == fresh.problems
    if not fresh.problems:
        assert document.value() == fresh.value()


@settings(max_examples=300)
@given(CONTAINERS.flatmap(texts), EDITS)
@example('{"a": {"b": [1, "x y"]}, "c": "https://x/**/y"}', [(20, 0, "//")])
@example('{"a": {"b": [1, "x y"]}, "c": "https://x/*"}', [(20, 0, "/*"), (22, 0, "1")])
@example('{"a": ["x", "y"], "b": 1}', [(9, 0, '", "'), (9, 4, ""), (8, 0, "z")])
@example('{"a": {"b": "x"}, "c": 1}', [(14, 1, "")])
@example("[[null,null\n]]", [(7, 0, "//")])
@example('{"a": {"b": 12}}', [(13, 0, "}"), (13, 1, ""), (13, 0, " ")])
@example("[1, 2]", [(2, 0, "3")])
@example("[1, 2]", [(4, 0, "3")])
@example("[1, 2]", [(4, 0, "x")])
@example("12", [(2, 0, "3")])
@example('["a", 22]', [(4, 1, "")])
@example("\n{}", [(1, 0, '"'), (2, 0, "\\")])
@example("[1, {}]", [(4, 0, '"'), (5, 0, "\\")])
@example('{"a": 1, "b": 2}', [(9, 0, '"'), (10, 0, "\\")])
def test_every_keystroke_is_judged_as_the_whole_text_is(
    text: str, edits: list[tuple[int, int, str]]
) -> None:
    typing = Typing(text)
    for start, length, new in edits:
        size = len(typing.buffer.data)
        typing.put(start % (size + 1), min(start % (size + 1) + length, size), new)
        assert_like_a_fresh_one(typing.document)


@settings(max_examples=150)
@given(CONTAINERS, st.data())
def test_values_are_found_after_edits_that_keep_the_text_valid(
    value: object, data: st.DataObject
) -> None:
    typing = Typing(json.dumps(value, indent=1))
    for number in range(5):
        pointers = [it for it in pointers_in(typing.document.value()) if it]
        if not pointers:
            return
        wanted = data.draw(st.lists(st.sampled_from(["", *pointers]), max_size=3))
        typing.document.picked(wanted)
        strings = [it for it in pointers if isinstance(at(typing.document.value(), it), str)]
        if not strings:
            return
        node = typing.document.node(data.draw(st.sampled_from(strings)))
        assert node is not None
        typing.put(node.span.start + 1, node.span.start + 1, f"typed {number}")
        assert_all_is_found(typing.document, wanted)


@settings(max_examples=150)
@given(CONTAINERS, st.data())
def test_values_are_found_after_spaces_between_them(value: object, data: st.DataObject) -> None:
    """Where nobody looks in between, changes at several places add up."""
    typing = Typing(json.dumps(value, indent=1))
    wanted = data.draw(st.lists(st.sampled_from([*pointers_in(value)]), max_size=3))
    for number in range(6):
        typing.document.picked(wanted)
        text = typing.buffer.data
        blanks = [it for it in range(len(text)) if text[it] in b"\n"]
        fresh = JsonDocument.parse(text)
        nodes = map(fresh.node, pointers_in(fresh.value()))
        strings = [it.span for it in nodes if it and it.kind == "string"]
        if strings and data.draw(st.integers(0, 3)) == 0:
            at = data.draw(st.sampled_from(strings)).start + 1
            typing.put(at, at, f"typed {number}")
        elif blanks and data.draw(st.booleans()):
            at = data.draw(st.sampled_from(blanks)) + 1
            typing.put(at, at + (text[at : at + 1] == b" "), data.draw(SPACES))
        else:
            at = data.draw(st.sampled_from([0, len(text)]))
            typing.put(at, at, data.draw(SPACES))
        if data.draw(st.booleans()):
            assert_all_is_found(typing.document, wanted)
    assert_all_is_found(typing.document, wanted)


def assert_all_is_found(document: JsonDocument, wanted: list[str]) -> None:
    fresh = JsonDocument.parse(document.data)
    assert document.problems == fresh.problems == ()
    assert document.picked(wanted) == fresh.picked(wanted)
    for pointer in pointers_in(fresh.value()):
        ours, theirs = document.node(pointer), fresh.node(pointer)
        assert ours is not None
        assert theirs is not None
        assert (ours.span, ours.key_span, ours.value) == (
            theirs.span,
            theirs.key_span,
            theirs.value,
        )


def test_a_text_that_is_restored_is_the_one_it_was() -> None:
    typing = Typing('{"a": {"b": "one two"}}')
    before = typing.document
    assert typing.type_at("one", '"').problems
    assert typing.put(16, 17, "") is before


def test_what_stands_elsewhere_is_not_read_again() -> None:
    typing = Typing(json.dumps({"wanted": {"a": 1}, "long": {"text": "some text"}}))
    pointers = [pointer_of("wanted")]
    before = typing.document.picked(pointers)
    assert typing.type_at("some", " more").picked(pointers) is before
    assert typing.type_at('"a": ', "2").picked(pointers) == {"wanted": {"a": 21}}


def test_a_space_between_values_changes_none_of_them() -> None:
    typing = Typing('{"ab": 1, "c": 2}')
    before = typing.document.picked(["/ab", "/b"])
    assert typing.type_at('"ab": 1,', " ").picked(["/ab", "/b"]) is before
    assert typing.type_at('"ab": 1,', '"b": 3,').picked(["/ab", "/b"]) == {"ab": 1, "b": 3}
    assert typing.type_at('{"a', " ").picked(["/ab", "/b"]) == {"b": 3}


def test_values_are_found_where_another_one_began_before() -> None:
    typing = Typing(" [[1, 2]]")
    assert typing.document.node("/0/1")
    assert_all_is_found(typing.put(0, 1, ""), [])


def test_a_value_that_became_several_is_no_value_any_more() -> None:
    typing = Typing('{"k": "x"}')
    added = '", "l": "'
    assert typing.put(8, 8, added).picked(["/l"]) == {"l": ""}
    assert typing.put(8, 8 + len(added), "").picked(["/l"]) == {}


def test_no_version_keeps_the_ones_before_it() -> None:
    typing = Typing(json.dumps({"text": "some text", "list": list(range(50))}))
    first = weakref.ref(typing.document)
    for letter in "abcd":
        assert typing.type_at("some", letter).problems == ()
    gc.collect()
    assert first() is None


def test_a_value_that_is_too_deep_where_it_stands_is_refused() -> None:
    around, inside = 600, 500
    typing = Typing('{"a": ' + "[" * around + "]" * around + "}")
    typing.type_at("[" * around, "[" * inside + "]" * inside)
    assert_like_a_fresh_one(typing.document)


class Watched(SplicedBytes):
    """Counts the bytes that are read of it; the whole must not be."""

    bytes_read = 0

    def __getitem__(self, part: slice) -> bytes:
        found = super().__getitem__(part)
        self.bytes_read += len(found)
        return found

    def __bytes__(self) -> bytes:
        raise AssertionError("the whole text is joined")


@pytest.mark.parametrize(
    ("place", "typed"), [("500", ","), ("],", ","), ("1}", "x"), ("700,", " ")]
)
def test_what_is_typed_between_two_children_of_a_long_value_is_read_alone(
    place: str, typed: str
) -> None:
    numbers = ", ".join(map(str, range(1000)))
    older = f'{{"long": [{numbers}],\n "short": 1}}\n'.encode()
    at = older.index(place.encode()) + len(place)
    newer = Watched(older, Span(at, at), typed.encode())

    found = revalidated(InPlaceSource(older), Splice(at, at, at + 1), newer)

    assert found
    assert newer.bytes_read < 30
    whole = older[:at] + typed.encode() + older[at:]
    assert found.problems == JsonDocument.parse(whole).problems
    assert (found.source is None) is bool(found.problems)
