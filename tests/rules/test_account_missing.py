"""Rule account-missing: when it fires, on which text, and when it must not."""

from __future__ import annotations

from pathlib import Path
from typing import cast

import pytest

from billing_lens.machine.machine import Mode
from tests.machines import MadeUpMachine, headline
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

RULE = "account-missing"
VERSIONS = ["2.1.117", "2.1.118", "2.1.153", "2.1.154", "2.1.256", "2.1.257", NEWEST]


def remembering(machine: MadeUpMachine, **members: object) -> MadeUpMachine:
    """Return `machine` with its account replaced by these members of the state file."""
    state = dict(cast("dict[str, object]", machine.files[STATE]))
    del state["oauthAccount"]
    return machine.with_files({STATE: {**state, **members}})


NO_ACCOUNT = remembering(login_only())
NULL_ACCOUNT = remembering(login_only(), oauthAccount=None)


@pytest.mark.parametrize("mode", list(Mode))
@pytest.mark.parametrize(
    ("machine", "path", "pointer", "text"),
    [
        pytest.param(NO_ACCOUNT, LOGIN, "/claudeAiOauth", '"claudeAiOauth"', id="left out"),
        pytest.param(
            NULL_ACCOUNT, STATE, "/oauthAccount", '"oauthAccount": null', id="null (58625)"
        ),
        pytest.param(
            login_only().without(STATE), LOGIN, "/claudeAiOauth", '"claudeAiOauth"', id="no state"
        ),
        pytest.param(
            login_only().with_files({".claude/.config.json": '{"a": 1, "oauthAccount":null}'}),
            ".claude/.config.json",
            "/oauthAccount",
            '"oauthAccount":null',
            id="the old state file is in force",
        ),
    ],
)
def test_it_marks_the_empty_account_or_else_the_login(
    tmp_path: Path, machine: MadeUpMachine, path: str, pointer: str, text: str, mode: Mode
) -> None:
    seen = reviewed(machine, tmp_path, NEWEST, mode)

    (marked,) = marked_by(RULE, seen)

    assert (marked.path, marked.pointer, marked.text) == (path, pointer, text)
    assert marked.severity == "info"
    assert related_to(marked.found, seen) == []


def test_it_says_that_payment_is_not_affected(tmp_path: Path) -> None:
    seen = reviewed(NULL_ACCOUNT, tmp_path, NEWEST)

    (marked,) = marked_by(RULE, seen)

    assert "has not stored which account" in marked.found.finding.message
    assert "Who pays does not change." in marked.found.finding.message
    assert is_readable(marked.found)
    assert seen.as_expected is True


@pytest.mark.parametrize(
    "machine",
    [
        pytest.param(login_only(), id="an account"),
        pytest.param(
            remembering(login_only(), oauthAccount={"emailAddress": "dev@example.com"}),
            id="an account with an address alone",
        ),
        pytest.param(NO_ACCOUNT.without(LOGIN), id="no login"),
        pytest.param(
            NO_ACCOUNT.with_files({LOGIN: {"claudeAiOauth": {"accessToken": ""}}}),
            id="no usable login",
        ),
        pytest.param(remembering(headline()).without(LOGIN), id="a profile alone"),
    ],
)
def test_it_is_silent_when_the_account_is_known_or_nobody_is_logged_in(
    tmp_path: Path, machine: MadeUpMachine
) -> None:
    assert RULE not in rules_of(reviewed(machine, tmp_path, NEWEST))


def test_it_comes_after_what_says_who_pays(tmp_path: Path) -> None:
    machine = remembering(headline())

    seen = rules_of(reviewed(machine, tmp_path, "2.1.153"))

    assert seen.index("profile-overrides-login") < seen.index(RULE)


def test_it_edits_nothing_and_says_how_to_log_in_again(tmp_path: Path) -> None:
    (marked,) = marked_by(RULE, reviewed(NULL_ACCOUNT, tmp_path, NEWEST))

    assert fixes_of(marked.found) == []
    assert commands_of(marked.found) == ["claude auth logout", "claude auth login"]
