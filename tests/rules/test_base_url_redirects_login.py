"""Rule base-url-redirects-login: when it fires, on which text, and when it must not."""

from __future__ import annotations

from pathlib import Path

import pytest

from billing_lens.billing.expectation import Wish
from billing_lens.machine.machine import Mode
from tests.machines import CANARY, MadeUpMachine
from tests.rules.reviewed import LOGIN, marked_by, reviewed, variables_marked_by
from tests.rules.spots import (
    NEWEST,
    VSCODE,
    login_only,
    rules_of,
)

RULE = "base-url-redirects-login"
NAME = "ANTHROPIC_BASE_URL"
ELSEWHERE = "https://proxy.example.com:8443/v1"
IN_SHELL = login_only().with_env(ANTHROPIC_BASE_URL=ELSEWHERE)


def test_an_oauth_token_is_sent_elsewhere_too(tmp_path: Path) -> None:
    machine = IN_SHELL.without(LOGIN).with_env(CLAUDE_CODE_OAUTH_TOKEN=f"sk-ant-oat01-{CANARY}")

    assert RULE in rules_of(reviewed(machine, tmp_path, NEWEST))


@pytest.mark.parametrize("mode", list(Mode))
@pytest.mark.parametrize(
    "machine",
    [
        pytest.param(
            IN_SHELL.with_env(ANTHROPIC_BASE_URL="https://api.anthropic.com/"), id="Anthropic's own"
        ),
        pytest.param(
            IN_SHELL.with_env(ANTHROPIC_BASE_URL="https://eu.api.Anthropic.com"),
            id="another of Anthropic's own",
        ),
        pytest.param(IN_SHELL.with_env(ANTHROPIC_AUTH_TOKEN="t"), id="a gateway's own token"),
        pytest.param(IN_SHELL.with_env(CLAUDE_CODE_USE_VERTEX="1"), id="a cloud provider"),
        pytest.param(IN_SHELL.without(LOGIN), id="no token to send"),
    ],
)
def test_it_is_silent_when_no_subscriptions_token_leaves(
    tmp_path: Path, machine: MadeUpMachine, mode: Mode
) -> None:
    assert RULE not in rules_of(reviewed(machine, tmp_path, NEWEST, mode))


@pytest.mark.parametrize(
    "address", ["https://anthropic.com.example.com", "http://notanthropic.com", "http://127.0.0.1"]
)
def test_a_host_that_only_looks_like_anthropics_is_told(tmp_path: Path, address: str) -> None:
    machine = IN_SHELL.with_env(ANTHROPIC_BASE_URL=address)

    ((found, _),) = variables_marked_by(RULE, reviewed(machine, tmp_path, NEWEST))

    assert f"to {address.partition('//')[2]}," in found.finding.message


@pytest.mark.parametrize("billing", ["subscription", "any", None])
def test_it_fires_whatever_should_pay(tmp_path: Path, billing: str | None) -> None:
    seen = reviewed(IN_SHELL, tmp_path, NEWEST, wish=Wish(billing, None, "said"))

    ((_, variable),) = variables_marked_by(RULE, seen)
    assert variable == NAME


def test_vs_codes_settings_may_hold_comments(tmp_path: Path) -> None:
    text = f'{{ // mine\n "terminal.integrated.env.linux": {{"{NAME}": "{ELSEWHERE}",}} }}'
    machine = login_only().with_files({VSCODE: text})

    (marked,) = marked_by(RULE, reviewed(machine, tmp_path, NEWEST))

    assert marked.text == f'"{NAME}": "{ELSEWHERE}"'
