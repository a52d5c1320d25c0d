""".env and .envrc with positions."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing_lens.text.dotenv_document import DotenvDocument

TEXT = """\
# é 😀

export A = "b c" # d
use flake
B='$q'
C
D=a#b
E=é # e
G="a
b"
H=
"""


@pytest.mark.parametrize("bom", ["", "\ufeff"], ids=["no BOM", "BOM"])
@pytest.mark.parametrize("line_break", ["\n", "\r\n"], ids=["LF", "CRLF"])
def test_every_assignment_is_found_where_it_stands(bom: str, line_break: str) -> None:
    data = (bom + TEXT.replace("\n", line_break)).encode()

    found = [
        (it.key, it.text.replace("\r\n", "\n"), data[slice(*it.member_span)].decode())
        for it in DotenvDocument(data).assignments
    ]

    assert found == [
        ("A", "b c", 'A = "b c"'),
        ("B", "$q", "B='$q'"),
        ("D", "a#b", "D=a#b"),
        ("E", "é", "E=é"),
        ("G", "a\nb", f'G="a{line_break}b"'),
        ("H", "", "H="),
    ]


def test_the_last_of_a_name_counts() -> None:
    found = DotenvDocument(b"A=1\nA=2\n")

    node = found.node("/A")
    assert node is not None
    assert (node.text, node.key_span.start) == ("2", 4)
    assert found.node("/B") is found.nearest("/B") is None


def test_only_single_quotes_take_a_dollar_as_it_is() -> None:
    literal, reference = DotenvDocument(b"A='$B'\nC=\"$B\"\n").assignments

    assert (literal.is_literal, reference.is_literal) == (True, False)


def test_a_value_is_not_part_of_its_description() -> None:
    assert "hidden" not in repr(DotenvDocument(b"A=hidden\n").assignments)


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=200))
def test_no_text_makes_it_fail(text: str) -> None:
    data = text.encode()

    for it in DotenvDocument(data).assignments:
        assert 0 <= it.key_span.start <= it.span.start <= it.span.end <= len(data)
        assert data[slice(*it.key_span)].decode() == it.key
