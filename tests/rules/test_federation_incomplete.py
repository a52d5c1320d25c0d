"""Rule federation-incomplete: when it fires, on which text, and when it must not."""

from __future__ import annotations

from pathlib import Path

import pytest

from billing_lens.fixes.fix import Safety
from billing_lens.machine.machine import Mode
from tests.machines import CANARY, CONSOLE_ORGANIZATION, MadeUpMachine, assert_no_canary
from tests.rules.reviewed import marked_by, reviewed, variables_marked_by
from tests.rules.spots import (
    IN_USER,
    MANAGED,
    NEWEST,
    PLAN,
    USER,
    after_fix,
    as_json,
    changed_texts,
    commands_of,
    fixes_of,
    is_readable,
    login_only,
    rules_of,
)

RULE = "federation-incomplete"
RULE_ID = "ANTHROPIC_FEDERATION_RULE_ID"
ORGANIZATION = "ANTHROPIC_ORGANIZATION_ID"
TOKEN = f"eyJhbGciOiJIUzI1NiJ9.{CANARY}"
NO_TOKEN = login_only().with_env(**{RULE_ID: "fdrl_made_up", ORGANIZATION: CONSOLE_ORGANIZATION})
NO_ORGANIZATION = NO_TOKEN.without(ORGANIZATION)
NO_RULE = NO_TOKEN.without(RULE_ID)


@pytest.mark.parametrize("mode", list(Mode))
@pytest.mark.parametrize(
    ("machine", "variable", "severity", "missing"),
    [
        pytest.param(NO_TOKEN, RULE_ID, "error", "identity token", id="no token"),
        pytest.param(NO_ORGANIZATION, RULE_ID, "hint", ORGANIZATION, id="no organization"),
        pytest.param(NO_RULE, ORGANIZATION, "hint", RULE_ID, id="no rule"),
    ],
)
def test_it_marks_the_variable_that_is_there_and_names_what_is_missing(
    tmp_path: Path, machine: MadeUpMachine, variable: str, severity: str, missing: str, mode: Mode
) -> None:
    ((found, marked),) = variables_marked_by(RULE, reviewed(machine, tmp_path, NEWEST, mode))

    assert (marked, found.finding.severity.value) == (variable, severity)
    assert missing in found.finding.message
    assert "your shell" in found.finding.message
    assert found.finding.leftover is (severity == "hint")
    assert is_readable(found)


@pytest.mark.parametrize("mode", list(Mode))
def test_it_marks_the_variable_in_the_users_settings(tmp_path: Path, mode: Mode) -> None:
    text = IN_USER.text(RULE_ID, "fdrl_made_up")
    machine = NO_RULE.with_files({USER: text})

    (marked,) = marked_by(RULE, reviewed(machine, tmp_path, NEWEST, mode))

    assert (marked.path, marked.pointer) == (USER, f"/env/{RULE_ID}")
    assert marked.text == IN_USER.marked(RULE_ID, "fdrl_made_up")
    assert marked.severity == "error"
    assert "your user settings" in marked.found.finding.message


@pytest.mark.parametrize(
    ("version", "fires"), [("2.1.117", False), ("2.1.118", True), (NEWEST, True)]
)
@pytest.mark.parametrize("machine", [NO_TOKEN, NO_ORGANIZATION, NO_RULE])
def test_it_fires_from_the_version_that_knows_federation(
    tmp_path: Path, machine: MadeUpMachine, version: str, fires: bool
) -> None:
    assert (RULE in rules_of(reviewed(machine, tmp_path, version))) is fires


@pytest.mark.parametrize(("version", "fires"), [("2.1.256", True), ("2.1.257", False)])
def test_an_administrator_could_set_it_until_2_1_257(
    tmp_path: Path, version: str, fires: bool
) -> None:
    machine = login_only().with_files({MANAGED: {"env": dict(NO_TOKEN.env)}})

    found = [it for it in reviewed(machine, tmp_path, version).findings if it.rule.id == RULE]

    assert [it.finding.severity.value for it in found] == ["error"] * fires
    assert [it for it in found if fixes_of(it) or commands_of(it)] == []


@pytest.mark.parametrize(
    "machine",
    [
        pytest.param(login_only(), id="nothing is set"),
        pytest.param(NO_TOKEN.with_env(ANTHROPIC_IDENTITY_TOKEN=TOKEN), id="a token"),
        pytest.param(
            NO_TOKEN.with_env(ANTHROPIC_IDENTITY_TOKEN_FILE="@HOME@/token").with_files(
                {"token": TOKEN}
            ),
            id="a token in a file",
        ),
        pytest.param(
            NO_TOKEN.with_env(ANTHROPIC_PROFILE="work"), id="a named profile switches it off"
        ),
        pytest.param(login_only().with_env(**{RULE_ID: " ", ORGANIZATION: ""}), id="blank ones"),
        pytest.param(
            login_only().with_env(ANTHROPIC_IDENTITY_TOKEN=TOKEN), id="nothing but a token"
        ),
        pytest.param(
            login_only().with_files({"proj/.claude/settings.json": {"env": dict(NO_TOKEN.env)}}),
            id="a project cannot set it",
        ),
    ],
)
def test_it_is_silent_when_federation_is_whole_or_absent(
    tmp_path: Path, machine: MadeUpMachine
) -> None:
    assert RULE not in rules_of(reviewed(machine, tmp_path, NEWEST))


@pytest.mark.parametrize("content", [None, "", " \n"])
def test_a_token_file_that_is_missing_or_empty_is_no_token(
    tmp_path: Path, content: str | None
) -> None:
    machine = NO_TOKEN.with_env(ANTHROPIC_IDENTITY_TOKEN_FILE="@HOME@/token")
    machine = machine if content is None else machine.with_files({"token": content})

    seen = reviewed(machine, tmp_path, NEWEST)

    assert RULE in rules_of(seen)
    assert seen.route.works is False


@pytest.mark.parametrize("machine", [NO_TOKEN, NO_ORGANIZATION, NO_RULE])
def test_cancelling_the_variable_is_safe_and_ends_it(
    tmp_path: Path, machine: MadeUpMachine
) -> None:
    seen = reviewed(machine, tmp_path, NEWEST)
    ((found, variable),) = variables_marked_by(RULE, seen)

    (best,) = found.fixes
    assert (best.id, best.safety) == (f"cancel:{variable}@user", Safety.SAFE)
    assert best.title.endswith(f": bills {PLAN}")
    assert list(changed_texts(best, seen)) == [USER]
    after = after_fix(best, seen)
    assert (after.route.label, after.route.works) == (PLAN, True)
    assert "error" not in [it.finding.severity.value for it in after.findings]


def test_switching_it_off_keeps_the_rule_under_another_name(tmp_path: Path) -> None:
    text = IN_USER.text(RULE_ID, "fdrl_made_up")
    seen = reviewed(NO_ORGANIZATION.without(RULE_ID).with_files({USER: text}), tmp_path, NEWEST)
    (marked,) = marked_by(RULE, seen)

    (best,) = marked.found.fixes
    assert (best.id, best.safety) == (f"switch-off:{RULE_ID}@user", Safety.SAFE)
    assert changed_texts(best, seen) == {USER: text.replace(f'"{RULE_ID}"', f'"{RULE_ID}_OFF"')}
    assert rules_of(after_fix(best, seen)) == []


def test_it_says_what_to_run_and_which_line_of_the_shell_to_remove(tmp_path: Path) -> None:
    machine = NO_RULE.with_files({".bash_profile": f"\nexport {ORGANIZATION}=x\n"})
    seen = reviewed(machine, tmp_path, NEWEST)

    ((found, _),) = variables_marked_by(RULE, seen)

    assert commands_of(found) == [f"unset {ORGANIZATION}"]
    assert f"{seen.machine.home}/.bash_profile, line 2" in found.finding.commands[0].purpose


def test_it_shows_no_secret(tmp_path: Path) -> None:
    machine = NO_RULE.with_env(ANTHROPIC_IDENTITY_TOKEN=TOKEN)

    shown = as_json(reviewed(machine, tmp_path, NEWEST))

    assert RULE in shown
    assert_no_canary(shown)
