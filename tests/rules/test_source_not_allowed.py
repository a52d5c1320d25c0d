"""Rule source-not-allowed: what pays is not in the list of the team's policy."""

from __future__ import annotations

from pathlib import Path

import pytest

from billing_lens.machine.machine import Mode
from tests.machines import MadeUpMachine, headline
from tests.rules.reviewed import CONFIG, marked_by, reviewed, variables_marked_by
from tests.rules.spots import (
    KEY,
    NEWEST,
    login_only,
    rules_of,
)

RULE = "source-not-allowed"
POLICY = "proj/.billing-lens.toml"
TOKEN = "ANTHROPIC_AUTH_TOKEN"


def allowing(*sources: str, machine: MadeUpMachine | None = None) -> MadeUpMachine:
    listed = ", ".join(f'"{source}"' for source in sources)
    text = f"# ours\n[allowed]\nsources = [{listed}]\n"
    return (machine or login_only()).with_files({POLICY: text})


@pytest.mark.parametrize(
    ("version", "severity"),
    [("2.1.117", None), ("2.1.118", "error"), ("2.1.153", "error"), ("2.1.154", None)],
)
def test_a_profile_is_told_in_the_versions_in_which_it_pays(
    tmp_path: Path, version: str, severity: str | None
) -> None:
    seen = reviewed(allowing("claude_ai_login", machine=headline()), tmp_path, version)

    marked = marked_by(RULE, seen)

    assert [one.severity for one in marked] == ([severity] if severity else [])
    assert [one.path for one in marked] == ([CONFIG] if severity else [])


@pytest.mark.parametrize(
    ("mode", "severity"), [(Mode.HEADLESS, "error"), (Mode.INTERACTIVE, "warning")]
)
def test_what_pays_in_the_other_mode_alone_is_a_warning(
    tmp_path: Path, mode: Mode, severity: str
) -> None:
    machine = allowing("claude_ai_login").with_env(ANTHROPIC_API_KEY=KEY)

    ((found, _),) = variables_marked_by(RULE, reviewed(machine, tmp_path, NEWEST, mode))

    assert found.finding.severity.value == severity


@pytest.mark.parametrize(
    "machine",
    [
        pytest.param(allowing("claude_ai_login"), id="the login is allowed"),
        pytest.param(allowing("auth_token").with_env(**{TOKEN: KEY}), id="the token is allowed"),
        pytest.param(login_only().with_env(**{TOKEN: KEY}), id="no policy"),
        pytest.param(
            login_only().with_files({POLICY: '[expected]\nbilling = "any"\n'}), id="no list"
        ),
        pytest.param(
            allowing("api_key", machine=MadeUpMachine(files={})), id="nobody is logged in"
        ),
        pytest.param(
            login_only().with_files({"proj/src/.billing-lens.toml": "[allowed]\nsources = []\n"}),
            id="a policy of another folder",
        ),
    ],
)
def test_it_is_silent_otherwise(tmp_path: Path, machine: MadeUpMachine) -> None:
    assert RULE not in rules_of(reviewed(machine, tmp_path, NEWEST))
