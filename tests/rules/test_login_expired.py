"""Rule login-expired: when it fires, on which text, and when it must not."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from billing_lens.billing.expectation import Wish
from billing_lens.machine.machine import Mode
from tests.machines import FAR_FUTURE, MadeUpMachine, headline
from tests.rules.reviewed import LOGIN, marked_by, reviewed
from tests.rules.spots import (
    IN_VSCODE,
    KEY,
    NEWEST,
    PLAN,
    commands_of,
    fixes_of,
    is_readable,
    login_only,
    related_to,
    rules_of,
)
from tests.rules.stored import EXPIRED, LONG_AGO, with_login

RULE = "login-expired"
WITH_KEY = EXPIRED.with_env(ANTHROPIC_API_KEY=KEY)
WITH_PROFILE = with_login(headline(), ["refreshToken"], expiresAt=LONG_AGO)
SENT = "Claude Code sends it all the same, and is refused."


@pytest.mark.parametrize("mode", list(Mode))
def test_a_login_that_is_used_all_the_same_is_an_error_on_its_expiry(
    tmp_path: Path, mode: Mode
) -> None:
    seen = reviewed(EXPIRED, tmp_path, NEWEST, mode)

    (marked,) = marked_by(RULE, seen)

    assert (marked.path, marked.pointer) == (LOGIN, "/claudeAiOauth/expiresAt")
    assert marked.text == f'"expiresAt": {LONG_AGO}'
    assert (marked.severity, marked.found.finding.leftover) == ("error", False)
    assert "has expired and cannot be renewed" in marked.found.finding.message
    assert marked.found.finding.message.endswith(f". {SENT}")
    assert is_readable(marked.found)
    assert related_to(marked.found, seen) == []
    assert (seen.route.label, seen.route.works) == (PLAN, False)


@pytest.mark.parametrize("refresh_token", [None, ""])
def test_a_refresh_token_that_holds_nothing_renews_nothing(
    tmp_path: Path, refresh_token: str | None
) -> None:
    machine = with_login(EXPIRED, refreshToken=refresh_token)

    assert rules_of(reviewed(machine, tmp_path, NEWEST)) == [RULE]


def test_in_the_very_moment_of_its_expiry_it_is_over_and_a_minute_before_it_is_not(
    tmp_path: Path,
) -> None:
    now = int(time.time() * 1000)
    over = with_login(EXPIRED, expiresAt=now)
    not_yet = with_login(EXPIRED, expiresAt=now + 60_000)

    assert RULE in rules_of(reviewed(over, tmp_path / "a", NEWEST))
    assert RULE not in rules_of(reviewed(not_yet, tmp_path / "b", NEWEST))


@pytest.mark.parametrize("mode", list(Mode))
@pytest.mark.parametrize(
    "machine",
    [
        pytest.param(login_only(), id="valid"),
        pytest.param(with_login(expiresAt=LONG_AGO), id="it can be renewed"),
        pytest.param(with_login(left_out=["refreshToken"]), id="not renewable, but valid"),
        pytest.param(
            with_login(left_out=["refreshToken", "expiresAt"]), id="nothing says when it ends"
        ),
        pytest.param(with_login(EXPIRED, accessToken=""), id="it cannot be used anyway"),
        pytest.param(login_only().without(LOGIN), id="no login"),
    ],
)
def test_it_is_silent_when_the_login_lasts_or_there_is_none(
    tmp_path: Path, machine: MadeUpMachine, mode: Mode
) -> None:
    assert RULE not in rules_of(reviewed(machine, tmp_path, NEWEST, mode))


def test_a_time_written_in_seconds_is_long_past(tmp_path: Path) -> None:
    machine = with_login(EXPIRED, expiresAt=FAR_FUTURE)

    assert RULE in rules_of(reviewed(machine, tmp_path, NEWEST))


@pytest.mark.parametrize(
    ("mode", "severity", "outcome"),
    [
        (Mode.INTERACTIVE, "error", SENT),
        (Mode.HEADLESS, "warning", f"In interactive runs, {SENT}"),
    ],
)
def test_a_key_that_hides_it_headless_makes_it_a_warning_there(
    tmp_path: Path, mode: Mode, severity: str, outcome: str
) -> None:
    (marked,) = marked_by(RULE, reviewed(WITH_KEY, tmp_path, NEWEST, mode))

    assert (marked.severity, marked.found.finding.leftover) == (severity, False)
    assert marked.found.finding.message.endswith(f" {outcome}")
    assert is_readable(marked.found)


def test_used_in_the_editor_alone_it_says_so(tmp_path: Path) -> None:
    cancelled = {IN_VSCODE.path: IN_VSCODE.text("ANTHROPIC_AUTH_TOKEN", "")}
    machine = EXPIRED.with_env(ANTHROPIC_AUTH_TOKEN="t").with_files(cancelled)

    (marked,) = marked_by(RULE, reviewed(machine, tmp_path, NEWEST))

    assert marked.severity == "warning"
    assert marked.found.finding.message.endswith(f" In VS Code, {SENT}")


@pytest.mark.parametrize("mode", list(Mode))
def test_behind_what_wrongly_pays_it_is_the_next_thing_to_fail(tmp_path: Path, mode: Mode) -> None:
    machine = EXPIRED.with_env(ANTHROPIC_AUTH_TOKEN="t")

    (marked,) = marked_by(RULE, reviewed(machine, tmp_path, NEWEST, mode))

    assert (marked.severity, marked.found.finding.leftover) == ("warning", False)
    assert "It is not used now, and would be refused" in marked.found.finding.message
    assert is_readable(marked.found)


@pytest.mark.parametrize("mode", list(Mode))
def test_behind_what_should_pay_it_is_a_leftover(tmp_path: Path, mode: Mode) -> None:
    machine = EXPIRED.with_env(CLAUDE_CODE_USE_BEDROCK="1")
    wish = Wish("cloud_provider", None, "said")

    (marked,) = marked_by(RULE, reviewed(machine, tmp_path, NEWEST, mode, wish))

    assert (marked.severity, marked.found.finding.leftover) == ("hint", True)
    assert marked.found.finding.message.endswith(". It is not used now.")


def test_where_no_subscription_is_wanted_a_wrong_payer_does_not_make_it_worse(
    tmp_path: Path,
) -> None:
    machine = EXPIRED.with_env(CLAUDE_CODE_USE_BEDROCK="1")
    wish = Wish("api_usage", None, "said")

    seen = reviewed(machine, tmp_path, NEWEST, wish=wish)

    assert seen.as_expected is False
    assert [it.severity for it in marked_by(RULE, seen)] == ["hint"]


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
def test_it_is_an_error_where_the_login_comes_before_the_profile(
    tmp_path: Path, version: str, severity: str
) -> None:
    (marked,) = marked_by(RULE, reviewed(WITH_PROFILE, tmp_path, version))

    assert marked.severity == severity


def test_it_never_edits_a_login_and_says_what_to_run(tmp_path: Path) -> None:
    (marked,) = marked_by(RULE, reviewed(EXPIRED, tmp_path, NEWEST))

    assert fixes_of(marked.found) == []
    assert commands_of(marked.found) == ["claude auth logout", "claude auth login"]
