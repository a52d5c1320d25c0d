"""Rule federation-overrides-login: when it fires, on which text, and when it must not."""

from __future__ import annotations

from pathlib import Path

import pytest

from billing_lens.billing.expectation import Wish
from tests.machines import CANARY, CONSOLE_ORGANIZATION, MadeUpMachine, headline
from tests.rules.reviewed import LOGIN, STATE, reviewed, variables_marked_by
from tests.rules.spots import (
    NEWEST,
    login_only,
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


@pytest.mark.parametrize(
    "machine",
    [
        pytest.param(IN_SHELL.without("ANTHROPIC_ORGANIZATION_ID"), id="no organization"),
        pytest.param(IN_SHELL.without(NAME), id="no rule"),
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
