"""Rule source-not-allowed: what pays is not in the list of the team's policy."""

from __future__ import annotations

from pathlib import Path

import pytest

from billing_lens.fixes.fix import Safety
from billing_lens.machine.machine import Mode
from tests.machines import MadeUpMachine, assert_no_canary, headline
from tests.rules.reviewed import CONFIG, marked_by, reviewed, variables_marked_by
from tests.rules.spots import (
    IN_SETTINGS,
    KEY,
    MANAGED,
    NEWEST,
    PLAN,
    USER,
    Spot,
    after_fix,
    as_json,
    changed_texts,
    commands_of,
    fixes_of,
    is_readable,
    login_only,
    related_to,
    rules_of,
)

RULE = "source-not-allowed"
POLICY = "proj/.billing-lens.toml"
TOKEN = "ANTHROPIC_AUTH_TOKEN"


def allowing(*sources: str, machine: MadeUpMachine | None = None) -> MadeUpMachine:
    listed = ", ".join(f'"{source}"' for source in sources)
    text = f"# ours\n[allowed]\nsources = [{listed}]\n"
    return (machine or login_only()).with_files({POLICY: text})


@pytest.mark.parametrize("mode", list(Mode))
@pytest.mark.parametrize("spot", IN_SETTINGS, ids=str)
def test_it_marks_the_variable_that_pays_in_every_settings_file(
    tmp_path: Path, spot: Spot, mode: Mode
) -> None:
    machine = allowing("claude_ai_login").with_files({spot.path: spot.text(TOKEN, KEY)})

    seen = reviewed(machine, tmp_path, NEWEST, mode)

    (marked,) = marked_by(RULE, seen)
    assert (marked.path, marked.pointer) == (spot.path, spot.pointer(TOKEN))
    assert marked.text == spot.marked(TOKEN, KEY)
    assert marked.severity == "error"
    assert marked.found.finding.message == (
        f"Claude Code uses {TOKEN}, which your team does not allow. Allowed: claude_ai_login."
    )
    assert is_readable(marked.found)
    assert related_to(marked.found, seen) == [(POLICY, "")]
    assert_no_canary(as_json(seen))


def test_its_fix_switches_the_source_off_and_keeps_the_value(tmp_path: Path) -> None:
    machine = allowing("claude_ai_login").with_files({USER: f'{{"env": {{"{TOKEN}": "{KEY}"}}}}'})
    seen = reviewed(machine, tmp_path, NEWEST)
    (marked,) = marked_by(RULE, seen)

    (best,) = marked.found.fixes

    assert best.id == f"switch-off:{TOKEN}@user"
    assert best.safety is Safety.SAFE
    assert best.title.endswith(f": bills {PLAN}")
    assert changed_texts(best, seen) == {USER: f'{{"env": {{"{TOKEN}_OFF": "{KEY}"}}}}'}
    assert rules_of(after_fix(best, seen)) == []


def test_a_variable_of_the_shell_is_named_with_what_to_run(tmp_path: Path) -> None:
    seen = reviewed(allowing("claude_ai_login").with_env(**{TOKEN: KEY}), tmp_path, NEWEST)

    ((found, variable),) = variables_marked_by(RULE, seen)

    assert variable == TOKEN
    assert fixes_of(found) == [f"cancel:{TOKEN}@user"]
    assert commands_of(found) == [f"unset {TOKEN}"]


def test_what_an_administrator_sets_is_marked_and_nothing_offered(tmp_path: Path) -> None:
    machine = allowing("claude_ai_login").with_files({MANAGED: {"env": {TOKEN: KEY}}})

    seen = reviewed(machine, tmp_path, NEWEST)

    (found,) = (it for it in seen.findings if it.finding.rule == RULE)
    assert found.fixes == ()


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
