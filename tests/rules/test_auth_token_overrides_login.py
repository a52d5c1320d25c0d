"""Rule auth-token-overrides-login: when it fires, on which text, and when it must not."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from billing_lens.billing.expectation import Wish
from billing_lens.fixes.fix import Safety
from billing_lens.machine.machine import Mode
from tests.machines import CANARY, MadeUpMachine, assert_no_canary
from tests.rules.reviewed import LOGIN, STATE, marked_by, reviewed, variables_marked_by
from tests.rules.spots import (
    IN_PROJECT,
    MANAGED,
    NEWEST,
    PLAN,
    SPOTS,
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

RULE = "auth-token-overrides-login"
TOKEN = "ANTHROPIC_AUTH_TOKEN"
VALUE = f"made-up-bearer-{CANARY}"
IN_SHELL = login_only().with_env(ANTHROPIC_AUTH_TOKEN=VALUE)
WITH_GATEWAY = IN_SHELL.with_env(ANTHROPIC_BASE_URL="https://gateway.example.com/v1")
SUBSCRIPTION = Wish("subscription", None, "said")


@pytest.mark.parametrize("mode", list(Mode))
def test_it_names_the_token_of_the_shell_and_points_to_the_login(
    tmp_path: Path, mode: Mode
) -> None:
    seen = reviewed(IN_SHELL, tmp_path, NEWEST, mode)

    ((found, variable),) = variables_marked_by(RULE, seen)
    assert variable == TOKEN
    assert found.finding.severity.value == "error"
    message = found.finding.message
    assert message.startswith("Claude Code bills API usage instead of your Claude Max login: ")
    assert "ANTHROPIC_AUTH_TOKEN, set by your shell" in message
    assert is_readable(found)
    assert related_to(found, seen) == TO_THE_LOGIN


@pytest.mark.parametrize("mode", list(Mode))
@pytest.mark.parametrize("spot", SPOTS, ids=str)
def test_it_marks_the_token_wherever_it_is_set(tmp_path: Path, spot: Spot, mode: Mode) -> None:
    machine = login_only().with_files({spot.path: spot.text(TOKEN, VALUE)})

    (marked,) = marked_by(RULE, reviewed(machine, tmp_path, NEWEST, mode))

    assert (marked.path, marked.pointer) == (spot.path, spot.pointer(TOKEN))
    assert marked.text == spot.marked(TOKEN, VALUE)
    assert marked.severity == ("warning" if spot.in_editor else "error")
    assert marked.found.finding.message.startswith(f"{spot.run}Claude Code bills API usage")
    assert f"set by {spot.setter}" in marked.found.finding.message


@pytest.mark.parametrize("spot", SPOTS, ids=str)
def test_switching_it_off_keeps_the_token_under_another_name(tmp_path: Path, spot: Spot) -> None:
    text = spot.text(TOKEN, VALUE)
    seen = reviewed(login_only().with_files({spot.path: text}), tmp_path, NEWEST)
    (marked,) = marked_by(RULE, seen)

    best = marked.found.fixes[0]

    assert best.id == f"switch-off:{TOKEN}@{spot.nickname}"
    assert best.safety is Safety.SAFE
    assert best.title.endswith(f": bills {PLAN}")
    assert changed_texts(best, seen) == {spot.path: text.replace(f'"{TOKEN}"', f'"{TOKEN}_OFF"')}
    assert RULE not in rules_of(after_fix(best, seen))


def test_a_projects_token_can_be_cancelled_without_touching_the_shared_file(
    tmp_path: Path,
) -> None:
    machine = login_only().with_files({IN_PROJECT.path: IN_PROJECT.text(TOKEN, VALUE)})
    seen = reviewed(machine, tmp_path, NEWEST)
    (marked,) = marked_by(RULE, seen)

    cancel = marked.found.fixes[1]

    assert (cancel.id, cancel.safety) == (f"cancel:{TOKEN}@local", Safety.SAFE)
    ((path, text),) = changed_texts(cancel, seen).items()
    assert path == "proj/.claude/settings.local.json"
    assert json.loads(text or "") == {"env": {TOKEN: ""}}


def test_cancelling_the_shells_token_keeps_what_the_settings_hold(tmp_path: Path) -> None:
    settings = {"model": "opus", "env": {"KEPT": "1"}}
    seen = reviewed(IN_SHELL.with_files({USER: settings}), tmp_path, NEWEST)
    ((found, _),) = variables_marked_by(RULE, seen)

    assert fixes_of(found) == [f"cancel:{TOKEN}@user"]
    best = found.fixes[0]
    assert best.safety is Safety.SAFE
    ((path, text),) = changed_texts(best, seen).items()
    expected = {"model": "opus", "env": {"KEPT": "1", TOKEN: ""}}
    assert (path, text) == (USER, json.dumps(expected, indent=2))
    assert rules_of(after_fix(best, seen)) == []


def test_it_says_what_to_run_and_which_line_of_the_shell_to_remove(tmp_path: Path) -> None:
    line = f"  export {TOKEN}={VALUE}\n"
    seen = reviewed(IN_SHELL.with_files({".zshrc": line}), tmp_path, NEWEST)

    ((found, _),) = variables_marked_by(RULE, seen)

    assert commands_of(found) == [f"unset {TOKEN}"]
    assert f"{seen.machine.home}/.zshrc, line 1" in found.finding.commands[0].purpose


@pytest.mark.parametrize(
    "machine",
    [
        pytest.param(login_only(), id="no token"),
        pytest.param(IN_SHELL.with_env(ANTHROPIC_AUTH_TOKEN="  "), id="a blank token"),
        pytest.param(
            IN_SHELL.with_files({USER: {"env": {TOKEN: ""}}}), id="cancelled in the settings"
        ),
        pytest.param(
            login_only().with_files({USER: {"env": {f"{TOKEN}_OFF": VALUE}}}), id="renamed"
        ),
        pytest.param(
            login_only().with_files({"proj/.env": f"{TOKEN}={VALUE}\n"}), id="a project's .env"
        ),
        pytest.param(
            IN_SHELL.with_env(CLAUDE_CODE_USE_BEDROCK="1"), id="a cloud provider comes first"
        ),
        pytest.param(IN_SHELL.without(LOGIN, STATE), id="nobody expects a subscription"),
    ],
)
def test_it_is_silent_when_no_token_beats_a_subscription(
    tmp_path: Path, machine: MadeUpMachine
) -> None:
    assert RULE not in rules_of(reviewed(machine, tmp_path, NEWEST))


def test_a_token_with_its_gateway_counts_as_meant_until_the_user_says_otherwise(
    tmp_path: Path,
) -> None:
    assert RULE not in rules_of(reviewed(WITH_GATEWAY, tmp_path / "a", NEWEST))

    seen = reviewed(WITH_GATEWAY, tmp_path / "b", NEWEST, wish=SUBSCRIPTION)
    ((found, variable),) = variables_marked_by(RULE, seen)
    assert (variable, found.finding.severity.value) == (TOKEN, "error")
    assert "bills Gateway gateway.example.com instead of" in found.finding.message


def test_a_token_sent_to_anthropics_own_host_is_no_gateway(tmp_path: Path) -> None:
    machine = IN_SHELL.with_env(ANTHROPIC_BASE_URL="https://api.anthropic.com")

    assert RULE in rules_of(reviewed(machine, tmp_path, NEWEST))


def test_a_key_beside_the_token_is_not_blamed(tmp_path: Path) -> None:
    machine = IN_SHELL.with_env(ANTHROPIC_API_KEY=f"sk-ant-api03-{CANARY}")

    assert rules_of(reviewed(machine, tmp_path, NEWEST, Mode.HEADLESS)) == [RULE]


def test_with_a_key_behind_the_token_cancelling_the_token_is_not_safe(tmp_path: Path) -> None:
    machine = IN_SHELL.with_env(ANTHROPIC_API_KEY=f"sk-ant-api03-{CANARY}")

    seen = reviewed(machine, tmp_path, NEWEST, Mode.HEADLESS)

    ((found, _),) = variables_marked_by(RULE, seen)
    assert [offer.id for offer in found.fixes if offer.safety is Safety.SAFE] == []


@pytest.mark.parametrize(("version", "counts"), [("2.1.168", True), ("2.1.169", False)])
def test_on_the_desktop_the_login_comes_before_a_token_but_keys_of_projects_once_counted(
    tmp_path: Path, version: str, counts: bool
) -> None:
    machine = login_only().without(LOGIN).with_env(CLAUDE_CODE_ENTRYPOINT="claude-desktop")
    machine = machine.with_files({IN_PROJECT.path: IN_PROJECT.text(TOKEN, VALUE)})

    seen = reviewed(machine, tmp_path / "a", version, Mode.HEADLESS)
    assert [it.severity for it in marked_by(RULE, seen) if it.severity == "error"] == (
        ["error"] * counts
    )
    logged_in = machine.with_files({LOGIN: login_only().files[LOGIN]})
    seen = reviewed(logged_in, tmp_path / "b", version, Mode.HEADLESS)
    assert seen.as_expected is True


def test_what_an_administrator_sets_no_fix_takes_back(tmp_path: Path) -> None:
    machine = login_only().with_files({MANAGED: {"env": {TOKEN: VALUE}}})

    (found,) = reviewed(machine, tmp_path, NEWEST).findings

    assert found.finding.rule == RULE
    assert "your administrator's managed settings" in found.finding.message
    assert (fixes_of(found), commands_of(found)) == ([], [])


def test_it_shows_no_secret(tmp_path: Path) -> None:
    line = {".zshrc": f"export {TOKEN}={VALUE}\n"}
    for number, machine in enumerate(
        (
            IN_SHELL.with_files(line),
            *(login_only().with_files({it.path: it.text(TOKEN, VALUE)}) for it in SPOTS),
        )
    ):
        shown = as_json(reviewed(machine, tmp_path / str(number), NEWEST))
        assert RULE in shown
        assert_no_canary(shown)
