"""`fix` when something comes between: another writer, or Ctrl-C."""

from __future__ import annotations

import io
import os
import signal
from pathlib import Path
from typing import Any

import pytest

from billing_lens.fixes import apply as applying
from billing_lens.fixes.journal import Journal, journal_directory
from tests.cli.command_line import fingerprint, run
from tests.machines import BuiltMachine, headline

CONFIG = ".config/anthropic/configs/default.json"
CLEAR, RETIRE = "clear-sign-in:default", "retire-profile:default"


@pytest.fixture
def built(tmp_path: Path) -> BuiltMachine:
    return headline().build(tmp_path)


def payer(built: BuiltMachine) -> str:
    return str(run("status", "--json", *built.options("2.1.146")).json["route"]["label"])


def test_the_file_changed_while_the_question_was_open(
    built: BuiltMachine, monkeypatch: pytest.MonkeyPatch
) -> None:
    def change_and_agree() -> bool:
        (built.home / CONFIG).write_text('{"organization_id": "newer"}')
        return True

    monkeypatch.setattr("billing_lens.cli.fix._agreed", change_and_agree)
    monkeypatch.setattr("sys.stdin", Terminal())

    done = run("fix", *built.options("2.1.146"))

    assert done.code == 1
    assert "not applied" in done.err
    assert "changed since it was read" in done.err
    assert (built.home / CONFIG).read_text() == '{"organization_id": "newer"}'


class Terminal(io.StringIO):
    """Standard input as a terminal has it."""

    def isatty(self) -> bool:
        return True


class TestInterrupted:
    """Ctrl-C at any moment: a change is whole or not there, and what is said is true."""

    @pytest.mark.parametrize("moment", ["review_of", "fix_text", "_agreed", "apply_fix"])
    def test_before_anything_is_changed(
        self, built: BuiltMachine, monkeypatch: pytest.MonkeyPatch, moment: str
    ) -> None:
        def interrupt(*_: object) -> None:
            raise KeyboardInterrupt

        before = fingerprint(built.home)
        monkeypatch.setattr(f"billing_lens.cli.fix.{moment}", interrupt)
        monkeypatch.setattr("sys.stdin", Terminal("y\n"))

        done = run("fix", *built.options("2.1.146"))

        assert (done.code, done.err) == (130, "")
        assert "Nothing was changed." in done.out
        assert fingerprint(built.home) == before

    @pytest.mark.parametrize("fix", [CLEAR, RETIRE])
    def test_while_a_file_is_changed(
        self, built: BuiltMachine, monkeypatch: pytest.MonkeyPatch, fix: str
    ) -> None:
        do = applying._do  # pyright: ignore[reportPrivateUsage]

        def press_and_do(step: Any) -> None:
            os.kill(os.getpid(), signal.SIGINT)
            do(step)
            os.kill(os.getpid(), signal.SIGINT)

        monkeypatch.setattr(applying, "_do", press_and_do)

        done = run("fix", "--yes", "--fix", fix, *built.options("2.1.146"))

        (entry,) = Journal(journal_directory(built.home)).entries()
        assert done.code == 130
        assert entry.state == "applied"
        assert "Nothing was changed." not in done.out
        assert f"billing-lens undo {entry.id}" in done.out
        assert payer(built) == "Claude Max 20x"
        assert run("undo", entry.id, "--home", str(built.home)).code == 0
        assert payer(built) != "Claude Max 20x"

    def test_while_looking_again(
        self, built: BuiltMachine, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def interrupt(*_: object, **__: object) -> None:
            raise KeyboardInterrupt

        monkeypatch.setattr("billing_lens.cli.fix.note_outcome", interrupt)

        done = run("fix", "--yes", *built.options("2.1.146"))

        assert done.code == 130
        assert "Nothing more was changed. Applied before" in done.out
