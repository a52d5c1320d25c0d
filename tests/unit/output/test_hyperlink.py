"""Links to files: only where a terminal is known to understand them."""

from __future__ import annotations

import io

import pytest

from billing_lens.output.terminal import Links, is_understood, links_for

TERMINAL, PIPE = True, False


@pytest.mark.parametrize(
    ("variables", "terminal", "understood"),
    [
        ({}, TERMINAL, False),
        ({"TERM": "xterm-256color"}, TERMINAL, False),
        ({"TERM": "xterm-kitty"}, TERMINAL, True),
        ({"TERM": "xterm-kitty"}, PIPE, False),
        ({"TERM": "alacritty"}, TERMINAL, True),
        ({"TERM_PROGRAM": "iTerm.app", "TERM_PROGRAM_VERSION": "3.4.19"}, TERMINAL, True),
        ({"TERM_PROGRAM": "iTerm.app", "TERM_PROGRAM_VERSION": "3.0.9"}, TERMINAL, False),
        ({"TERM_PROGRAM": "vscode", "TERM_PROGRAM_VERSION": "1.110.0"}, TERMINAL, True),
        ({"TERM_PROGRAM": "vscode", "TERM_PROGRAM_VERSION": "1.71.2"}, TERMINAL, False),
        ({"TERM_PROGRAM": "vscode"}, TERMINAL, False),
        ({"TERM_PROGRAM": "WezTerm", "TERM_PROGRAM_VERSION": "20240203-110809"}, TERMINAL, True),
        ({"TERM_PROGRAM": "ghostty"}, TERMINAL, True),
        ({"TERM_PROGRAM": "Apple_Terminal", "TERM_PROGRAM_VERSION": "455"}, TERMINAL, False),
        ({"VTE_VERSION": "7600"}, TERMINAL, True),
        ({"VTE_VERSION": "5000"}, TERMINAL, False),
        ({"VTE_VERSION": "odd"}, TERMINAL, False),
        ({"WT_SESSION": "guid"}, TERMINAL, True),
        ({"VTE_VERSION": "7600", "CI": "true"}, TERMINAL, False),
        ({"VTE_VERSION": "7600", "TERM": "dumb"}, TERMINAL, False),
        ({"VTE_VERSION": "7600", "NO_HYPERLINK": "1"}, TERMINAL, False),
        ({"VTE_VERSION": "7600", "FORCE_HYPERLINK": "0"}, TERMINAL, False),
        ({"FORCE_HYPERLINK": "1"}, PIPE, True),
        ({"FORCE_HYPERLINK": "1", "NO_HYPERLINK": "1"}, TERMINAL, False),
    ],
)
def test_where_links_are_understood(
    variables: dict[str, str], terminal: bool, understood: bool
) -> None:
    assert is_understood(variables, terminal=terminal) is understood


def test_a_link_names_the_host_the_file_and_where_it_may_the_line() -> None:
    link = Links(on=True, host="box", lines=True)("~/a b:8", "/home/me/a b", 8)

    assert link == "\x1b]8;;file://box/home/me/a%20b#8\x1b\\~/a b:8\x1b]8;;\x1b\\"
    assert "#8" not in Links(on=True)("a", "/home/me/a", 8)


def test_what_is_no_file_of_this_machine_is_no_link() -> None:
    assert Links(on=True)("--settings:1:1", "--settings", 1) == "--settings:1:1"
    assert Links()("text", "/file") == "text"


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("variables", "has_host", "has_line"),
    [
        ({"VTE_VERSION": "7600"}, True, False),
        ({"TERM_PROGRAM": "vscode", "TERM_PROGRAM_VERSION": "1.110"}, False, True),
        ({"TERM": "xterm-kitty"}, True, True),
    ],
)
def test_each_terminal_gets_what_it_understands(
    monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], has_host: bool, has_line: bool
) -> None:
    for name in ("CI", "TERM", "TERM_PROGRAM", "VTE_VERSION", "WT_SESSION", "FORCE_HYPERLINK"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)

    links = links_for(Terminal())

    assert (links.on, bool(links.host), links.lines) == (True, has_host, has_line)
