"""The case in a real Neovim, through its own LSP client and its own keys for hover and fixes."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any, cast

import pytest

from tests.lsp.editor import PYTHON, SERVE, environment
from tests.lsp.places import PROFILE
from tests.machines import CONSOLE_ORGANIZATION, assert_no_canary, headline

pytestmark = pytest.mark.neovim

SESSION = Path(__file__).with_name("session.lua")
STATE = ".claude.json"
SECONDS = 120


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What the session in ``session.lua`` saw in the profile of the headline case."""
    folder = tmp_path_factory.mktemp("neovim")
    state = cast("dict[str, object]", headline().files[STATE])
    used = headline().with_files({STATE: {**state, "lastOnboardingVersion": "2.1.146"}})
    machine = used.build(folder)
    program = shutil.which("nvim")
    assert program, "Neovim is missing: tests/neovim/install.sh"
    reported = folder / "report.json"
    variables = {
        **environment(machine),
        "PYTHONPATH": PYTHON["PYTHONPATH"],
        "FILE": str(machine.home / PROFILE),
        "SERVER": json.dumps(SERVE),
        "REPORT": str(reported),
        "XDG_STATE_HOME": str(folder / "state"),
        "XDG_CACHE_HOME": str(folder / "cache"),
    }
    done = subprocess.run(
        [program, "--headless", "--clean", "-n", "-u", str(SESSION)],
        cwd=machine.cwd,
        env=variables,
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    assert reported.exists(), done.stderr
    said = reported.read_text()
    logs = [path.read_text() for path in folder.rglob("*log")]
    assert_no_canary("\n".join((said, done.stdout, done.stderr, *logs)))
    return json.loads(said)


def test_the_session_went_through(report: dict[str, Any]) -> None:
    assert "problem" not in report


def test_findings_are_shown_in_the_text(report: dict[str, Any]) -> None:
    assert report["diagnostics"] == ["profile-overrides-login", "organization-conflict"]
    assert report["marked"] == f'"organization_id": "{CONSOLE_ORGANIZATION}"'


def test_a_fix_is_chosen_applied_and_undone(report: dict[str, Any]) -> None:
    assert report["actions"][0].startswith("Clear the cached organization and sign-in")
    assert json.loads(report["fixed"]) == {"version": "1.0"}
    assert report["cleared"] is True
    assert report["undone"] is True
    assert report["back"] is True


def test_the_status_follows(report: dict[str, Any]) -> None:
    assert report["statuses"] == ["api_usage", "subscription", "api_usage"]


def test_a_hover_explains_the_organization(report: dict[str, Any]) -> None:
    assert "organization" in report["hover"].lower()
