"""Rule console-only-scope: when it fires, on which text, and when it must not."""

from __future__ import annotations

from pathlib import Path
from typing import cast

import pytest

from billing_lens.machine.machine import Mode
from tests.machines import MadeUpMachine, headline
from tests.rules.reviewed import CREDENTIALS, LOGIN, STATE, marked_by, reviewed
from tests.rules.spots import (
    KEY,
    NEWEST,
    commands_of,
    fixes_of,
    is_readable,
    login_only,
    rules_of,
)

RULE = "console-only-scope"


def login(scopes: object, machine: MadeUpMachine | None = None) -> MadeUpMachine:
    """Return a machine whose login has these scopes."""
    machine = machine or login_only()
    stored = cast("dict[str, dict[str, object]]", machine.files[LOGIN])["claudeAiOauth"]
    return machine.with_files({LOGIN: {"claudeAiOauth": {**stored, "scopes": scopes}}})


def profile(scope: object, machine: MadeUpMachine | None = None) -> MadeUpMachine:
    """Return a machine whose profile was signed in with these scopes."""
    machine = machine or headline()
    stored = cast("dict[str, object]", machine.files[CREDENTIALS])
    return machine.with_files({CREDENTIALS: {**stored, "scope": scope}})


CONSOLE = ["org:create_api_key", "user:profile"]
CONSOLE_LOGIN = login(CONSOLE)
CONSOLE_PROFILE = profile("user:profile user:developer")


@pytest.mark.parametrize("mode", list(Mode))
@pytest.mark.parametrize(
    "scopes", [CONSOLE, ["user:developer"], ["user:profile", "org:create_api_key"]]
)
def test_it_marks_the_scopes_of_a_console_login(
    tmp_path: Path, scopes: list[str], mode: Mode
) -> None:
    seen = reviewed(login(scopes), tmp_path, NEWEST, mode)

    (marked,) = marked_by(RULE, seen)

    assert (marked.path, marked.pointer) == (LOGIN, "/claudeAiOauth/scopes")
    assert marked.text == '"scopes"'
    assert marked.severity == "error"
    assert "made for the Console" in marked.found.finding.message
    assert "user:inference" in marked.found.finding.message
    assert is_readable(marked.found)


def test_scopes_written_as_one_text_are_marked_with_their_value(tmp_path: Path) -> None:
    (marked,) = marked_by(RULE, reviewed(login("org:create_api_key"), tmp_path, NEWEST))

    assert marked.text == '"scopes": "org:create_api_key"'


def test_it_takes_the_place_of_the_rule_on_logins_that_cannot_be_used(tmp_path: Path) -> None:
    assert rules_of(reviewed(CONSOLE_LOGIN, tmp_path / "a", NEWEST)) == [RULE]

    other = login(["user:profile"])
    assert rules_of(reviewed(other, tmp_path / "b", NEWEST)) == ["login-unusable"]


@pytest.mark.parametrize("mode", list(Mode))
def test_with_nothing_expected_and_nobody_logged_in_it_is_a_warning(
    tmp_path: Path, mode: Mode
) -> None:
    seen = reviewed(CONSOLE_LOGIN.without(STATE), tmp_path, NEWEST, mode)

    (marked,) = marked_by(RULE, seen)
    assert (seen.expected, marked.severity) == (None, "warning")


def test_with_nothing_expected_and_a_key_that_pays_it_is_a_leftover(tmp_path: Path) -> None:
    machine = CONSOLE_LOGIN.without(STATE).with_env(ANTHROPIC_AUTH_TOKEN="t")

    (marked,) = marked_by(RULE, reviewed(machine, tmp_path, NEWEST))

    assert (marked.severity, marked.found.finding.leftover) == ("hint", True)


def test_an_oauth_token_that_pays_as_expected_makes_it_a_leftover(tmp_path: Path) -> None:
    machine = CONSOLE_LOGIN.with_env(CLAUDE_CODE_OAUTH_TOKEN="t")

    (marked,) = marked_by(RULE, reviewed(machine, tmp_path, NEWEST))

    assert (marked.severity, marked.found.finding.leftover) == ("hint", True)


@pytest.mark.parametrize("mode", list(Mode))
@pytest.mark.parametrize(
    "machine",
    [
        pytest.param(login_only(), id="a login for models"),
        pytest.param(login([*CONSOLE, "user:inference"]), id="one for both"),
        pytest.param(login("user:developer user:inference"), id="one for both, as one text"),
        pytest.param(login(["user:profile"]), id="one for neither"),
        pytest.param(login([]), id="no scopes"),
        pytest.param(login(None), id="scopes that are null"),
        pytest.param(login_only().without(LOGIN), id="no login"),
        pytest.param(headline(), id="a profile for both"),
        pytest.param(profile("user:profile"), id="a profile for neither"),
        pytest.param(profile(""), id="a profile without a scope"),
        pytest.param(CONSOLE_PROFILE.without(CREDENTIALS), id="a profile signed out"),
    ],
)
def test_it_is_silent_when_nothing_was_made_for_the_console_alone(
    tmp_path: Path, machine: MadeUpMachine, mode: Mode
) -> None:
    assert RULE not in rules_of(reviewed(machine, tmp_path, "2.1.146", mode))


@pytest.mark.parametrize("mode", list(Mode))
@pytest.mark.parametrize(
    ("version", "severity"),
    [
        ("2.1.117", "hint"),
        ("2.1.118", "error"),
        ("2.1.153", "error"),
        ("2.1.154", "hint"),
        (NEWEST, "hint"),
    ],
)
def test_a_profiles_console_grant_matters_where_the_profile_is_in_charge(
    tmp_path: Path, version: str, severity: str, mode: Mode
) -> None:
    (marked,) = marked_by(RULE, reviewed(CONSOLE_PROFILE, tmp_path, version, mode))

    assert (marked.path, marked.pointer) == (CREDENTIALS, "/scope")
    assert marked.text == '"scope": "user:profile user:developer"'
    assert marked.severity == severity
    assert marked.found.finding.leftover is (severity == "hint")
    assert "Profile 'default' was signed in for the Console" in marked.found.finding.message
    assert is_readable(marked.found)


def test_a_named_profile_with_a_console_grant_is_an_error_in_the_newest_version(
    tmp_path: Path,
) -> None:
    machine = CONSOLE_PROFILE.with_env(ANTHROPIC_PROFILE="default")

    (marked,) = marked_by(RULE, reviewed(machine, tmp_path, NEWEST))

    assert marked.severity == "error"


@pytest.mark.parametrize(
    ("mode", "severity"), [(Mode.HEADLESS, "warning"), (Mode.INTERACTIVE, "error")]
)
def test_a_key_that_hides_the_profile_headless_makes_it_a_warning_there(
    tmp_path: Path, mode: Mode, severity: str
) -> None:
    machine = CONSOLE_PROFILE.with_env(ANTHROPIC_API_KEY=KEY)

    (marked,) = marked_by(RULE, reviewed(machine, tmp_path, "2.1.146", mode))

    assert marked.severity == severity


def test_credentials_kept_elsewhere_are_the_ones_that_are_marked(tmp_path: Path) -> None:
    machine = headline()
    config = cast("dict[str, object]", machine.files[".config/anthropic/configs/default.json"])
    sign_in = cast("dict[str, object]", config["authentication"])
    moved = {**config, "authentication": {**sign_in, "credentials_path": "@HOME@/keys.json"}}
    stored = {**cast("dict[str, object]", machine.files[CREDENTIALS]), "scope": "user:developer"}
    machine = machine.with_files(
        {
            ".config/anthropic/configs/default.json": moved,
            "keys.json": {"__file__": {"content": stored, "mode": "0600"}},
        }
    )

    (marked,) = marked_by(RULE, reviewed(machine, tmp_path, "2.1.146"))

    assert (marked.path, marked.text) == ("keys.json", '"scope": "user:developer"')


def test_it_edits_no_login_and_says_what_to_run(tmp_path: Path) -> None:
    (marked,) = marked_by(RULE, reviewed(CONSOLE_LOGIN, tmp_path / "a", NEWEST))
    assert fixes_of(marked.found) == []
    assert commands_of(marked.found) == ["claude auth logout", "claude auth login"]

    (marked,) = marked_by(RULE, reviewed(CONSOLE_PROFILE, tmp_path / "b", NEWEST))
    assert fixes_of(marked.found) == []
    assert commands_of(marked.found) == ["ant auth login --profile default"]
