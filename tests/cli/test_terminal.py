"""The program as a person or a pipe meets it: terminals, colour, encodings, closed pipes."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import pytest

from tests.cli.command_line import fingerprint, program, run_program
from tests.cli.terminal import INTERRUPT, on_a_pty
from tests.machines import BuiltMachine, headline

CONFIG = ".config/anthropic/configs/default.json"
COLOUR = re.compile(r"\x1b\[")
COLOUR_CODE = re.compile(r"\x1b\[[0-9;]*m")


@pytest.fixture
def built(tmp_path: Path) -> BuiltMachine:
    return headline().build(tmp_path)


def on_a_terminal(
    *argv: str, answer: str | tuple[str, ...] = "", **variables: str
) -> tuple[int, str]:
    """Run the program on a terminal, answer what it asks, and return code and screen."""
    answers = [answer] if isinstance(answer, str) else list(answer)
    command, environment = program(*argv, TERM="xterm", **variables)
    return on_a_pty(command, environment, answers)


@pytest.mark.parametrize("answer", ["y\n", "yes\n", "Y\n"])
def test_yes_applies_the_fix(built: BuiltMachine, answer: str) -> None:
    code, screen = on_a_terminal("fix", *built.options("2.1.146"), answer=answer)

    assert code == 0
    assert "Apply this? [y/N]" in screen
    assert "Claude Max 20x" in screen
    assert "organization_id" not in (built.home / CONFIG).read_text()


@pytest.mark.parametrize(
    ("answer", "code"),
    [("n\n", 1), ("\n", 1), ("maybe\n", 1), ("\x04", 1), (INTERRUPT, 130)],
)
def test_anything_else_changes_nothing(built: BuiltMachine, answer: str, code: int) -> None:
    before = fingerprint(built.home)

    done, screen = on_a_terminal("fix", *built.options("2.1.146"), answer=answer)

    assert done == code
    assert "Nothing was changed." in screen
    assert "Traceback" not in screen
    assert fingerprint(built.home) == before


def test_whoever_says_no_is_told_the_other_way(built: BuiltMachine) -> None:
    _, screen = on_a_terminal("fix", *built.options("2.1.146"), answer="n\n")

    assert "Another way:" in screen
    assert "billing-lens fix --fix retire-profile:default --home" in screen


class TestStepByStep:
    """A cloud provider hides a profile, which hides the login."""

    @pytest.fixture
    def layered(self, tmp_path: Path) -> BuiltMachine:
        return headline().with_env(CLAUDE_CODE_USE_BEDROCK="1").build(tmp_path)

    def test_each_step_looks_again(self, layered: BuiltMachine) -> None:
        options = layered.options("2.1.146")
        code, screen = on_a_terminal("fix", *options, answer=("y\n", "y\n"), NO_COLOR="1")

        said = " ".join(screen.split())
        assert code == 0
        steps = [
            "Step 1: Claude Code bills Amazon Bedrock instead of your Claude Max login",
            "Careful: this is not enough on its own. Claude Code then bills API usage",
            "Applied. Claude Code now bills API usage (organization 2222…) (still not as expected)",
            "Step 2: Claude Code bills API usage of organization 2222…",
            "Applied. Claude Code now bills Claude Max 20x (as expected).",
            "As expected now; 1 other offered change is no longer needed.",
        ]
        positions = [said.index(step) for step in steps]
        assert positions == sorted(positions)
        assert said.count("Careful:") == 1

    @pytest.mark.parametrize(("second", "code"), [("n\n", 1), (INTERRUPT, 130)])
    def test_what_was_applied_before_is_said(
        self, layered: BuiltMachine, second: str, code: int
    ) -> None:
        done, screen = on_a_terminal("fix", *layered.options("2.1.146"), answer=("y\n", second))

        assert done == code
        assert "Nothing was changed." not in screen
        assert "Nothing more was changed. Applied before" in screen
        assert screen.count("billing-lens undo ") == 2
        assert "organization_id" in (layered.home / CONFIG).read_text()

    def test_nothing_is_wider_than_the_terminal_but_code(self, built: BuiltMachine) -> None:
        _, coloured = on_a_terminal("fix", *built.options("2.1.146"), answer="y\n", COLUMNS="80")
        screen = COLOUR_CODE.sub("", coloured)

        prose = [line for line in screen.splitlines() if not line.startswith(("  ", "Undo it"))]
        assert [line for line in prose if len(line) > 80] == []


def test_colour_on_a_terminal_unless_no_color(built: BuiltMachine) -> None:
    options = built.options("2.1.146")

    assert COLOUR.search(on_a_terminal("status", *options)[1])
    assert not COLOUR.search(on_a_terminal("status", *options, NO_COLOR="1")[1])


def test_no_colour_in_a_pipe_unless_force_color(built: BuiltMachine) -> None:
    options = built.options("2.1.146")

    assert not COLOUR.search(run_program("check", *options).out)
    assert COLOUR.search(run_program("check", *options, variables={"FORCE_COLOR": "1"}).out)
    both = {"FORCE_COLOR": "1", "NO_COLOR": "1"}
    assert not COLOUR.search(run_program("check", *options, variables=both).out)


@pytest.mark.parametrize("command", ["status", "check", "fix"])
@pytest.mark.parametrize("variables", [{"LC_ALL": "C"}, {"PYTHONIOENCODING": "ascii"}])
def test_a_pipe_that_knows_only_ascii(
    built: BuiltMachine, command: str, variables: dict[str, str]
) -> None:
    done = run_program(command, *built.options("2.1.146"), variables=variables)

    assert done.code in (0, 1)
    assert done.err == ""
    assert "Claude Max" in done.out


def test_json_is_ascii_and_the_same_everywhere(built: BuiltMachine) -> None:
    argv = ("status", "--json", *built.options("2.1.146"))

    here = run_program(*argv)
    there = run_program(*argv, variables={"PYTHONIOENCODING": "ascii", "FORCE_COLOR": "1"})

    assert here.out.isascii()
    assert here.json == there.json


@pytest.mark.parametrize("command", [["status"], ["check"], ["--help"]])
def test_a_reader_that_leaves_is_no_error(built: BuiltMachine, command: list[str]) -> None:
    options = [] if command == ["--help"] else built.options("2.1.146")
    argv, environment = program(*command, *options)
    reading, writing = os.pipe()
    os.close(reading)

    done = subprocess.run(
        argv, env=environment, stdout=writing, stderr=subprocess.PIPE, timeout=30, check=False
    )
    os.close(writing)

    assert done.stderr == b""
    assert done.returncode in (0, 1)


def test_the_language_server_is_not_loaded(built: BuiltMachine) -> None:
    code = (
        "import sys; from billing_lens.cli.main import main; main(sys.argv[1:]); "
        "print([name for name in ('pygls', 'lsprotocol', 'asyncio') if name in sys.modules])"
    )
    argv, environment = program()

    done = subprocess.run(
        [argv[0], "-c", code, "status", *built.options("2.1.146")],
        env=environment,
        capture_output=True,
        text=True,
        timeout=30,
        check=True,
    )

    assert done.stdout.splitlines()[-1] == "[]"


def test_the_demonstration_goes_from_the_wrong_bill_to_the_right_one(tmp_path: Path) -> None:
    done = run_program("demo", variables={"TMPDIR": str(tmp_path)})

    assert (done.code, done.err) == (0, "")
    wrong = done.out.index("Claude Code bills API usage")
    right = done.out.index("Claude Code bills Claude Max 20x (as expected)")
    assert wrong < done.out.index("profile-overrides-login") < done.out.index("Applied.") < right
    assert list(tmp_path.iterdir()) == []


def test_it_runs_from_any_directory_even_one_that_is_gone(
    built: BuiltMachine, tmp_path: Path
) -> None:
    argv, environment = program("status", *built.options("2.1.146"))
    gone = tmp_path / "gone"
    gone.mkdir()
    shell = 'cd "$0" && rmdir "$0" && exec "$@"'

    done = subprocess.run(
        ["sh", "-c", shell, str(gone), *argv],
        env=environment,
        capture_output=True,
        timeout=30,
        check=False,
    )

    assert done.returncode == 0, done.stderr.decode()
