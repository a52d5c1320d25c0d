"""Rule organization-changed: when it fires, on which text, and when it must not."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from billing_lens.machine.machine import Mode
from tests.machines import (
    CANARY,
    CONSOLE_ORGANIZATION,
    SUBSCRIPTION_ORGANIZATION,
    MadeUpMachine,
    headline,
)
from tests.rules.reviewed import LOGIN, STATE, marked_by, reviewed
from tests.rules.spots import (
    NEWEST,
    commands_of,
    fixes_of,
    is_readable,
    login_only,
    related_to,
    rules_of,
)
from tests.rules.stored import remembering, with_account

RULE = "organization-changed"
BACKUP = ".claude/backups/.claude.json.backup."
FIRST, SECOND, THIRD = "1780272000000", "1790000000000", "1790086400000"
"""2026-06-01T00:00:00Z, 2026-09-21T14:13:20Z and a day later."""


def backups(accounts: Mapping[str, object], machine: MadeUpMachine | None = None) -> MadeUpMachine:
    """Return `machine` with a backup for each time, that shows the account beside it."""
    named = {f"{BACKUP}{at}": {"oauthAccount": shown} for at, shown in accounts.items()}
    return (machine or login_only()).with_files(named)


def account(
    kind: str | None = "claude_max", organization: str | None = SUBSCRIPTION_ORGANIZATION
) -> dict[str, object]:
    """Return an account of this organization and type."""
    return {"organizationUuid": organization, "organizationType": kind}


TEAM = account("claude_team", CONSOLE_ORGANIZATION)
MOVED = backups({SECOND: TEAM})
NEW_PLAN = backups({SECOND: account("claude_pro")})


@pytest.mark.parametrize("mode", list(Mode))
def test_it_marks_the_organization_there_is_now_and_points_to_the_backup(
    tmp_path: Path, mode: Mode
) -> None:
    seen = reviewed(MOVED, tmp_path, NEWEST, mode)

    (marked,) = marked_by(RULE, seen)

    assert (marked.path, marked.pointer) == (STATE, "/oauthAccount/organizationUuid")
    assert marked.text == f'"organizationUuid": "{SUBSCRIPTION_ORGANIZATION}"'
    assert (marked.severity, marked.found.finding.leftover) == ("info", False)
    assert marked.found.finding.message == (
        "After 2026-09-21 your account changed from organization 2222… (Claude Team) "
        "to organization 1111… (Claude Max)."
    )
    assert is_readable(marked.found)
    assert related_to(marked.found, seen) == [(f"{BACKUP}{SECOND}", "")]


def test_a_change_of_the_plan_alone_is_marked_at_the_plan(tmp_path: Path) -> None:
    seen = reviewed(NEW_PLAN, tmp_path, NEWEST)

    (marked,) = marked_by(RULE, seen)

    assert (marked.path, marked.pointer) == (STATE, "/oauthAccount/organizationType")
    assert marked.text == '"organizationType": "claude_max"'
    assert marked.found.finding.message == (
        "After 2026-09-21 the plan of organization 1111… changed from Claude Pro to Claude Max."
    )
    assert is_readable(marked.found)


def test_what_is_no_plan_is_named_as_it_is_written(tmp_path: Path) -> None:
    machine = backups({SECOND: account("api", CONSOLE_ORGANIZATION)})

    (marked,) = marked_by(RULE, reviewed(machine, tmp_path, NEWEST))

    assert "from organization 2222… ('api') to " in marked.found.finding.message


def test_an_organization_without_a_plan_is_named_without_one(tmp_path: Path) -> None:
    machine = backups({SECOND: account(None, CONSOLE_ORGANIZATION)})

    (marked,) = marked_by(RULE, reviewed(machine, tmp_path, NEWEST))

    assert "from organization 2222… to organization 1111… (" in marked.found.finding.message


@pytest.mark.parametrize(
    ("machine", "date", "shown_by"),
    [
        pytest.param(
            backups({FIRST: TEAM, SECOND: TEAM, THIRD: account()}),
            "2026-09-21",
            SECOND,
            id="the last backup before it counts",
        ),
        pytest.param(
            backups({FIRST: TEAM, SECOND: account("claude_pro"), THIRD: TEAM}),
            "2026-09-22",
            THIRD,
            id="the last of several changes is told",
        ),
        pytest.param(
            backups({FIRST: TEAM, SECOND: None}),
            "2026-06-01",
            FIRST,
            id="logged out in between",
        ),
        pytest.param(
            backups({FIRST: TEAM, SECOND: account("claude_max", None)}),
            "2026-06-01",
            FIRST,
            id="an account in between that names no organization",
        ),
    ],
)
def test_it_names_the_last_day_of_the_former_account(
    tmp_path: Path, machine: MadeUpMachine, date: str, shown_by: str
) -> None:
    seen = reviewed(machine, tmp_path, NEWEST)

    (marked,) = marked_by(RULE, seen)

    assert marked.found.finding.message.startswith(f"After {date} ")
    assert related_to(marked.found, seen) == [(f"{BACKUP}{shown_by}", "")]


@pytest.mark.parametrize("mode", list(Mode))
@pytest.mark.parametrize(
    "machine",
    [
        pytest.param(login_only(), id="no backups"),
        pytest.param(backups({SECOND: account()}), id="the same"),
        pytest.param(
            backups({SECOND: {**account(), "emailAddress": "other@example.com"}}),
            id="another address of the same organization",
        ),
        pytest.param(backups({SECOND: account(None)}), id="a backup that says no plan (yet)"),
        pytest.param(
            backups({SECOND: account()}, with_account(left_out=["organizationType"])),
            id="the state file says no plan",
        ),
        pytest.param(
            backups({SECOND: TEAM}, with_account(left_out=["organizationUuid"])),
            id="the state file names no organization",
        ),
        pytest.param(backups({SECOND: account("claude_max", None)}), id="nor does the backup"),
        pytest.param(backups({SECOND: None}), id="nobody was logged in"),
        pytest.param(
            backups({SECOND: TEAM}, remembering(login_only(), oauthAccount=None)),
            id="nobody is logged in",
        ),
        pytest.param(MOVED.without(STATE), id="no state file"),
        pytest.param(login_only().with_files({f"{BACKUP}{SECOND}": "{"}), id="a broken backup"),
        pytest.param(
            login_only().with_files({f"{BACKUP}{SECOND}.json": {"oauthAccount": TEAM}}),
            id="a file of another name",
        ),
    ],
)
def test_it_is_silent_when_nothing_that_is_known_changed(
    tmp_path: Path, machine: MadeUpMachine, mode: Mode
) -> None:
    assert RULE not in rules_of(reviewed(machine, tmp_path, NEWEST, mode))


@pytest.mark.parametrize("digits", ["9" * 16, "9" * 15])
def test_a_backup_of_a_time_that_no_calendar_has_is_none(tmp_path: Path, digits: str) -> None:
    machine = backups({SECOND: account(), digits: TEAM})

    assert RULE not in rules_of(reviewed(machine, tmp_path, NEWEST))


@pytest.mark.parametrize(("digits", "date"), [("9" * 14, "5138-11-16"), ("0" * 10, "1970-01-01")])
def test_a_backup_of_an_odd_time_stops_nothing(tmp_path: Path, digits: str, date: str) -> None:
    (marked,) = marked_by(RULE, reviewed(backups({digits: TEAM}), tmp_path, NEWEST))

    assert marked.found.finding.message.startswith(f"After {date} ")


def test_the_old_state_file_is_marked_where_it_is_the_one_in_force(tmp_path: Path) -> None:
    old = {"oauthAccount": account()}

    (marked,) = marked_by(
        RULE, reviewed(MOVED.with_files({".claude/.config.json": old}), tmp_path, NEWEST)
    )

    assert marked.path == ".claude/.config.json"


def test_it_is_told_whoever_pays_and_without_a_login(tmp_path: Path) -> None:
    beside_a_profile = backups({SECOND: TEAM}, headline())

    seen = reviewed(beside_a_profile, tmp_path / "a", "2.1.146")
    assert rules_of(seen).index("profile-overrides-login") < rules_of(seen).index(RULE)
    assert RULE in rules_of(reviewed(MOVED.without(LOGIN), tmp_path / "b", NEWEST))


def test_it_edits_nothing_and_says_what_to_run_if_the_account_is_the_wrong_one(
    tmp_path: Path,
) -> None:
    (marked,) = marked_by(RULE, reviewed(MOVED, tmp_path, NEWEST))

    assert fixes_of(marked.found) == []
    assert commands_of(marked.found) == ["claude auth logout", "claude auth login"]
    assert "if it is the wrong one" in marked.found.finding.commands[0].purpose


def test_it_shows_no_secret_of_the_backup_either(tmp_path: Path) -> None:
    secret = {"oauthAccount": TEAM, "primaryApiKey": f"sk-ant-api03-{CANARY}"}
    machine = login_only().with_files({f"{BACKUP}{SECOND}": secret})

    assert rules_of(reviewed(machine, tmp_path, NEWEST)) == [RULE]
