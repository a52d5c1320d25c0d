"""Invalid UTF-8 is found where Python's own decoder finds it, in blocks or as a whole."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing_lens.text import utf8
from billing_lens.text.positions import Span
from billing_lens.text.utf8 import first_invalid

PIECES = st.sampled_from([b"a", b"\xc3\xa9", b"\xe2\x80\x94", b"\xf0\x9f\x98\x80"])
BROKEN = st.sampled_from([b"\xff", b"\xc3", b"\xe2\x80", b"\xf0\x9f\x98", b"\xed\xa0\x80"])


def invalid_for_python(data: bytes) -> Span | None:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        return Span(error.start, error.end)
    return None


@given(st.lists(PIECES | BROKEN, max_size=12).map(b"".join), st.integers(1, 7))
def test_blocks_of_any_size_find_what_the_whole_does(data: bytes, block: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(utf8, "_BLOCK", block)
        assert first_invalid(data) == invalid_for_python(data)


def test_a_large_text_is_valid_up_to_its_last_character() -> None:
    text = ("é" * (1 << 20)).encode()

    assert first_invalid(text) is None
    assert first_invalid(text[:-1]) == Span(len(text) - 2, len(text) - 1)
