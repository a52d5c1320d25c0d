"""Removing what JSON with comments allows beyond JSON."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing_lens.text.edits import apply_edits
from billing_lens.text.json_document import Dialect, JsonDocument
from billing_lens.text.removal import remove_extras
from tests.unit.text.json_texts import VALUES, wild_texts


def without_extras(text: str) -> str:
    return apply_edits(text.encode(), remove_extras(text.encode())).decode()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{}", "{}"),
        ('{\n  // mine\n  "a": 1\n}\n', '{\n  "a": 1\n}\n'),
        ('{\r\n  // mine\r\n  "a": 1\r\n}', '{\r\n  "a": 1\r\n}'),
        ('{\n  "a": 1, // mine\n  "b": 2\n}', '{\n  "a": 1,\n  "b": 2\n}'),
        ('{\n  "a": 1,\n}', '{\n  "a": 1\n}'),
        ('{\n  "a": 1\n  , // last\n}', '{\n  "a": 1\n}'),
        ('{"a": [1, /* two */ 2,],}', '{"a": [1, /* two */ 2]}'.replace("/* two */ ", " ")),
        ("// all\n{}", "{}"),
        ("{} // all", "{}"),
        ('{"a": "// no comment,]"}', '{"a": "// no comment,]"}'),
        ('\ufeff// é😀\n{"a": 1,}', '\ufeff{"a": 1}'),
    ],
)
def test_they_go_and_the_rest_stays_as_it_was_written(text: str, expected: str) -> None:
    assert without_extras(text) == expected


@given(st.data())
def test_what_is_left_is_strict_json_of_the_same_value(data: st.DataObject) -> None:
    value = data.draw(VALUES)
    text = data.draw(wild_texts(value, comments=True))

    left = without_extras(text)

    assert (
        json.loads(left.removeprefix("\ufeff"))
        == JsonDocument.parse(text.encode(), Dialect.JSONC).value()
    )
    assert not JsonDocument.parse(left.encode()).problems
