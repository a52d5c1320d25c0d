"""What can be written where a cursor stands, in valid texts and in those that typing broke."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing_lens.text.json_cursor import JsonCursor, cursor_at
from billing_lens.text.json_document import JsonDocument
from billing_lens.text.json_node import JsonNode
from billing_lens.text.json_pointer import parts_of
from tests.unit.text.json_texts import CONTAINERS, wild_texts

PLACES = [
    ('{"env": {"|"}}', "key", ("env",), '"<>"'),
    ('{"env": {|}}', "key", ("env",), "<>"),
    ('{"env": {"A": "x", AN|}}', "key", ("env",), "<AN>"),
    ('{"env": {"A": "x", "AN|', "key", ("env",), '"<AN>'),
    ('{"env": {"A": "x"\n "AN|\n}}', "key", ("env",), '"<AN>'),
    ('{"env": {"A": "x"\n |\n}}', "key", ("env",), "<>"),
    ('{"env": {"AN|, "X": 1}}', "key", ("env",), '"<AN>'),
    ('{"e": {"a|b": 1}}', "key", ("e",), '"<ab>"'),
    ('{"env": {"P": "de|"}}', "value", ("env", "P"), '"<de>"'),
    ('{"env": {"P": "de|fault"}}', "value", ("env", "P"), '"<default>"'),
    ('{"env": {"P": |}}', "value", ("env", "P"), "<>"),
    ('{"env": {"P": de|}}', "value", ("env", "P"), "<de>"),
    ('{"env": {"P": "de|\n}}', "value", ("env", "P"), '"<de>'),
    ('{"P": "é😀|"}', "value", ("P",), '"<é😀>"'),
    ('{"k": "two wo|rds", "z": 1}', "value", ("k",), '"<two words>"'),
    ('{"a": ["x", "|y"]}', "value", ("a", "1"), '"<y>"'),
    ('{"a": ["x", |]}', "value", ("a", "1"), "<>"),
    ('{"a": [|', "value", ("a", "0"), "<>"),
    ('{"a": [{"b": 1}, {"c": "|"}]}', "value", ("a", "1", "c"), '"<>"'),
    ('{"a\\"b": "|', "value", ('a"b',), '"<>'),
    ('// c {"\n{"a": /* { */ "|"', "value", ("a",), '"<>"'),
    ('\ufeff{"a": "|"}', "value", ("a",), '"<>"'),
]
NOWHERE = [
    *('{"a": "x"|}', '{"a": "x" |}', '{"a"| : 1}', '{"a" |: 1}', '["a" |]', '{"a": {} |}'),
    *("|", "|{}", "{}|", '"x|', "tru|e", "// {|\n", '{"a": 1 // c|', '{"a" "b|"', '{"a": /* |'),
    *('{"a": "\\\\"|', "]|", "}{|}}|"),
]


def cursor(text: str) -> JsonCursor | None:
    """The cursor at the last ``|`` of a text."""
    before, _, after = text.rpartition("|")
    return cursor_at((before + after).encode(), len(before.encode()))


@pytest.mark.parametrize(("text", "slot", "path", "marked"), PLACES)
def test_a_key_or_a_value_can_be_written(
    text: str, slot: str, path: tuple[str, ...], marked: str
) -> None:
    found = cursor(text)
    assert found is not None
    data = "".join(text.rsplit("|", 1)).encode()
    replaced = data[found.span.start : found.span.end].decode()
    quotes = ('"' if found.opened else "", '"' if found.closed else "")
    assert (found.slot, found.path) == (slot, path)
    assert f"{quotes[0]}<{replaced}>{quotes[1]}" == marked


@pytest.mark.parametrize("text", NOWHERE)
def test_elsewhere_nothing_can(text: str) -> None:
    assert cursor(text) is None


@given(st.data())
def test_in_every_string_of_a_valid_text_the_cursor_is_where_the_document_says(
    data: st.DataObject,
) -> None:
    text = data.draw(wild_texts(data.draw(CONTAINERS))).encode("utf-8", "surrogatepass")
    document = JsonDocument.parse(text)
    assert document.root
    strings = [node for node in descendants(document.root) if is_last_of_its_key(document, node)]
    for node in strings:
        start, end = node.span
        found = cursor_at(text, start + 1)
        assert found
        assert (found.slot, found.path) == ("value", parts_of(node.pointer))
        assert (found.opened, found.span.start) == (True, start + 1)
        if b"\\" not in text[start:end]:
            assert (found.closed, found.span.end) == (True, end - 1)


def descendants(node: JsonNode) -> list[JsonNode]:
    below = [each for child in node.children() for each in descendants(child)]
    return [node, *below] if node.kind == "string" and node.pointer else below


def is_last_of_its_key(document: JsonDocument, node: JsonNode) -> bool:
    return document.node(node.pointer) == node


@given(st.text(alphabet='{}[]:,"\\ab\n /*é', max_size=40), st.integers(0, 60))
def test_no_text_makes_it_fail(text: str, offset: int) -> None:
    data = text.encode()
    found = cursor_at(data, min(offset, len(data)))
    if found is not None:
        assert 0 <= found.span.start <= found.span.end <= len(data)
