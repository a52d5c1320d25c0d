"""Rule cloud-provider-overrides-login: when it fires, on which text, and when it must not."""

from __future__ import annotations

from pathlib import Path

import pytest

from billing_lens.billing.expectation import Wish
from billing_lens.fixes.fix import Safety
from billing_lens.machine.machine import Mode
from tests.machines import MadeUpMachine
from tests.rules.reviewed import LOGIN, STATE, marked_by, reviewed, variables_marked_by
from tests.rules.spots import (
    NEWEST,
    TO_THE_LOGIN,
    USER,
    VSCODE,
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


def test_with_two_providers_on_taking_out_the_first_is_not_safe(tmp_path: Path) -> None:
    seen = reviewed(SWITCHED_ON.with_env(CLAUDE_CODE_USE_VERTEX="1"), tmp_path, NEWEST)

    ((found, variable),) = variables_marked_by(RULE, seen)

    assert variable == SWITCH
    (offer,) = found.fixes
    assert offer.safety is Safety.UNSAFE
    assert offer.title.endswith(": bills Google Vertex AI")


@pytest.mark.parametrize(("version", "counts"), [("2.1.168", True), ("2.1.169", False)])
def test_on_the_desktop_a_projects_switch_counts_in_older_versions(
    tmp_path: Path, version: str, counts: bool
) -> None:
    machine = login_only().with_env(CLAUDE_CODE_ENTRYPOINT="claude-desktop")
    machine = machine.with_files({"proj/.claude/settings.json": {"env": {SWITCH: "1"}}})

    marked = marked_by(RULE, reviewed(machine, tmp_path, version, Mode.HEADLESS))

    assert [it.severity for it in marked if it.severity == "error"] == ["error"] * counts
