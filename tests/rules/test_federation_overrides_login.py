"""Rule federation-overrides-login: when it fires, on which text, and when it must not."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from billing_lens.billing.expectation import Wish
from billing_lens.fixes.fix import Safety
from billing_lens.machine.machine import Mode
from tests.machines import CANARY, CONSOLE_ORGANIZATION, MadeUpMachine, assert_no_canary, headline
from tests.rules.reviewed import LOGIN, STATE, marked_by, reviewed, variables_marked_by
from tests.rules.spots import (
    IN_LOCAL,
    IN_PROJECT,
    IN_TERMINAL,
    IN_USER,
    IN_VSCODE,
    IN_WORKSPACE,
    MANAGED,
    NEWEST,
    PLAN,
    TO_THE_LOGIN,
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

RULE = "federation-overrides-login"
NAME = "ANTHROPIC_FEDERATION_RULE_ID"
OTHERS = {
    "ANTHROPIC_ORGANIZATION_ID": CONSOLE_ORGANIZATION,
    "ANTHROPIC_IDENTITY_TOKEN": f"eyJhbGciOiJIUzI1NiJ9.{CANARY}",
}
"""What federation needs beside the rule; set by the process, wherever the rule is set."""
NEEDED = {NAME: "fdrl_made_up", **OTHERS}
IN_SHELL = login_only().with_env(**NEEDED)


@pytest.mark.parametrize("mode", list(Mode))
def test_it_names_the_organization_and_points_to_the_login(tmp_path: Path, mode: Mode) -> None:
    seen = reviewed(IN_SHELL, tmp_path, NEWEST, mode)

    ((found, variable),) = variables_marked_by(RULE, seen)
    assert (variable, found.finding.severity.value) == (NAME, "error")
    message = found.finding.message
    assert "API usage (organization 2222…) instead of your Claude Max login: " in message
    assert "workload identity federation is set up by your shell" in message
    assert is_readable(found)
    assert related_to(found, seen) == TO_THE_LOGIN


@pytest.mark.parametrize("mode", list(Mode))
@pytest.mark.parametrize("spot", [IN_USER, IN_VSCODE, IN_WORKSPACE, IN_TERMINAL], ids=str)
def test_it_marks_the_rule_wherever_it_counts(tmp_path: Path, spot: Spot, mode: Mode) -> None:
    machine = login_only().with_env(**OTHERS)
    machine = machine.with_files({spot.path: spot.text(NAME, "fdrl_made_up")})

    (marked,) = marked_by(RULE, reviewed(machine, tmp_path, NEWEST, mode))

    assert (marked.path, marked.pointer) == (spot.path, spot.pointer(NAME))
    assert marked.text == spot.marked(NAME, "fdrl_made_up")
    assert marked.severity == ("warning" if spot.in_editor else "error")
    assert marked.found.finding.message.startswith(f"{spot.run}Claude Code bills API usage")
    assert f"set up by {spot.setter}" in marked.found.finding.message


@pytest.mark.parametrize("mode", list(Mode))
@pytest.mark.parametrize("spot", [IN_PROJECT, IN_LOCAL], ids=str)
def test_a_project_cannot_set_federation_up(tmp_path: Path, spot: Spot, mode: Mode) -> None:
    machine = login_only().with_env(**OTHERS)
    machine = machine.with_files({spot.path: spot.text(NAME, "fdrl_made_up")})

    assert RULE not in rules_of(reviewed(machine, tmp_path, NEWEST, mode))


@pytest.mark.parametrize("mode", list(Mode))
@pytest.mark.parametrize(
    ("version", "fires"),
    [("2.1.117", False), ("2.1.118", True), ("2.1.153", True), ("2.1.154", True), (NEWEST, True)],
)
def test_it_fires_from_the_version_that_knows_federation(
    tmp_path: Path, version: str, fires: bool, mode: Mode
) -> None:
    assert (RULE in rules_of(reviewed(IN_SHELL, tmp_path, version, mode))) is fires


@pytest.mark.parametrize(
    ("version", "fires"), [("2.1.117", False), ("2.1.256", True), ("2.1.257", False)]
)
def test_an_administrator_could_set_it_up_until_2_1_257(
    tmp_path: Path, version: str, fires: bool
) -> None:
    machine = login_only().with_files({MANAGED: {"env": NEEDED}})

    found = [it for it in reviewed(machine, tmp_path, version).findings if it.rule.id == RULE]

    assert [it.finding.severity.value for it in found] == ["error"] * fires
    assert [it for it in found if fixes_of(it) or commands_of(it)] == []


@pytest.mark.parametrize(
    "machine",
    [
        pytest.param(login_only(), id="no federation"),
        pytest.param(IN_SHELL.without("ANTHROPIC_ORGANIZATION_ID"), id="no organization"),
        pytest.param(IN_SHELL.without(NAME), id="no rule"),
        pytest.param(IN_SHELL.with_env(**{NAME: " "}), id="a blank rule"),
        pytest.param(
            IN_SHELL.with_files({USER: {"env": {NAME: ""}}}), id="cancelled in the settings"
        ),
        pytest.param(
            IN_SHELL.with_env(ANTHROPIC_PROFILE="gone"), id="a named profile, though missing"
        ),
        pytest.param(
            headline().with_env(**NEEDED, ANTHROPIC_PROFILE="default"), id="a named profile"
        ),
        pytest.param(IN_SHELL.with_env(ANTHROPIC_AUTH_TOKEN="t"), id="a token comes first"),
        pytest.param(
            IN_SHELL.with_env(CLAUDE_CODE_OAUTH_TOKEN="t"), id="an OAuth token comes first"
        ),
        pytest.param(IN_SHELL.with_args("--bare"), id="a bare run"),
        pytest.param(IN_SHELL.without(LOGIN, STATE), id="nobody expects a subscription"),
    ],
)
def test_it_is_silent_when_no_federation_beats_a_subscription(
    tmp_path: Path, machine: MadeUpMachine
) -> None:
    assert RULE not in rules_of(reviewed(machine, tmp_path, NEWEST))


@pytest.mark.parametrize(
    ("wish", "expected"),
    [
        (Wish("subscription", None, "said"), True),
        (Wish("api_usage", None, "said"), False),
        (Wish("api_usage", CONSOLE_ORGANIZATION, "said"), False),
        (Wish("api_usage", "another organization", "said"), True),
        (Wish("any", None, "said"), False),
    ],
)
def test_it_follows_what_the_user_expects(tmp_path: Path, wish: Wish, expected: bool) -> None:
    assert (RULE in rules_of(reviewed(IN_SHELL, tmp_path, NEWEST, wish=wish))) is expected


def test_an_active_profile_gives_way_to_the_variables(tmp_path: Path) -> None:
    seen = reviewed(headline().with_env(**NEEDED), tmp_path, "2.1.146")

    ((_, variable),) = variables_marked_by(RULE, seen)
    assert variable == NAME
    assert "profile-overrides-login" not in rules_of(seen)


def test_a_token_in_a_file_will_do(tmp_path: Path) -> None:
    machine = IN_SHELL.without("ANTHROPIC_IDENTITY_TOKEN").with_env(
        ANTHROPIC_IDENTITY_TOKEN_FILE="@HOME@/token"
    )
    seen = reviewed(machine.with_files({"token": "eyJ0"}), tmp_path, NEWEST)

    assert RULE in rules_of(seen)
    assert seen.route.works is True


@pytest.mark.parametrize("mode", list(Mode))
@pytest.mark.parametrize("spot", [IN_USER, IN_VSCODE, IN_WORKSPACE, IN_TERMINAL], ids=str)
def test_switching_it_off_keeps_the_rule_under_another_name(
    tmp_path: Path, spot: Spot, mode: Mode
) -> None:
    text = spot.text(NAME, "fdrl_made_up")
    machine = login_only().with_env(**OTHERS).with_files({spot.path: text})
    seen = reviewed(machine, tmp_path, NEWEST, mode)
    (marked,) = marked_by(RULE, seen)

    best = marked.found.fixes[0]

    assert best.id == f"switch-off:{NAME}@{spot.nickname}"
    assert best.safety is Safety.SAFE
    assert best.title.endswith(f": bills {PLAN}")
    assert changed_texts(best, seen) == {spot.path: text.replace(f'"{NAME}"', f'"{NAME}_OFF"')}
    assert RULE not in rules_of(after_fix(best, seen))


def test_cancelling_the_shells_rule_bills_the_login_again(tmp_path: Path) -> None:
    seen = reviewed(IN_SHELL, tmp_path, NEWEST)
    ((found, _),) = variables_marked_by(RULE, seen)

    (best,) = found.fixes
    assert (best.id, best.safety) == (f"cancel:{NAME}@user", Safety.SAFE)
    ((path, text),) = changed_texts(best, seen).items()
    assert (path, json.loads(text or "")) == (USER, {"env": {NAME: ""}})
    assert RULE not in rules_of(after_fix(best, seen))
    assert after_fix(best, seen).route.label == PLAN


def test_it_says_what_to_run_and_which_line_of_the_shell_to_remove(tmp_path: Path) -> None:
    machine = IN_SHELL.with_files({".zshrc": f"export {NAME}=fdrl_made_up\n"})
    seen = reviewed(machine, tmp_path, NEWEST)

    ((found, _),) = variables_marked_by(RULE, seen)

    assert commands_of(found) == [f"unset {NAME}"]
    assert f"{seen.machine.home}/.zshrc, line 1" in found.finding.commands[0].purpose


def test_it_shows_no_secret(tmp_path: Path) -> None:
    shown = as_json(reviewed(IN_SHELL, tmp_path / "a", NEWEST))
    assert RULE in shown
    assert_no_canary(shown)

    shown = as_json(reviewed(login_only().with_files({USER: {"env": NEEDED}}), tmp_path / "b"))
    assert RULE in shown
    assert_no_canary(shown)
