"""Colour: only on a terminal, unless NO_COLOR or FORCE_COLOR say otherwise."""

from __future__ import annotations

import io

import pytest

from billing_lens.output.terminal import Paint, paint_for


class Stream(io.StringIO):
    """A stream that may be a terminal."""

    def __init__(self, *, terminal: bool) -> None:
        super().__init__()
        self._terminal = terminal

    def isatty(self) -> bool:
        return self._terminal


@pytest.mark.parametrize(
    ("variables", "terminal", "on"),
    [
        ({}, True, True),
        ({}, False, False),
        ({"TERM": "dumb"}, True, False),
        ({"NO_COLOR": "1"}, True, False),
        ({"NO_COLOR": ""}, True, True),
        ({"FORCE_COLOR": "1"}, False, True),
        ({"FORCE_COLOR": ""}, False, False),
        ({"FORCE_COLOR": "1", "NO_COLOR": "1"}, True, False),
    ],
)
def test_where_there_is_colour(
    monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], terminal: bool, on: bool
) -> None:
    monkeypatch.setenv("TERM", "xterm")
    for name, value in variables.items():
        monkeypatch.setenv(name, value)

    assert paint_for(Stream(terminal=terminal)).on is on


@pytest.mark.parametrize(("when", "on"), [("always", True), ("never", False)])
def test_what_the_option_says_comes_first(
    monkeypatch: pytest.MonkeyPatch, when: str, on: bool
) -> None:
    monkeypatch.setenv("NO_COLOR" if on else "FORCE_COLOR", "1")

    assert paint_for(Stream(terminal=not on), when).on is on


def test_colour_wraps_text_and_ends_with_it() -> None:
    assert Paint(on=True)("bold red", "x") == "\x1b[1;31mx\x1b[0m"
    assert Paint(on=True)("red", "") == ""
    assert Paint(on=False)("bold red", "x") == "x"
