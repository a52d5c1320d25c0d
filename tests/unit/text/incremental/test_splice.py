"""Bytes with a part replaced are what they would be if they were put together at once."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from billing_lens.text.incremental import SplicedBytes
from billing_lens.text.positions import Span


@given(st.binary(max_size=20), st.data(), st.binary(max_size=8))
def test_slices_and_the_whole_are_those_of_the_edited_text(
    before: bytes, data: st.DataObject, inserted: bytes
) -> None:
    start = data.draw(st.integers(0, len(before)))
    end = data.draw(st.integers(start, len(before)))
    whole = before[:start] + inserted + before[end:]
    edited = SplicedBytes(before, Span(start, end), inserted)
    for _ in range(2):
        assert len(edited) == len(whole)
        for first in range(len(whole) + 2):
            for last in range(len(whole) + 2):
                assert edited[first:last] == whole[first:last]
        assert bytes(edited) == whole
