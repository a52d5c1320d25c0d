"""`billing-lens verify` against the real program."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from billing_lens.cli.main import main
from billing_lens.cli.verify import AGREED, DIFFERED, NOT_ANSWERED
from tests.claude_code.program import program
from tests.machines import assert_no_canary, headline

pytestmark = [
    pytest.mark.claude_code,
    pytest.mark.skipif(sys.platform != "linux", reason="the program is fetched for Linux"),
]

OLD, NEW = "2.1.146", "2.1.330"


def verify(tmp_path: Path, running: str, assumed: str, *more: str) -> int:
    built = headline().build(tmp_path)
    claude = ["--claude", str(program(running)), *more]
    return main(["verify", *claude, *built.options(assumed)])


@pytest.mark.parametrize("version", [OLD, NEW])
def test_it_agrees(tmp_path: Path, capsys: pytest.CaptureFixture[str], version: str) -> None:
    assert verify(tmp_path, version, version, "--yes") == AGREED

    said = capsys.readouterr()
    assert "They agree." in said.out
    assert_no_canary(said.out + said.err)


def test_it_tells_when_another_version_runs(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert verify(tmp_path, OLD, NEW, "--yes") == DIFFERED
    assert "They differ." in capsys.readouterr().out


def test_it_runs_nothing_unasked(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert verify(tmp_path, NEW, NEW) == NOT_ANSWERED
    assert "Add --yes" in capsys.readouterr().out
    assert not (tmp_path / "home/.claude/backups").exists()
