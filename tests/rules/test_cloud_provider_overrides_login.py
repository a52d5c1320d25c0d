"""Rule cloud-provider-overrides-login: when it fires, on which text, and when it must not."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from billing_lens.billing.expectation import Wish
from billing_lens.billing.sources import Billing
from billing_lens.fixes.fix import Safety
from billing_lens.machine.machine import Mode
from tests.machines import MadeUpMachine, assert_no_canary
from tests.rules.reviewed import LOGIN, STATE, marked_by, reviewed, variables_marked_by
from tests.rules.spots import (
    MANAGED,
    NEWEST,
    PLAN,
    SPOTS,
    TO_THE_LOGIN,
    USER,
    VSCODE,
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

RULE = "cloud-provider-overrides-login"
SWITCH = "CLAUDE_CODE_USE_BEDROCK"
SWITCHED_ON = login_only().with_env(CLAUDE_CODE_USE_BEDROCK="1")


@pytest.mark.parametrize("mode", list(Mode))
@pytest.mark.parametrize(
    ("switch", "provider"),
    [
        ("CLAUDE_CODE_USE_BEDROCK", "Amazon Bedrock"),
        ("CLAUDE_CODE_USE_FOUNDRY", "Microsoft Foundry"),
        ("CLAUDE_CODE_USE_ANTHROPIC_AWS", "Anthropic on AWS"),
        ("CLAUDE_CODE_USE_MANTLE", "Mantle"),
        ("CLAUDE_CODE_USE_VERTEX", "Google Vertex AI"),
    ],
)
def test_it_names_the_switch_the_provider_and_the_login(
    tmp_path: Path, switch: str, provider: str, mode: Mode
) -> None:
    seen = reviewed(login_only().with_env(**{switch: "1"}), tmp_path, NEWEST, mode)

    ((found, variable),) = variables_marked_by(RULE, seen)
    assert variable == switch
    assert found.finding.severity.value == "error"
    assert found.finding.message == (
        f"Claude Code bills {provider} instead of your Claude Max login: "
        f"{switch} is switched on by your shell."
    )
    assert is_readable(found)
    assert related_to(found, seen) == TO_THE_LOGIN


@pytest.mark.parametrize("mode", list(Mode))
@pytest.mark.parametrize("spot", SPOTS, ids=str)
def test_it_marks_the_switch_wherever_it_is_set(tmp_path: Path, spot: Spot, mode: Mode) -> None:
    machine = login_only().with_files({spot.path: spot.text(SWITCH, "true")})

    (marked,) = marked_by(RULE, reviewed(machine, tmp_path, NEWEST, mode))

    assert (marked.path, marked.pointer) == (spot.path, spot.pointer(SWITCH))
    assert marked.text == spot.marked(SWITCH, "true")
    assert marked.severity == ("warning" if spot.in_editor else "error")
    assert marked.found.finding.message.startswith(f"{spot.run}Claude Code bills Amazon Bedrock")
    assert spot.setter in marked.found.finding.message


@pytest.mark.parametrize("spot", SPOTS, ids=str)
def test_switching_it_off_changes_its_name_and_nothing_else(tmp_path: Path, spot: Spot) -> None:
    text = spot.text(SWITCH, "true")
    seen = reviewed(login_only().with_files({spot.path: text}), tmp_path, NEWEST)
    (marked,) = marked_by(RULE, seen)

    best = marked.found.fixes[0]

    assert best.id == f"switch-off:{SWITCH}@{spot.nickname}"
    assert best.safety is Safety.SAFE
    assert best.title.endswith(f": bills {PLAN}")
    assert changed_texts(best, seen) == {spot.path: text.replace(f'"{SWITCH}"', f'"{SWITCH}_OFF"')}
    assert rules_of(after_fix(best, seen)) == []


@pytest.mark.parametrize("value", [1, True, "1", "TRUE", "Yes", "on", " on "])
def test_every_way_to_switch_it_on_counts_in_settings(tmp_path: Path, value: object) -> None:
    machine = login_only().with_files({USER: {"env": {SWITCH: value}}})

    (marked,) = marked_by(RULE, reviewed(machine, tmp_path, NEWEST))

    assert marked.pointer == f"/env/{SWITCH}"


@pytest.mark.parametrize(
    "machine",
    [
        pytest.param(SWITCHED_ON.with_env(**{SWITCH: "0"}), id="0"),
        pytest.param(SWITCHED_ON.with_env(**{SWITCH: "false"}), id="false"),
        pytest.param(SWITCHED_ON.with_env(**{SWITCH: "2"}), id="2"),
        pytest.param(SWITCHED_ON.with_env(**{SWITCH: ""}), id="empty"),
        pytest.param(login_only().with_files({USER: {"env": {SWITCH: False}}}), id="JSON false"),
        pytest.param(
            SWITCHED_ON.with_files({USER: {"env": {SWITCH: ""}}}), id="cancelled in the settings"
        ),
        pytest.param(
            login_only().with_files({USER: {"env": {f"{SWITCH}_OFF": "1"}}}), id="renamed"
        ),
        pytest.param(
            login_only().with_files({VSCODE: {"terminal.integrated.env.osx": {SWITCH: "1"}}}),
            id="another platform's terminal",
        ),
        pytest.param(SWITCHED_ON.without(LOGIN, STATE), id="nobody expects a subscription"),
    ],
)
def test_it_is_silent_when_nothing_is_switched_on(tmp_path: Path, machine: MadeUpMachine) -> None:
    assert RULE not in rules_of(reviewed(machine, tmp_path, NEWEST))


def test_it_is_silent_when_the_provider_is_what_should_pay(tmp_path: Path) -> None:
    wish = Wish("cloud_provider", None, "said")

    assert RULE not in rules_of(reviewed(SWITCHED_ON, tmp_path / "a", NEWEST, wish=wish))
    assert RULE in rules_of(reviewed(SWITCHED_ON, tmp_path / "b", NEWEST))


def test_cancelling_the_shells_switch_writes_an_empty_one(tmp_path: Path) -> None:
    seen = reviewed(SWITCHED_ON, tmp_path, NEWEST)
    ((found, _),) = variables_marked_by(RULE, seen)

    assert fixes_of(found) == [f"cancel:{SWITCH}@user"]
    best = found.fixes[0]
    assert (best.safety, best.resulting.billing) == (Safety.SAFE, Billing.SUBSCRIPTION)
    ((path, text),) = changed_texts(best, seen).items()
    assert (path, json.loads(text or "")) == (USER, {"env": {SWITCH: ""}})
    assert rules_of(after_fix(best, seen)) == []


def test_it_says_what_to_run_and_which_line_of_the_shell_to_remove(tmp_path: Path) -> None:
    machine = SWITCHED_ON.with_files({".bashrc": f"# cloud\n\nexport {SWITCH}=1\n"})
    seen = reviewed(machine, tmp_path, NEWEST)

    ((found, _),) = variables_marked_by(RULE, seen)

    assert commands_of(found) == [f"unset {SWITCH}"]
    assert f"{seen.machine.home}/.bashrc, line 3" in found.finding.commands[0].purpose


def test_with_two_providers_on_taking_out_the_first_is_not_safe(tmp_path: Path) -> None:
    seen = reviewed(SWITCHED_ON.with_env(CLAUDE_CODE_USE_VERTEX="1"), tmp_path, NEWEST)

    ((found, variable),) = variables_marked_by(RULE, seen)

    assert variable == SWITCH
    (offer,) = found.fixes
    assert offer.safety is Safety.UNSAFE
    assert offer.title.endswith(": bills Google Vertex AI")


def test_what_an_administrator_switches_on_no_fix_switches_off(tmp_path: Path) -> None:
    machine = login_only().with_files({MANAGED: {"env": {SWITCH: "1"}}})

    (found,) = reviewed(machine, tmp_path, NEWEST).findings

    assert found.finding.rule == RULE
    assert "your administrator's managed settings" in found.finding.message
    assert (fixes_of(found), commands_of(found)) == ([], [])


@pytest.mark.parametrize(("version", "counts"), [("2.1.168", True), ("2.1.169", False)])
def test_on_the_desktop_a_projects_switch_counts_in_older_versions(
    tmp_path: Path, version: str, counts: bool
) -> None:
    machine = login_only().with_env(CLAUDE_CODE_ENTRYPOINT="claude-desktop")
    machine = machine.with_files({"proj/.claude/settings.json": {"env": {SWITCH: "1"}}})

    marked = marked_by(RULE, reviewed(machine, tmp_path, version, Mode.HEADLESS))

    assert [it.severity for it in marked if it.severity == "error"] == ["error"] * counts


def test_it_shows_no_secret(tmp_path: Path) -> None:
    shown = as_json(reviewed(SWITCHED_ON, tmp_path, NEWEST))

    assert RULE in shown
    assert_no_canary(shown)
