"""Prose is broken between words, and colours take no room."""

from __future__ import annotations

import pytest

from billing_lens.output.terminal import lines_of, wrapped


def test_lines_fit_and_lose_nothing() -> None:
    text = "one two three four five six seven"

    lines = list(lines_of(text, 12, "  "))

    assert lines == ["one two", "  three four", "  five six", "  seven"]


def test_the_indent_of_the_first_line_is_kept() -> None:
    assert list(lines_of("  one two", 6, "    ")) == ["  one", "    two"]


def test_a_long_word_stays_whole() -> None:
    assert list(lines_of("a /very/long/path b", 6)) == ["a", "/very/long/path", "b"]


def test_colours_take_no_room() -> None:
    coloured = "\x1b[1mone\x1b[0m \x1b[32mtwo\x1b[0m"

    assert list(lines_of(coloured, 7)) == [coloured]


def test_a_pipe_gets_whole_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "10")

    assert wrapped("one two three four") == "one two three four"


def test_an_empty_text() -> None:
    assert list(lines_of("", 10)) == [""]


def test_a_colour_ends_with_each_line_and_begins_again() -> None:
    lines = list(lines_of("\x1b[1mone two\x1b[0m three", 5, "  "))

    assert lines == ["\x1b[1mone\x1b[0m", "\x1b[1m  two\x1b[0m", "  three"]


def test_what_leads_keeps_its_spaces() -> None:
    assert list(lines_of("one two", 10, "      ", "  why ")) == ["  why one", "      two"]


def test_wide_characters_take_two_columns() -> None:
    assert list(lines_of("日本 語", 6)) == ["日本", "語"]
