"""Rule config-directory-split: when it fires, on which text, and when it must not."""

from __future__ import annotations

from pathlib import Path

import pytest

from billing_lens.billing.expectation import Wish
from billing_lens.fixes.fix import Safety
from billing_lens.machine.machine import Mode
from tests.machines import MadeUpMachine
from tests.rules.reviewed import LOGIN, STATE, marked_by, reviewed, variables_marked_by
from tests.rules.spots import (
    MANAGED,
    NEWEST,
    PLAN,
    after_fix,
    changed_texts,
    commands_of,
    fixes_of,
    is_readable,
    login_only,
    related_to,
    rules_of,
)

RULE = "config-directory-split"
NAME = "CLAUDE_CONFIG_DIR"
OLD_STATE = ".claude/.config.json"
ELSEWHERE = login_only().with_env(CLAUDE_CONFIG_DIR="@HOME@/elsewhere")
WITH_OLD_STATE = login_only().with_files({OLD_STATE: login_only().files[STATE]})
SUBSCRIPTION = Wish("subscription", None, "said")


@pytest.mark.parametrize("mode", list(Mode))
def test_it_names_the_directory_and_points_to_what_is_not_seen(tmp_path: Path, mode: Mode) -> None:
    seen = reviewed(ELSEWHERE, tmp_path, NEWEST, mode)

    ((found, variable),) = variables_marked_by(RULE, seen)
    assert (variable, found.finding.severity.value) == (NAME, "warning")
    assert found.finding.leftover is False
    home = seen.machine.home
    assert f"read {home}/elsewhere only" in found.finding.message
    assert f"the login in {home}/{LOGIN}" in found.finding.message
    assert f"the account in {home}/{STATE}" in found.finding.message
    assert is_readable(found)
    assert related_to(found, seen) == [(LOGIN, ""), (STATE, "")]


@pytest.mark.parametrize("mode", list(Mode))
def test_it_is_an_error_when_the_subscription_was_expected(tmp_path: Path, mode: Mode) -> None:
    seen = reviewed(ELSEWHERE, tmp_path, NEWEST, mode, SUBSCRIPTION)

    ((found, _),) = variables_marked_by(RULE, seen)
    assert found.finding.severity.value == "error"


@pytest.mark.parametrize("mode", list(Mode))
def test_set_to_the_usual_directory_it_loses_the_account_alone(tmp_path: Path, mode: Mode) -> None:
    machine = login_only().with_env(CLAUDE_CONFIG_DIR="@HOME@/.claude")
    seen = reviewed(machine, tmp_path, NEWEST, mode)

    ((found, variable),) = variables_marked_by(RULE, seen)
    assert (variable, found.finding.severity.value) == (NAME, "hint")
    assert found.finding.leftover is True
    assert "the login" not in found.finding.message
    assert related_to(found, seen) == [(STATE, "")]
    assert seen.route.label == PLAN


@pytest.mark.parametrize(
    ("value", "directory"), [("", "proj"), ("sub/../there", "proj/there"), ("~/x", "proj/~/x")]
)
def test_it_names_the_directory_that_claude_code_takes_the_value_for(
    tmp_path: Path, value: str, directory: str
) -> None:
    seen = reviewed(login_only().with_env(CLAUDE_CONFIG_DIR=value), tmp_path, NEWEST)

    ((found, _),) = variables_marked_by(RULE, seen)

    assert f"read {seen.machine.home}/{directory} only" in found.finding.message


@pytest.mark.parametrize(
    "machine",
    [
        pytest.param(login_only(), id="no variable"),
        pytest.param(
            ELSEWHERE.with_files(
                {
                    "elsewhere/.credentials.json": login_only().files[LOGIN],
                    "elsewhere/.claude.json": login_only().files[STATE],
                }
            ),
            id="login and account are in the directory",
        ),
        pytest.param(ELSEWHERE.without(LOGIN, STATE), id="nothing was left behind"),
        pytest.param(
            login_only().without(STATE).with_env(CLAUDE_CONFIG_DIR="@HOME@/.claude"),
            id="the usual directory and no account",
        ),
        pytest.param(
            login_only().with_files(
                {"proj/.claude/settings.json": {"env": {NAME: "@HOME@/elsewhere"}}}
            ),
            id="a project cannot move it",
        ),
        pytest.param(WITH_OLD_STATE.without(STATE), id="the old state file alone"),
        pytest.param(WITH_OLD_STATE.with_files({OLD_STATE: ""}), id="an empty old state file"),
        pytest.param(WITH_OLD_STATE.with_files({STATE: " \n"}), id="an empty new state file"),
    ],
)
def test_it_is_silent_when_everything_lies_in_one_place(
    tmp_path: Path, machine: MadeUpMachine
) -> None:
    assert RULE not in rules_of(reviewed(machine, tmp_path, NEWEST))


def test_the_account_alone_left_behind_is_a_hint(tmp_path: Path) -> None:
    machine = ELSEWHERE.with_files({"elsewhere/.credentials.json": login_only().files[LOGIN]})
    seen = reviewed(machine, tmp_path, NEWEST)

    ((found, _),) = variables_marked_by(RULE, seen)

    assert found.finding.severity.value == "hint"
    assert related_to(found, seen) == [(STATE, "")]


def test_managed_settings_that_move_it_are_marked(tmp_path: Path) -> None:
    machine = login_only().with_files({MANAGED: {"env": {NAME: "@HOME@/elsewhere"}}})
    seen = reviewed(machine, tmp_path, NEWEST)

    (found,) = [it for it in seen.findings if it.rule.id == RULE]

    assert found.finding.place.path == f"{seen.machine.managed_directory}/managed-settings.json"
    assert found.finding.place.pointer == f"/env/{NAME}"
    assert (fixes_of(found), commands_of(found)) == ([], [])


@pytest.mark.parametrize("mode", list(Mode))
def test_an_old_state_file_that_is_read_is_marked_and_the_other_pointed_to(
    tmp_path: Path, mode: Mode
) -> None:
    seen = reviewed(WITH_OLD_STATE, tmp_path, NEWEST, mode)

    (marked,) = marked_by(RULE, seen)

    assert (marked.path, marked.pointer, marked.severity) == (OLD_STATE, "", "hint")
    assert "old state file" in marked.found.finding.message
    assert is_readable(marked.found)
    assert related_to(marked.found, seen) == [(STATE, "")]
    assert commands_of(marked.found) == []


def test_retiring_the_old_state_file_keeps_it_under_another_name(tmp_path: Path) -> None:
    seen = reviewed(WITH_OLD_STATE, tmp_path, NEWEST)
    (marked,) = marked_by(RULE, seen)

    assert fixes_of(marked.found) == ["retire-legacy-state"]
    best = marked.found.fixes[0]
    assert best.safety is Safety.SAFE
    assert best.title.endswith(f"(rename it to .config.json.off): bills {PLAN}")
    assert changed_texts(best, seen) == {OLD_STATE: None}
    assert rules_of(after_fix(best, seen)) == []


def test_retiring_the_old_state_file_is_not_safe_when_it_holds_the_right_account(
    tmp_path: Path,
) -> None:
    machine = WITH_OLD_STATE.with_files({STATE: {"primaryApiKey": "sk-ant-made-up"}})

    (marked,) = marked_by(RULE, reviewed(machine.without(LOGIN), tmp_path, NEWEST))

    assert [it.id for it in marked.found.fixes if it.safety is Safety.SAFE] == []
