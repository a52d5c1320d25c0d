"""What a text takes in columns, and what must not reach a terminal."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing_lens.output.terminal import printable, width_of


@pytest.mark.parametrize(
    ("text", "columns"),
    [
        ("", 0),
        ("plain", 5),
        ("2222… ••••abcd ✓ ✗", 18),
        ("é", 1),
        ("e\u0301", 1),
        ("日本語", 6),
        ("한국", 4),
        ("😀", 2),
        ("👩\u200d👩\u200d👧", 2),
        ("\x1b[1;31mred\x1b[0m", 3),
        ("\x1b]8;;file:///a%20b\x1b\\a b\x1b]8;;\x1b\\", 3),
    ],
)
def test_the_columns_of_a_text(text: str, columns: int) -> None:
    assert width_of(text) == columns


@pytest.mark.parametrize(
    ("foreign", "shown"),
    [
        ("a\tb", "a    b"),
        ("\x1b[2Jgone", "␛[2Jgone"),
        ("\x1b]8;;http://evil\x07click", "␛]8;;http://evil␇click"),
        ("a\nb\rc", "a␊b␍c"),
        ("\x7f\x9b1m", "␡\ufffd1m"),
        ("user\u202egnp.exe", "user\ufffdgnp.exe"),
        ("lone \ud800", "lone \ufffd"),
        ("no\u00a0break", "no\u00a0break"),
    ],
)
def test_foreign_text_can_neither_steer_the_terminal_nor_lie(foreign: str, shown: str) -> None:
    assert printable(foreign) == shown


@given(st.text())
def test_whatever_it_was_no_control_character_is_left(text: str) -> None:
    left = {unicodedata.category(char) for char in printable(text)}

    assert not left & {"Cc", "Cs", "Zl", "Zp"}
