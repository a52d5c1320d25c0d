"""Which words of Claude Code's command line are options, and which are values and prompts."""

from __future__ import annotations

import shlex

import pytest

from billing_lens.config.claude_options import GivenOption, options_in
from billing_lens.config.kinds import Scope
from billing_lens.machine.claude_arguments import claude_arguments


@pytest.mark.parametrize(
    ("line", "options"),
    [
        ("--bare", [("--bare", None)]),
        ('-p "use --bare"', [("-p", None)]),
        (
            "-p --append-system-prompt --bare hi",
            [("-p", None), ("--append-system-prompt", "--bare")],
        ),
        ("--settings=a.json --bare", [("--settings", "a.json"), ("--bare", None)]),
        ("--add-dir a b --bare", [("--add-dir", "a"), ("--bare", None)]),
        ("--resume --bare", [("--resume", None), ("--bare", None)]),
        ("-r session --bare", [("-r", "session"), ("--bare", None)]),
        ("-pc", [("-p", None), ("-c", None)]),
        ("-pnName hi", [("-p", None), ("-n", "Name")]),
        ("hi -- --bare", []),
        ("--not-known-yet --bare", [("--not-known-yet", None), ("--bare", None)]),
        ("--model", [("--model", None)]),
    ],
)
def test_options_are_read_as_the_program_reads_them(
    line: str, options: list[tuple[str, str | None]]
) -> None:
    assert list(options_in(shlex.split(line))) == [GivenOption(*option) for option in options]


def test_only_what_decides_who_pays_is_kept() -> None:
    given = claude_arguments(shlex.split("-p --model opus --setting-sources user,local hi"))

    assert given.setting_sources == (Scope.USER, Scope.LOCAL)
    assert (given.bare, given.settings, given.refused) == (False, None, False)


@pytest.mark.parametrize("listed", ["User", "user,", ",", "user,foo", "managed"])
def test_a_source_that_the_program_does_not_know_is_refused(listed: str) -> None:
    assert claude_arguments(["--setting-sources", listed]).refused
