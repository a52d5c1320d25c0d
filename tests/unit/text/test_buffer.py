"""The text buffer behaves as plain string edits do, whatever is typed."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from billing_lens.text.buffer import TextBuffer
from billing_lens.text.positions import Position, PositionEncoding, Range, Span

ENCODINGS = st.sampled_from(list(PositionEncoding))
PIECES = st.sampled_from(
    [
        "\r",
        "\n",
        "\r\n",
        "a",
        "bc",
        "é",
        "e\u0301",
        "\u20ac",
        "😀",
        "\u2028",
        "\x85",
        "\x00",
        "\ud83d",
    ]
)
TEXTS = st.lists(PIECES, max_size=12).map("".join)
POSITIONS = st.builds(Position, st.integers(0, 8), st.integers(0, 12))
CHANGES = st.lists(
    st.tuples(st.none() | st.builds(Range, POSITIONS, POSITIONS), TEXTS), max_size=12
)


def units(character: str, encoding: PositionEncoding) -> int:
    """Return how many code units one character has."""
    if encoding is PositionEncoding.UTF8:
        return len(character.encode("utf-8", "surrogatepass"))
    return 2 if encoding is PositionEncoding.UTF16 and ord(character) > 0xFFFF else 1


def index_of(text: str, position: Position, encoding: PositionEncoding) -> int:
    """Return which character of `text` stands at `position`: the protocol, word for word."""
    lines = re.split("(\r\n|\r|\n)", text)
    if position.line > len(lines) // 2:
        return len(text)
    start = sum(map(len, lines[: position.line * 2]))
    left = position.character
    for index, character in enumerate(lines[position.line * 2]):
        left -= units(character, encoding)
        if left < 0:
            return start + index
    return start + len(lines[position.line * 2])


def edited(text: str, change: Range | None, new: str, encoding: PositionEncoding) -> str:
    """Return `text` after one content change, done on plain strings."""
    if change is None:
        return new
    start, end = sorted(index_of(text, position, encoding) for position in change)
    return text[:start] + new + text[end:]


@settings(max_examples=200)
@given(TEXTS, CHANGES, ENCODINGS)
def test_any_edits_equal_plain_string_edits(
    text: str, changes: list[tuple[Range | None, str]], encoding: PositionEncoding
) -> None:
    buffer = TextBuffer(text)
    for change, new in changes:
        before = buffer.data
        edit = buffer.replace(change, new, encoding)
        text = edited(text, change, new, encoding)
        assert buffer.text == text
        fresh = TextBuffer(text)
        assert buffer.line_count == fresh.line_count == len(re.split("\r\n|\r|\n", text))
        assert positions(buffer, encoding) == positions(fresh, encoding)
        if edit is None:
            assert change is None
        else:
            inserted = buffer.data[edit.start_byte : edit.new_end_byte]
            assert inserted == new.encode("utf-8", "surrogatepass")
            assert buffer.data == before[: edit.start_byte] + inserted + before[edit.old_end_byte :]


def positions(buffer: TextBuffer, encoding: PositionEncoding) -> list[Position]:
    return [buffer.position(offset, encoding) for offset in range(len(buffer.data) + 1)]


@given(TEXTS, ENCODINGS)
def test_every_character_has_a_position_that_leads_back(
    text: str, encoding: PositionEncoding
) -> None:
    buffer = TextBuffer(text)
    for index in range(len(text) + 1):
        offset = len(text[:index].encode("utf-8", "surrogatepass"))
        position = buffer.position(offset, encoding)
        is_inside_crlf = text[max(index - 1, 0) : index + 1] == "\r\n"
        expected = offset - 1 if is_inside_crlf else offset
        assert buffer.offset(position, encoding) == expected


@given(TEXTS, POSITIONS, ENCODINGS)
def test_any_position_is_some_character(
    text: str, position: Position, encoding: PositionEncoding
) -> None:
    expected = text[: index_of(text, position, encoding)].encode("utf-8", "surrogatepass")
    assert TextBuffer(text).offset(position, encoding) == len(expected)


@settings(max_examples=50)
@given(st.lists(st.sampled_from(["x\n", "\r", "\n", "yy\r\n"]), max_size=20), st.data())
def test_many_lines_are_indexed_in_blocks(some_lines: list[str], data: st.DataObject) -> None:
    lines = some_lines * 200
    text = "".join(lines)
    buffer = TextBuffer(text)
    for _ in range(3):
        first = data.draw(st.integers(0, len(lines)))
        last = data.draw(st.integers(first, len(lines)))
        change = Range(Position(first, 0), Position(last, 0))
        new = data.draw(st.sampled_from(["", "\n", "\r", "z", "\n" * 3000]))
        text = edited(text, change, new, PositionEncoding.UTF16)
        buffer.replace(change, new)
        assert buffer.text == text
    fresh = TextBuffer(text)
    ends = range(0, len(fresh.data) + 1, 97)
    assert buffer.line_count == fresh.line_count
    assert [buffer.position(end) for end in ends] == [fresh.position(end) for end in ends]


@pytest.mark.parametrize(
    ("encoding", "character"),
    [(PositionEncoding.UTF8, 7), (PositionEncoding.UTF16, 4), (PositionEncoding.UTF32, 3)],
)
def test_characters_count_code_units(encoding: PositionEncoding, character: int) -> None:
    buffer = TextBuffer("x\né😀a")
    assert buffer.position(9, encoding) == Position(1, character)
    assert buffer.offset(Position(1, character), encoding) == 9


def test_a_place_inside_a_surrogate_pair_is_its_start() -> None:
    buffer = TextBuffer("a😀b")
    assert buffer.offset(Position(0, 2)) == 1
    assert buffer.position(3) == Position(0, 1)
    buffer.replace(Range(Position(0, 2), Position(0, 3)), "")
    assert buffer.text == "ab"


def test_an_edit_can_split_and_join_a_crlf() -> None:
    buffer = TextBuffer("a\r\nb")
    buffer.replace(Range(Position(0, 1), Position(1, 0)), "\r")
    assert (buffer.text, buffer.line_count) == ("a\rb", 2)
    buffer.replace(Range(Position(1, 0), Position(1, 0)), "\n")
    assert (buffer.text, buffer.line_count) == ("a\r\nb", 2)
    buffer.replace(Range(Position(1, 0), Position(1, 0)), "\n")
    assert (buffer.text, buffer.line_count) == ("a\r\n\nb", 3)


def test_only_lf_crlf_and_cr_end_lines() -> None:
    assert TextBuffer("a\u2028b\u2029c\x85d\x0be\x0cf\x1cg\x00h").line_count == 1
    assert TextBuffer("").line_count == 1
    assert TextBuffer("\n").line_count == 2


def test_places_outside_the_text_are_clamped() -> None:
    buffer = TextBuffer("ab\r\ncd")
    assert buffer.offset(Position(0, 99)) == 2
    assert buffer.offset(Position(99, 0)) == 6
    assert buffer.position(-1) == Position(0, 0)
    assert buffer.position(99) == Position(1, 2)
    assert buffer.position(3) == Position(0, 2)
    assert buffer.span(Range(Position(1, 1), Position(0, 1))) == Span(1, 5)
    assert buffer.range(Span(1, 5)) == Range(Position(0, 1), Position(1, 1))


def test_bytes_that_are_not_utf8_become_replacement_characters() -> None:
    # What WHATWG's decoder, and so Node's, makes of them: one for each maximal part.
    assert TextBuffer(b"a\xffb\xe2\x82c\xed\xa0\x80").text == "a\ufffdb\ufffdc\ufffd\ufffd\ufffd"


def test_an_edit_is_told_in_bytes_and_points() -> None:
    buffer = TextBuffer("é\nab")
    edit = buffer.replace(Range(Position(0, 1), Position(1, 1)), "x\ny")
    assert edit == (2, 4, 5, (0, 2), (1, 1), (1, 1))
