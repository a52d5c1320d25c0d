"""Rule login-unusable: when it fires, on which text, and when it must not."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from billing_lens.billing.expectation import Wish
from billing_lens.config.kinds import Platform
from billing_lens.machine.machine import Mode
from billing_lens.review import review
from tests.machines import MadeUpMachine, headline
from tests.rules.reviewed import CREDENTIALS, LOGIN, STATE, marked_by, reviewed
from tests.rules.spots import (
    KEY,
    NEWEST,
    commands_of,
    fixes_of,
    is_readable,
    login_only,
    related_to,
    rules_of,
)
from tests.rules.stored import NO_TOKEN, remembering, with_login
from tests.unit.machine.snapshot import reader_of

RULE = "login-unusable"
NO_SCOPES = with_login(scopes=[])
NO_STATE = NO_TOKEN.without(STATE)
WITH_PROFILE = with_login(headline(), accessToken="")
LOG_IN_AGAIN = ["claude auth logout", "claude auth login"]


def holding(content: object, **details: object) -> MadeUpMachine:
    """Return a machine whose login file has this content, written in this manner."""
    return login_only().with_files({LOGIN: {"__file__": {"content": content, **details}}})


@pytest.mark.parametrize("mode", list(Mode))
@pytest.mark.parametrize(
    ("machine", "pointer", "text", "why"),
    [
        pytest.param(
            NO_TOKEN, "/accessToken", '"accessToken": ""', "no access token", id="empty token"
        ),
        pytest.param(
            with_login(left_out=["accessToken"]),
            "/accessToken",
            '"claudeAiOauth"',
            "no access token",
            id="token left out",
        ),
        pytest.param(
            with_login(accessToken=None),
            "/accessToken",
            '"accessToken": null',
            "no access token",
            id="token null",
        ),
        pytest.param(NO_SCOPES, "/scopes", '"scopes"', "user:inference", id="no scopes"),
        pytest.param(
            with_login(left_out=["scopes"]),
            "/scopes",
            '"claudeAiOauth"',
            "user:inference",
            id="scopes left out",
        ),
        pytest.param(
            with_login(scopes="user:profile"),
            "/scopes",
            '"scopes": "user:profile"',
            "user:inference",
            id="scopes as one text without the one that counts",
        ),
        pytest.param(
            holding('{"claudeAiOauth": "sk"}'),
            "/accessToken",
            '"claudeAiOauth": "sk"',
            "no access token",
            id="a text in place of the login",
        ),
    ],
)
def test_it_marks_what_makes_the_login_unusable(
    tmp_path: Path, machine: MadeUpMachine, pointer: str, text: str, why: str, mode: Mode
) -> None:
    seen = reviewed(machine, tmp_path, NEWEST, mode)

    (marked,) = marked_by(RULE, seen)

    assert marked.path == LOGIN
    assert seen.route.source.value == "none"
    assert marked.found.finding.place.pointer == f"/claudeAiOauth{pointer}"
    assert marked.text == text
    assert (marked.severity, marked.found.finding.leftover) == ("error", False)
    assert why in marked.found.finding.message
    assert "Claude Code has nothing else that works." in marked.found.finding.message
    assert is_readable(marked.found)
    assert related_to(marked.found, seen) == []
    assert commands_of(marked.found) == LOG_IN_AGAIN


@pytest.mark.parametrize("mode", list(Mode))
@pytest.mark.parametrize(
    "machine",
    [
        pytest.param(holding('{"claudeAiOauth": {"accessToken": "sk'), id="cut off"),
        pytest.param(holding("not JSON"), id="no JSON"),
        pytest.param(holding(""), id="empty"),
        pytest.param(holding("null"), id="null"),
        pytest.param(holding("[]"), id="a list"),
        pytest.param(holding(json.dumps(login_only().files[LOGIN]), bom=True), id="a BOM"),
    ],
)
def test_a_file_that_cannot_be_read_is_marked_as_a_whole(
    tmp_path: Path, machine: MadeUpMachine, mode: Mode
) -> None:
    seen = reviewed(machine, tmp_path, NEWEST, mode)

    (found,) = [it for it in seen.findings if it.finding.rule == RULE]

    assert found.finding.place.path == str(seen.machine.home / LOGIN)
    assert found.finding.place.pointer == ""
    assert found.finding.severity.value == "error"
    assert "cannot read a login from this file" in found.finding.message
    assert is_readable(found)
    assert (fixes_of(found), commands_of(found)) == ([], LOG_IN_AGAIN)


def test_a_directory_in_its_place_is_to_be_moved_aside_before_logging_in(tmp_path: Path) -> None:
    seen = reviewed(holding("", isdir=True), tmp_path / "it is", NEWEST)

    (found,) = [it for it in seen.findings if it.finding.rule == RULE]

    path = seen.machine.home / LOGIN
    assert commands_of(found) == [f"mv '{path}' '{path}.off'", "claude auth login"]


def test_on_windows_the_directory_is_moved_by_what_windows_has(tmp_path: Path) -> None:
    built = holding("", isdir=True).build(tmp_path)
    machine = reader_of(built, NEWEST, Platform.WIN32).read()

    (found,) = [it for it in review(machine, Mode.INTERACTIVE).findings if it.finding.rule == RULE]

    assert commands_of(found)[0].startswith("Move-Item ")


@pytest.mark.parametrize("mode", list(Mode))
@pytest.mark.parametrize(
    "machine",
    [
        pytest.param(login_only(), id="a login that works"),
        pytest.param(login_only().without(LOGIN), id="no file"),
        pytest.param(holding("{}"), id="logged out"),
        pytest.param(holding('{"claudeAiOauth": null}'), id="a login that is null"),
        pytest.param(
            holding({"mcpOAuth": {"one|1": {"accessToken": "made-up"}}}),
            id="logins of MCP servers alone",
        ),
        pytest.param(with_login(scopes="user:inference"), id="scopes as one text"),
        pytest.param(with_login(accessToken=1), id="a token that is a number"),
        pytest.param(with_login(scopes=["user:developer"]), id="console-only-scope says it"),
    ],
)
def test_it_is_silent_when_a_login_can_be_used_or_none_is_stored(
    tmp_path: Path, machine: MadeUpMachine, mode: Mode
) -> None:
    assert RULE not in rules_of(reviewed(machine, tmp_path, NEWEST, mode))


@pytest.mark.parametrize("content", ["{}", '{"mcpOAuth": {}}'])
def test_who_is_logged_out_is_told_so_by_another_rule(tmp_path: Path, content: str) -> None:
    assert rules_of(reviewed(holding(content), tmp_path / "a", NEWEST)) == ["unexpected-payer"]

    nothing_expected = holding(content).without(STATE)
    assert rules_of(reviewed(nothing_expected, tmp_path / "b", NEWEST)) == []


@pytest.mark.parametrize("mode", list(Mode))
def test_with_nothing_expected_it_is_a_warning_when_nobody_is_logged_in(
    tmp_path: Path, mode: Mode
) -> None:
    seen = reviewed(NO_STATE, tmp_path, NEWEST, mode)

    (marked,) = marked_by(RULE, seen)

    assert (seen.expected, marked.severity) == (None, "warning")


@pytest.mark.parametrize("mode", list(Mode))
def test_with_nothing_expected_it_is_a_leftover_beside_what_pays(
    tmp_path: Path, mode: Mode
) -> None:
    machine = NO_STATE.with_env(ANTHROPIC_AUTH_TOKEN="t")

    (marked,) = marked_by(RULE, reviewed(machine, tmp_path, NEWEST, mode))

    assert (marked.severity, marked.found.finding.leftover) == ("hint", True)


@pytest.mark.parametrize("mode", list(Mode))
@pytest.mark.parametrize(
    ("machine", "payer"),
    [
        pytest.param(WITH_PROFILE, "API usage (organization 2222…)", id="a profile"),
        pytest.param(remembering(NO_TOKEN, primaryApiKey=KEY), "API usage", id="a stored key"),
    ],
)
def test_it_is_an_error_when_something_pays_in_its_place(
    tmp_path: Path, machine: MadeUpMachine, payer: str, mode: Mode
) -> None:
    (marked,) = marked_by(RULE, reviewed(machine, tmp_path, NEWEST, mode))

    assert marked.severity == "error"
    assert marked.found.finding.message.endswith(f" Instead Claude Code bills {payer}.")
    assert is_readable(marked.found)


@pytest.mark.parametrize("mode", list(Mode))
@pytest.mark.parametrize(
    ("variable", "payer"),
    [("ANTHROPIC_AUTH_TOKEN", "API usage"), ("CLAUDE_CODE_USE_BEDROCK", "Amazon Bedrock")],
)
def test_what_comes_before_every_login_is_not_blamed_on_it(
    tmp_path: Path, variable: str, payer: str, mode: Mode
) -> None:
    machine = NO_TOKEN.with_env(**{variable: "1"})

    (marked,) = marked_by(RULE, reviewed(machine, tmp_path, NEWEST, mode))

    assert (marked.severity, marked.found.finding.leftover) == ("warning", False)
    assert f"Claude Code bills {payer} now" in marked.found.finding.message
    assert "could not use this login without that" in marked.found.finding.message
    assert is_readable(marked.found)


@pytest.mark.parametrize(
    ("mode", "severity"), [(Mode.HEADLESS, "warning"), (Mode.INTERACTIVE, "error")]
)
def test_a_key_that_counts_headless_alone_leaves_nobody_logged_in_interactively(
    tmp_path: Path, mode: Mode, severity: str
) -> None:
    machine = NO_TOKEN.with_env(ANTHROPIC_API_KEY=KEY)

    (marked,) = marked_by(RULE, reviewed(machine, tmp_path, NEWEST, mode))

    assert marked.severity == severity


@pytest.mark.parametrize("mode", list(Mode))
def test_a_token_of_the_subscription_makes_it_a_leftover(tmp_path: Path, mode: Mode) -> None:
    machine = NO_TOKEN.with_env(CLAUDE_CODE_OAUTH_TOKEN=KEY)

    (marked,) = marked_by(RULE, reviewed(machine, tmp_path, NEWEST, mode))

    assert (marked.severity, marked.found.finding.leftover) == ("hint", True)


def test_what_does_not_work_either_is_not_said_to_be_billed(tmp_path: Path) -> None:
    machine = WITH_PROFILE.with_files({CREDENTIALS: "{}"})
    nothing_expected = machine.without(STATE)

    (marked,) = marked_by(RULE, reviewed(machine, tmp_path / "a", NEWEST))
    assert marked.severity == "error"
    assert "uses the profile 'default', which does not work either." in marked.found.finding.message

    (marked,) = marked_by(RULE, reviewed(nothing_expected, tmp_path / "b", NEWEST))
    assert (marked.severity, marked.found.finding.leftover) == ("warning", False)


def test_a_program_that_does_not_start_is_not_blamed_on_it(tmp_path: Path) -> None:
    machine = NO_TOKEN.with_files({STATE: "{"})

    (marked,) = marked_by(RULE, reviewed(machine, tmp_path, NEWEST))

    assert marked.severity == "warning"
    assert "does not start now, for another reason" in marked.found.finding.message


@pytest.mark.parametrize(
    ("billing", "severity"), [("api_usage", "hint"), ("subscription", "warning"), ("any", "hint")]
)
def test_it_follows_what_the_user_expects(tmp_path: Path, billing: str, severity: str) -> None:
    machine = NO_TOKEN.with_env(CLAUDE_CODE_USE_BEDROCK="1")
    wish = Wish(billing, None, "said")

    (marked,) = marked_by(RULE, reviewed(machine, tmp_path, NEWEST, wish=wish))

    assert marked.severity == severity


@pytest.mark.parametrize(
    ("version", "severity"),
    [
        ("2.1.117", "error"),
        ("2.1.118", "warning"),
        ("2.1.153", "warning"),
        ("2.1.154", "error"),
        (NEWEST, "error"),
    ],
)
def test_a_profile_pays_in_its_place_only_where_the_login_comes_first(
    tmp_path: Path, version: str, severity: str
) -> None:
    (marked,) = marked_by(RULE, reviewed(WITH_PROFILE, tmp_path, version))

    assert marked.severity == severity


def test_a_named_profile_pays_whether_the_login_works_or_not(tmp_path: Path) -> None:
    machine = WITH_PROFILE.with_env(ANTHROPIC_PROFILE="default")

    (marked,) = marked_by(RULE, reviewed(machine, tmp_path, NEWEST))

    assert marked.severity == "warning"
