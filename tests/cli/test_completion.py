"""Completion: in real shells, with a real Tab."""

from __future__ import annotations

import os
import pty
import re
import select
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.cli.command_line import run

_BRACKETED_PASTE = re.compile(r"\x1b\[\?2004[hl]")
"""What bash asks of the terminal round each line."""

CASES = [
    ("billing-lens che", "billing-lens check"),
    ("billing-lens check --form", "billing-lens check --format"),
    ("billing-lens check --format sa", "billing-lens check --format sarif"),
    ("billing-lens status --expect subs", "billing-lens status --expect subscription"),
    ("billing-lens fix --rule profile-ov", "billing-lens fix --rule profile-overrides-login"),
    ("billing-lens rules secret", "billing-lens rules secret-in-project"),
    ("billing-lens completion zs", "billing-lens completion zsh"),
    ("billing-lens check --home some-d", "billing-lens check --home some-directory"),
]


def needed(shell: str) -> str:
    program = shutil.which(shell)
    if program is None:
        pytest.skip(f"{shell} is not installed")
    return program


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "some-directory").mkdir()
    (tmp_path / "some-document").touch()
    return tmp_path


def environment_in(folder: Path) -> dict[str, str]:
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.defpath}"
    return {"HOME": str(folder), "PATH": path, "TERM": "xterm", "LC_ALL": "C.UTF-8"}


def completed_by_tab(command: list[str], setup: str, text: str, folder: Path) -> str:
    """Type `setup`, then `text` and Tab, into an interactive shell; return the completed line."""
    ours, theirs = pty.openpty()
    shell = subprocess.Popen(
        command,
        env=environment_in(folder),
        cwd=folder,
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
    )
    os.close(theirs)
    try:
        os.write(ours, f"{setup}; echo re''ady\n".encode())
        _read_until(ours, "\nready\n")
        # Ctrl-A goes to the start of the line, so that it is printed instead of run.
        os.write(ours, f"{text}\t\x01echo GOT: \n".encode())
        return _read_until(ours, "\nGOT: ", "\n").partition("\nGOT: ")[2].partition("\n")[0]
    finally:
        shell.kill()
        shell.wait()
        os.close(ours)


def _read_until(terminal: int, *wanted: str) -> str:
    """Read until the texts came, one after the other."""
    read, at, give_up = "", 0, time.monotonic() + 30
    for text in wanted:
        while (found := read.find(text, at)) < 0:
            assert time.monotonic() < give_up, f"no {text!r} in {read!r}"
            if select.select([terminal], [], [], 0.1)[0]:
                more = os.read(terminal, 65536).decode("utf-8", "replace")
                read += _BRACKETED_PASTE.sub("", more).replace("\r", "")
        at = found + len(text)
    return read


@pytest.mark.parametrize(("text", "line"), CASES)
def test_bash(folder: Path, text: str, line: str) -> None:
    command = [needed("bash"), "--norc", "--noprofile", "-i"]
    setup = 'eval "$(billing-lens completion bash)"'

    assert completed_by_tab(command, setup, text, folder).rstrip(" /") == line


@pytest.mark.parametrize(("text", "line"), CASES)
def test_zsh(folder: Path, text: str, line: str) -> None:
    command = [needed("zsh"), "-f", "-i"]
    setup = (
        "mkdir functions; billing-lens completion zsh > functions/_billing-lens; "
        "fpath=($PWD/functions $fpath); bindkey -e; autoload -Uz compinit; compinit -u -D"
    )

    assert completed_by_tab(command, setup, text, folder).rstrip(" /") == line


@pytest.mark.parametrize(("text", "line"), CASES)
def test_fish(folder: Path, text: str, line: str) -> None:
    """Fish completes without a terminal as well."""
    fish = needed("fish")
    script = 'billing-lens completion fish | source; complete -C "$argv"'

    done = subprocess.run(
        [fish, "--no-config", "-c", script, text],
        env=environment_in(folder),
        cwd=folder,
        capture_output=True,
        timeout=60,
        check=True,
        text=True,
    )

    offered = {one.split("\t")[0].rstrip("/") for one in done.stdout.splitlines()}
    assert offered == {line.rpartition(" ")[2]}


def test_fish_says_what_each_command_does(folder: Path) -> None:
    fish = needed("fish")
    script = 'billing-lens completion fish | source; complete -C "billing-lens "'

    done = subprocess.run(
        [fish, "--no-config", "-c", script],
        env=environment_in(folder),
        capture_output=True,
        timeout=60,
        check=True,
        text=True,
    )

    assert "status\tshow who pays and why\n" in done.stdout


def test_another_shell_is_wrong_usage() -> None:
    assert run("completion", "tcsh").code == 2
