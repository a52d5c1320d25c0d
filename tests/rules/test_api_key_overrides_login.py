"""Rule api-key-overrides-login: when it fires, on which text, and when it must not."""

from __future__ import annotations

import json
from pathlib import Path
from typing import cast

import pytest

from billing_lens.billing.expectation import Wish
from billing_lens.fixes.fix import Safety
from billing_lens.machine.machine import Mode
from tests.machines import CANARY, MadeUpMachine, assert_no_canary, headline
from tests.rules.reviewed import LOGIN, STATE, marked_by, reviewed, variables_marked_by
from tests.rules.spots import (
    IN_SETTINGS,
    KEY,
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


@pytest.mark.parametrize("mode", list(Mode))
@pytest.mark.parametrize("spot", SPOTS, ids=str)
def test_it_marks_an_approved_key_wherever_it_is_set(
    tmp_path: Path, spot: Spot, mode: Mode
) -> None:
    machine = approving(login_only().with_files({spot.path: spot.text(NAME, KEY)}))

    (marked,) = marked_by(RULE, reviewed(machine, tmp_path, NEWEST, mode))

    assert (marked.path, marked.pointer) == (spot.path, spot.pointer(NAME))
    assert marked.text == spot.marked(NAME, KEY)
    assert marked.severity == ("warning" if spot.in_editor else "error")
    assert marked.found.finding.message.startswith(f"{spot.run}Claude Code bills API usage")
    assert f"set by {spot.setter}" in marked.found.finding.message


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


@pytest.mark.parametrize("spot", SPOTS, ids=str)
def test_switching_it_off_keeps_the_key_under_another_name(tmp_path: Path, spot: Spot) -> None:
    text = spot.text(NAME, KEY)
    seen = reviewed(approving(login_only().with_files({spot.path: text})), tmp_path, NEWEST)
    (marked,) = marked_by(RULE, seen)

    best = marked.found.fixes[0]

    assert best.id == f"switch-off:{NAME}@{spot.nickname}"
    assert best.safety is Safety.SAFE
    assert best.title.endswith(f": bills {PLAN}")
    assert changed_texts(best, seen) == {spot.path: text.replace(f'"{NAME}"', f'"{NAME}_OFF"')}
    assert RULE not in rules_of(after_fix(best, seen))


def test_a_name_that_is_taken_is_not_taken_twice(tmp_path: Path) -> None:
    settings = {"env": {NAME: KEY, f"{NAME}_OFF": "an older one"}}
    seen = reviewed(login_only().with_files({USER: settings}), tmp_path, NEWEST, Mode.HEADLESS)

    (marked,) = marked_by(RULE, seen)

    assert fixes_of(marked.found) == []


@pytest.mark.parametrize("mode", list(Mode))
def test_cancelling_the_shells_key_creates_the_user_settings(tmp_path: Path, mode: Mode) -> None:
    seen = reviewed(approving(IN_SHELL), tmp_path, NEWEST, mode)
    ((found, _),) = variables_marked_by(RULE, seen)

    assert fixes_of(found) == [f"cancel:{NAME}@user"]
    best = found.fixes[0]
    assert best.safety is Safety.SAFE
    assert best.title.endswith(f": bills {PLAN}")
    ((path, text),) = changed_texts(best, seen).items()
    assert (path, json.loads(text or "")) == (USER, {"env": {NAME: ""}})
    assert rules_of(after_fix(best, seen)) == []


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
        pytest.param(login_only(), id="no key"),
        pytest.param(IN_SHELL.with_env(ANTHROPIC_API_KEY=" "), id="a blank key"),
        pytest.param(
            IN_SHELL.with_files({USER: {"env": {NAME: ""}}}), id="cancelled in the settings"
        ),
        pytest.param(login_only().with_files({USER: {"env": {f"{NAME}_OFF": KEY}}}), id="renamed"),
        pytest.param(
            login_only().with_files({"proj/.env": f"{NAME}={KEY}\n"}), id="a project's .env"
        ),
        pytest.param(
            login_only().with_files({".claude/settings.local.json": {"env": {NAME: KEY}}}),
            id="a file Claude Code does not read",
        ),
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


@pytest.mark.parametrize("version", ["2.1.117", "2.1.118", "2.1.153", "2.1.154", NEWEST])
def test_a_variable_beats_the_login_in_every_version(tmp_path: Path, version: str) -> None:
    seen = reviewed(IN_SHELL, tmp_path, version, Mode.HEADLESS)

    ((_, variable),) = variables_marked_by(RULE, seen)
    assert variable == NAME


def test_what_an_administrator_sets_no_fix_takes_back(tmp_path: Path) -> None:
    machine = login_only().with_files({MANAGED: {"env": {NAME: KEY}}})

    (found,) = reviewed(machine, tmp_path, NEWEST, Mode.HEADLESS).findings

    assert found.finding.rule == RULE
    assert "your administrator's managed settings" in found.finding.message
    assert (fixes_of(found), commands_of(found)) == ([], [])


def test_a_key_given_on_the_command_line_is_told_but_not_edited(tmp_path: Path) -> None:
    machine = login_only().with_args("--settings", json.dumps({"env": {NAME: KEY}}))

    (found,) = reviewed(machine, tmp_path, NEWEST, Mode.HEADLESS).findings

    assert found.finding.place.path == "--settings"
    assert "the settings given by --settings" in found.finding.message
    assert fixes_of(found) == []


def test_it_shows_no_secret(tmp_path: Path) -> None:
    assert CANARY in KEY
    for number, machine in enumerate(
        (
            approving(IN_SHELL).with_files({".zshrc": f"export {NAME}={KEY}\n"}),
            remembering(login_only().without(LOGIN), primaryApiKey=KEY),
            *(approving(login_only().with_files({it.path: it.text(NAME, KEY)})) for it in SPOTS),
        )
    ):
        shown = as_json(reviewed(machine, tmp_path / str(number), NEWEST))
        assert RULE in shown
        assert_no_canary(shown)
