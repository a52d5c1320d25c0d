"""Two runs never change files at the same time, and a run that is killed loses nothing."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import textwrap
import threading
from pathlib import Path

import pytest
from filelock import FileLock

from billing_lens.fixes import apply as applying
from billing_lens.fixes.apply import FixRefusedError, undo_entry
from tests.cli.command_line import SERVER
from tests.unit.fixes.headline_fixes import (
    CLEAR,
    RETIRE,
    Case,
    case,
    without_journal,
)

WORK = ".config/anthropic/configs/work.json"


@pytest.fixture
def subject(tmp_path: Path) -> Case:
    return case(tmp_path, {WORK: {"version": "1.0"}})


class TestAtOnce:
    """Two runs never change files at the same time."""

    def test_a_run_waits_for_another(self, subject: Case) -> None:
        subject.journal.prepare()
        done = threading.Event()

        def apply() -> None:
            subject.apply(CLEAR)
            done.set()

        with FileLock(subject.journal.lock_path):
            waiting = threading.Thread(target=apply)
            waiting.start()
            assert not done.wait(0.3)
            assert b"authentication" in subject.config.read_bytes()
        waiting.join(10)
        assert done.is_set()

    def test_a_run_that_waits_too_long_gives_up(
        self, subject: Case, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(applying, "LOCK_SECONDS", 0.1)
        subject.journal.prepare()
        held = program_that(f"""
            import sys
            from filelock import FileLock
            with FileLock({str(subject.journal.lock_path)!r}):
                print("held", flush=True)
                sys.stdin.read()
        """)
        assert held.stdout is not None
        assert held.stdout.readline() == b"held\n"

        with pytest.raises(FixRefusedError, match="another billing-lens"):
            subject.apply(CLEAR)

        held.communicate(timeout=10)
        subject.apply(CLEAR)


def program_that(code: str, *arguments: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(code), *arguments],
        env={**os.environ, "PYTHONPATH": f"{SERVER}{os.pathsep}{SERVER.parent}"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )


KILLED_WHILE_REPLACING = """
    import os, signal, sys
    from pathlib import Path
    from billing_lens.cli.main import main

    home, fix, at = sys.argv[1:4]
    for name in ("replace", "rename"):
        def cut_off(source, target, real=getattr(os, name)):
            journaled = ".local" in str(target)
            if at == "before" and not journaled:
                os.kill(os.getpid(), signal.SIGKILL)
            real(source, target)
            if at == "after" and not journaled:
                os.kill(os.getpid(), signal.SIGKILL)
        setattr(os, name, cut_off)
    main(["fix", "--yes", "--fix", fix, "--home", home, "--no-env", "--claude-version", "2.1.146"])
"""


@pytest.mark.parametrize("fix", [CLEAR, RETIRE])
@pytest.mark.parametrize("at", ["before", "after"])
def test_a_run_that_is_killed_leaves_the_old_or_the_new_and_can_be_undone(
    tmp_path: Path, fix: str, at: str
) -> None:
    subject = case(tmp_path)
    before = without_journal(subject)
    text = subject.config.read_bytes()

    killed = program_that(KILLED_WHILE_REPLACING, str(subject.built.home), fix, at)
    killed.communicate(timeout=60)

    assert killed.returncode == -signal.SIGKILL
    if at == "before":
        assert subject.config.read_bytes() == text
    elif fix == CLEAR:
        assert json.loads(subject.config.read_bytes()) == {"version": "1.0"}
    else:
        assert subject.config.with_name("default.json.off").read_bytes() == text
    (entry,) = subject.journal.entries()
    assert entry.state == "pending"

    undo_entry(entry, subject.journal)

    left_behind = {path for path in without_journal(subject) if "/.default.json." in path}
    now = {path: what for path, what in without_journal(subject).items() if path not in left_behind}
    assert now == before
    assert subject.config.read_bytes() == text
