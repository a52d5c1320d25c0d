"""Rule api-key-overrides-login: when it fires, on which text, and when it must not."""

from __future__ import annotations

from pathlib import Path
from typing import cast

import pytest

from billing_lens.billing.expectation import Wish
from billing_lens.machine.machine import Mode
from tests.machines import MadeUpMachine, headline
from tests.rules.reviewed import LOGIN, STATE, marked_by, reviewed, variables_marked_by
from tests.rules.spots import (
    IN_SETTINGS,
    KEY,
    NEWEST,
    SPOTS,
    TO_THE_LOGIN,
    USER,
    Spot,
    commands_of,
    fixes_of,
    is_readable,
    login_only,
    related_to,
    rules_of,
)

RULE = "api-key-overrides-login"
NAME = "ANTHROPIC_API_KEY"
IN_SHELL = login_only().with_env(ANTHROPIC_API_KEY=KEY)


def remembering(machine: MadeUpMachine, **members: object) -> MadeUpMachine:
    """Return `machine` with members added to Claude Code's state file."""
    return machine.with_files(
        {STATE: {**cast("dict[str, object]", machine.files[STATE]), **members}}
    )


def approving(machine: MadeUpMachine) -> MadeUpMachine:
    """Return `machine` with the key approved in Claude Code's dialog."""
    return remembering(machine, customApiKeyResponses={"approved": [KEY[-20:]], "rejected": []})


@pytest.mark.parametrize(
    ("machine", "mode", "severity", "run"),
    [
        (IN_SHELL, Mode.HEADLESS, "error", "Claude Code bills"),
        (IN_SHELL, Mode.INTERACTIVE, "warning", "In headless runs, Claude Code bills"),
        (approving(IN_SHELL), Mode.HEADLESS, "error", "Claude Code bills"),
        (approving(IN_SHELL), Mode.INTERACTIVE, "error", "Claude Code bills"),
    ],
)
def test_a_key_of_the_shell_pays_headless_and_once_approved_everywhere(
    tmp_path: Path, machine: MadeUpMachine, mode: Mode, severity: str, run: str
) -> None:
    seen = reviewed(machine, tmp_path, NEWEST, mode)

    ((found, variable),) = variables_marked_by(RULE, seen)
    assert (variable, found.finding.severity.value) == (NAME, severity)
    message = found.finding.message
    assert message.startswith(f"{run} API usage instead of your Claude Max login: ")
    assert "ANTHROPIC_API_KEY, set by your shell" in message
    assert is_readable(found)
    assert related_to(found, seen) == TO_THE_LOGIN


@pytest.mark.parametrize("spot", IN_SETTINGS, ids=str)
@pytest.mark.parametrize(
    ("mode", "severity"), [(Mode.HEADLESS, "error"), (Mode.INTERACTIVE, "warning")]
)
def test_a_key_nobody_approved_pays_only_headless(
    tmp_path: Path, spot: Spot, mode: Mode, severity: str
) -> None:
    machine = login_only().with_files({spot.path: spot.text(NAME, KEY)})

    (marked,) = marked_by(RULE, reviewed(machine, tmp_path, NEWEST, mode))

    assert (marked.path, marked.severity) == (spot.path, severity)


@pytest.mark.parametrize("spot", [it for it in SPOTS if it.in_editor], ids=str)
def test_in_the_editor_a_key_nobody_approved_does_not_count(tmp_path: Path, spot: Spot) -> None:
    machine = login_only().with_files({spot.path: spot.text(NAME, KEY)})

    assert RULE not in rules_of(reviewed(machine, tmp_path, NEWEST))


def test_a_name_that_is_taken_is_not_taken_twice(tmp_path: Path) -> None:
    settings = {"env": {NAME: KEY, f"{NAME}_OFF": "an older one"}}
    seen = reviewed(login_only().with_files({USER: settings}), tmp_path, NEWEST, Mode.HEADLESS)

    (marked,) = marked_by(RULE, seen)

    assert fixes_of(marked.found) == []


@pytest.mark.parametrize(
    ("file", "text", "line"),
    [
        (".zshrc", f"# keys\nexport {NAME}={KEY}\n", 2),
        (".bashrc", f"{NAME}={KEY}; export {NAME}\n", 1),
        (".config/fish/config.fish", f"\n\nset -gx {NAME} {KEY}\n", 3),
        ("proj/.envrc", f"export {NAME}={KEY}\n", 1),
    ],
)
def test_it_says_what_to_run_and_which_line_of_the_shell_to_remove(
    tmp_path: Path, file: str, text: str, line: int
) -> None:
    seen = reviewed(IN_SHELL.with_files({file: text}), tmp_path, NEWEST)

    ((found, _),) = variables_marked_by(RULE, seen)

    assert commands_of(found) == [f"unset {NAME}"]
    assert f"{seen.machine.home}/{file}, line {line}" in found.finding.commands[0].purpose


@pytest.mark.parametrize(
    "text", [f"# export {NAME}={KEY}\n", f"export {NAME}_OFF={KEY}\n", f"echo ${NAME}\n"]
)
def test_a_line_that_sets_no_key_is_not_named(tmp_path: Path, text: str) -> None:
    seen = reviewed(IN_SHELL.with_files({".zshrc": text}), tmp_path, NEWEST)

    ((found, _),) = variables_marked_by(RULE, seen)

    assert ".zshrc" not in found.finding.commands[0].purpose


@pytest.mark.parametrize("mode", list(Mode))
@pytest.mark.parametrize(
    "machine",
    [
        pytest.param(
            approving(IN_SHELL).with_env(ANTHROPIC_AUTH_TOKEN="t"), id="a token comes first"
        ),
        pytest.param(remembering(login_only(), primaryApiKey=KEY), id="the login comes first"),
        pytest.param(IN_SHELL.without(LOGIN, STATE), id="nobody expects a subscription"),
    ],
)
def test_it_is_silent_when_no_key_beats_a_subscription(
    tmp_path: Path, machine: MadeUpMachine, mode: Mode
) -> None:
    assert RULE not in rules_of(reviewed(machine, tmp_path, NEWEST, mode))


@pytest.mark.parametrize(
    ("wish", "expected"),
    [
        (None, True),
        (Wish("subscription", None, "said"), True),
        (Wish("api_usage", None, "said"), False),
        (Wish("any", None, "said"), False),
    ],
)
def test_it_follows_what_the_user_expects(
    tmp_path: Path, wish: Wish | None, expected: bool
) -> None:
    seen = reviewed(IN_SHELL, tmp_path, NEWEST, Mode.HEADLESS, wish)

    assert (RULE in rules_of(seen)) is expected


@pytest.mark.parametrize("mode", list(Mode))
def test_a_key_that_a_console_login_left_is_marked_in_the_state_file(
    tmp_path: Path, mode: Mode
) -> None:
    machine = remembering(login_only().without(LOGIN), primaryApiKey=KEY)
    seen = reviewed(machine, tmp_path, NEWEST, mode)

    (marked,) = marked_by(RULE, seen)

    assert (marked.path, marked.pointer) == (STATE, "/primaryApiKey")
    assert marked.text == f'"primaryApiKey": "{KEY}"'
    assert marked.severity == "error"
    assert "instead of your Claude subscription: " in marked.found.finding.message
    assert "a Console login left behind" in marked.found.finding.message
    assert related_to(marked.found, seen) == [(STATE, "/oauthAccount")]


def test_the_file_that_claude_code_keeps_itself_is_not_edited(tmp_path: Path) -> None:
    machine = remembering(login_only().without(LOGIN), primaryApiKey=KEY)

    (marked,) = marked_by(RULE, reviewed(machine, tmp_path, NEWEST))

    assert fixes_of(marked.found) == []
    assert commands_of(marked.found) == ["claude auth logout", "claude auth login"]


@pytest.mark.parametrize(
    ("version", "implicit", "explicit"),
    [
        ("2.1.117", False, False),
        ("2.1.118", True, True),
        ("2.1.153", True, True),
        ("2.1.154", False, True),
        (NEWEST, False, True),
    ],
)
def test_a_console_key_beats_the_login_only_where_a_profile_would(
    tmp_path: Path, version: str, implicit: bool, explicit: bool
) -> None:
    machine = remembering(headline(), primaryApiKey=KEY)
    named = machine.with_env(ANTHROPIC_PROFILE="default")

    assert (RULE in rules_of(reviewed(machine, tmp_path / "a", version))) is implicit
    assert (RULE in rules_of(reviewed(named, tmp_path / "b", version))) is explicit
