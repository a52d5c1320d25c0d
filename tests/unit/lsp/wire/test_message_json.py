"""Messages are read and written as ``json`` does it, whichever of the two readers has them."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing_lens.lsp.wire.message_json import decoded, encoded

PIECES = (
    *(b"{", b"}", b"[", b"]", b":", b",", b'"a"', b"1", b"-0", b"1.5e3", b"1e999", b"9" * 25),
    *(b"null", b"NaN", b"-Infinity", b"01", b"+1", b".5", b" ", b"\n", b"\x0b", b"\xef\xbb\xbf"),
    *(b'"\\ud83d\\ude00"', b'"\\ud83d"', b'"\\ude00\\ud83d"', b'"\xc3\xa9"', b'"\xed\xa0\x80"'),
    *(b'"\x01"', b'"\\x"', b'"\\/"', b'"\\u0000"', b"//", b"\xff", b""),
)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(st.characters(exclude_categories=())),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


def outcome(read: Callable[[bytes], object], body: bytes) -> str:
    try:
        return repr(read(body))
    except ValueError:
        return "refused"


@given(st.lists(st.sampled_from(PIECES), max_size=8).map(b"".join))
def test_a_body_is_read_or_refused_as_json_has_it(body: bytes) -> None:
    assert outcome(decoded, body) == outcome(json.loads, body)


@given(VALUES)
def test_what_is_written_is_read_again(value: object) -> None:
    body = encoded(value)
    assert json.loads(body) == value
    assert b"\n" not in body


def test_what_json_has_not_is_refused() -> None:
    with pytest.raises(TypeError):
        encoded({"a": object()})
