"""Rule api-key-headless-only: when it fires, on which text, and when it must not."""

from __future__ import annotations

from pathlib import Path
from typing import cast

import pytest

from billing_lens.billing.expectation import Wish
from billing_lens.machine.machine import Mode
from tests.machines import MadeUpMachine
from tests.rules.reviewed import LOGIN, STATE, reviewed
from tests.rules.spots import (
    KEY,
    NEWEST,
    SPOTS,
    Spot,
    login_only,
    rules_of,
)

RULE = "api-key-headless-only"
NAME = "ANTHROPIC_API_KEY"
SEVERITIES = [(Mode.HEADLESS, "error"), (Mode.INTERACTIVE, "warning")]


def answered(
    rejected: list[str], approved: list[str] | None = None, machine: MadeUpMachine | None = None
) -> MadeUpMachine:
    """Return a machine that remembers these answers to Claude Code's question about keys."""
    machine = machine or login_only()
    state = cast("dict[str, object]", machine.files[STATE])
    answers = {"approved": approved or [], "rejected": rejected}
    return machine.with_files({STATE: {**state, "customApiKeyResponses": answers}})


REFUSED = answered([KEY[-20:]])
IN_SHELL = REFUSED.with_env(ANTHROPIC_API_KEY=KEY)


@pytest.mark.parametrize("mode", list(Mode))
@pytest.mark.parametrize("spot", [it for it in SPOTS if it.in_editor], ids=str)
def test_in_the_editor_the_no_holds(tmp_path: Path, spot: Spot, mode: Mode) -> None:
    machine = REFUSED.with_files({spot.path: spot.text(NAME, KEY)})

    assert rules_of(reviewed(machine, tmp_path, NEWEST, mode)) == spot.told_anyway


def test_it_takes_the_place_of_the_rule_on_keys_nobody_was_asked_about(tmp_path: Path) -> None:
    assert rules_of(reviewed(IN_SHELL, tmp_path / "a", NEWEST)) == [RULE]

    unasked = answered([]).with_env(ANTHROPIC_API_KEY=KEY)
    assert rules_of(reviewed(unasked, tmp_path / "b", NEWEST)) == ["api-key-overrides-login"]


@pytest.mark.parametrize("mode", list(Mode))
@pytest.mark.parametrize(
    "machine",
    [
        pytest.param(
            answered([], [KEY[-20:]]).with_env(ANTHROPIC_API_KEY=KEY), id="the key was approved"
        ),
        pytest.param(
            answered([KEY[-20:]], [KEY[-20:]]).with_env(ANTHROPIC_API_KEY=KEY),
            id="approved later than refused",
        ),
        pytest.param(
            answered([KEY[-19:]]).with_env(ANTHROPIC_API_KEY=KEY), id="another key was refused"
        ),
        pytest.param(IN_SHELL.with_env(ANTHROPIC_AUTH_TOKEN="t"), id="a token comes first"),
        pytest.param(
            answered([KEY[-20:]], machine=login_only().without(LOGIN)).with_files(
                {STATE: {"customApiKeyResponses": {"approved": [], "rejected": [KEY[-20:]]}}}
            ),
            id="nobody expects a subscription",
        ),
    ],
)
def test_it_is_silent_when_no_refused_key_pays(
    tmp_path: Path, machine: MadeUpMachine, mode: Mode
) -> None:
    assert RULE not in rules_of(reviewed(machine, tmp_path, NEWEST, mode))


def test_it_is_silent_when_headless_runs_should_be_billed_by_usage(tmp_path: Path) -> None:
    wish = Wish("api_usage", None, "said")

    assert RULE not in rules_of(reviewed(IN_SHELL, tmp_path, NEWEST, Mode.HEADLESS, wish))
