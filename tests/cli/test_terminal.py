"""The program as a person or a pipe meets it: terminals, colour, encodings, closed pipes."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import subprocess
import termios
import time
from pathlib import Path

import pytest

from tests.cli.command_line import fingerprint, program, run_program
from tests.machines import BuiltMachine, headline

INTERRUPT = "\x03"
CONFIG = ".config/anthropic/configs/default.json"
COLOUR = re.compile(r"\x1b\[")


@pytest.fixture
def built(tmp_path: Path) -> BuiltMachine:
    return headline().build(tmp_path)


def on_a_terminal(*argv: str, answer: str = "", **variables: str) -> tuple[int, str]:
    """Run the program on a terminal, type `answer` when it asks, and return code and screen."""
    command, environment = program(*argv, TERM="xterm", **variables)
    ours, theirs = pty.openpty()

    def take_terminal() -> None:
        fcntl.ioctl(0, termios.TIOCSCTTY, 0)

    started = subprocess.Popen(
        command,
        env=environment,
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
        preexec_fn=take_terminal,  # noqa: PLW1509 no thread is running here
    )
    os.close(theirs)
    screen, answered, give_up = b"", 0.0, time.monotonic() + 30
    while time.monotonic() < give_up:
        if select.select([ours], [], [], 0.1)[0]:
            try:
                read = os.read(ours, 65536)
            except OSError:
                break
            if not read:
                break
            screen += read
        if answer and b"[y/N]" in screen and time.monotonic() > answered + 3:
            os.write(ours, answer.encode())
            answered = time.monotonic()
            # An interrupt between Python's prompt and its read is lost; a person presses again.
            answer = answer if answer == INTERRUPT else ""
    os.close(ours)
    return started.wait(10), screen.decode("utf-8", "replace")


@pytest.mark.parametrize("answer", ["y\n", "yes\n", "Y\n"])
def test_yes_applies_the_fix(built: BuiltMachine, answer: str) -> None:
    code, screen = on_a_terminal("fix", *built.options("2.1.146"), answer=answer)

    assert code == 0
    assert "Apply this? [y/N]" in screen
    assert "Claude Max 20x" in screen
    assert "organization_id" not in (built.home / CONFIG).read_text()


@pytest.mark.parametrize("answer", ["n\n", "\n", "maybe\n", "\x04", INTERRUPT])
def test_anything_else_changes_nothing(built: BuiltMachine, answer: str) -> None:
    before = fingerprint(built.home)

    code, screen = on_a_terminal("fix", *built.options("2.1.146"), answer=answer)

    assert code == 1
    assert "Nothing was changed." in screen
    assert "Traceback" not in screen
    assert fingerprint(built.home) == before


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
