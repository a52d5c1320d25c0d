"""Rule auth-token-overrides-login: when it fires, on which text, and when it must not."""

from __future__ import annotations

from pathlib import Path

import pytest

from billing_lens.billing.expectation import Wish
from billing_lens.fixes.fix import Safety
from billing_lens.machine.machine import Mode
from tests.machines import CANARY, MadeUpMachine
from tests.rules.reviewed import LOGIN, STATE, marked_by, reviewed, variables_marked_by
from tests.rules.spots import (
    IN_PROJECT,
    NEWEST,
    login_only,
    rules_of,
)

RULE = "auth-token-overrides-login"
TOKEN = "ANTHROPIC_AUTH_TOKEN"
VALUE = f"made-up-bearer-{CANARY}"
IN_SHELL = login_only().with_env(ANTHROPIC_AUTH_TOKEN=VALUE)
WITH_GATEWAY = IN_SHELL.with_env(ANTHROPIC_BASE_URL="https://gateway.example.com/v1")
SUBSCRIPTION = Wish("subscription", None, "said")


@pytest.mark.parametrize(
    "machine",
    [
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
