"""Rule api-key-headless-only: when it fires, on which text, and when it must not."""

from __future__ import annotations

import json
from pathlib import Path
from typing import cast

import pytest

from billing_lens.billing.expectation import Wish
from billing_lens.fixes.fix import Safety
from billing_lens.machine.machine import Mode
from tests.machines import MadeUpMachine, assert_no_canary
from tests.rules.reviewed import LOGIN, STATE, marked_by, reviewed, variables_marked_by
from tests.rules.spots import (
    IN_SETTINGS,
    KEY,
    NEWEST,
    PLAN,
    SPOTS,
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


@pytest.mark.parametrize(("mode", "severity"), SEVERITIES)
def test_it_names_the_key_that_was_refused_and_points_to_the_refusal(
    tmp_path: Path, mode: Mode, severity: str
) -> None:
    seen = reviewed(IN_SHELL, tmp_path, NEWEST, mode)

    ((found, variable),) = variables_marked_by(RULE, seen)
    assert (variable, found.finding.severity.value) == (NAME, severity)
    message = found.finding.message
    assert "`claude -p` and CI bill API usage instead of your Claude Max login" in message
    assert "although you refused it" in message
    assert is_readable(found)
    assert related_to(found, seen) == [
        (STATE, "/customApiKeyResponses/rejected"),
        (LOGIN, "/claudeAiOauth"),
    ]


@pytest.mark.parametrize("spot", IN_SETTINGS, ids=str)
@pytest.mark.parametrize(("mode", "severity"), SEVERITIES)
def test_it_marks_a_refused_key_wherever_it_is_set(
    tmp_path: Path, spot: Spot, mode: Mode, severity: str
) -> None:
    machine = REFUSED.with_files({spot.path: spot.text(NAME, KEY)})

    (marked,) = marked_by(RULE, reviewed(machine, tmp_path, NEWEST, mode))

    assert (marked.path, marked.pointer) == (spot.path, spot.pointer(NAME))
    assert marked.text == spot.marked(NAME, KEY)
    assert marked.severity == severity


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
        pytest.param(REFUSED, id="no key is set"),
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
        pytest.param(
            IN_SHELL.with_files({USER: {"env": {NAME: ""}}}), id="cancelled in the settings"
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


@pytest.mark.parametrize("version", ["2.1.117", "2.1.118", "2.1.153", "2.1.154", NEWEST])
def test_it_fires_in_every_version(tmp_path: Path, version: str) -> None:
    assert rules_of(reviewed(IN_SHELL, tmp_path, version)) == [RULE]


@pytest.mark.parametrize("mode", list(Mode))
@pytest.mark.parametrize("spot", IN_SETTINGS, ids=str)
def test_switching_it_off_keeps_the_key_under_another_name(
    tmp_path: Path, spot: Spot, mode: Mode
) -> None:
    text = spot.text(NAME, KEY)
    seen = reviewed(REFUSED.with_files({spot.path: text}), tmp_path, NEWEST, mode)
    (marked,) = marked_by(RULE, seen)

    best = marked.found.fixes[0]

    assert best.id == f"switch-off:{NAME}@{spot.nickname}"
    assert best.safety is Safety.SAFE
    assert best.title.endswith(f": bills {PLAN}")
    assert changed_texts(best, seen) == {spot.path: text.replace(f'"{NAME}"', f'"{NAME}_OFF"')}
    assert RULE not in rules_of(after_fix(best, seen))


def test_cancelling_the_shells_key_reaches_headless_runs(tmp_path: Path) -> None:
    seen = reviewed(IN_SHELL, tmp_path, NEWEST, Mode.HEADLESS)
    ((found, _),) = variables_marked_by(RULE, seen)

    assert fixes_of(found) == [f"cancel:{NAME}@user"]
    best = found.fixes[0]
    assert best.safety is Safety.SAFE
    assert best.title.endswith(f": bills {PLAN}")
    ((path, text),) = changed_texts(best, seen).items()
    assert (path, json.loads(text or "")) == (USER, {"env": {NAME: ""}})
    after = after_fix(best, seen)
    assert (after.route.label, after.other.label, rules_of(after)) == (PLAN, PLAN, [])


def test_it_says_what_to_run_and_which_line_of_the_shell_to_remove(tmp_path: Path) -> None:
    machine = IN_SHELL.with_files({".zshenv": f"\nexport {NAME}={KEY}\n"})
    seen = reviewed(machine, tmp_path, NEWEST)

    ((found, _),) = variables_marked_by(RULE, seen)

    assert commands_of(found) == [f"unset {NAME}"]
    assert f"{seen.machine.home}/.zshenv, line 2" in found.finding.commands[0].purpose


def test_it_shows_no_secret(tmp_path: Path) -> None:
    machine = IN_SHELL.with_files({".zshrc": f"export {NAME}={KEY}\n"})
    for mode in Mode:
        shown = as_json(reviewed(machine, tmp_path / mode.value, NEWEST, mode))
        assert RULE in shown
        assert_no_canary(shown)
