"""Rule oauth-token-overrides-login: when it fires, on which text, and when it must not."""

from __future__ import annotations

from pathlib import Path

import pytest

from billing_lens.billing.expectation import Wish
from billing_lens.fixes.fix import Safety
from billing_lens.machine.machine import Mode
from tests.machines import (
    CONSOLE_ORGANIZATION,
    MadeUpMachine,
    headline,
)
from tests.rules.reviewed import LOGIN, marked_by, reviewed, variables_marked_by
from tests.rules.spots import (
    IN_LOCAL,
    IN_PROJECT,
    IN_TERMINAL,
    IN_USER,
    IN_VSCODE,
    IN_WORKSPACE,
    KEY,
    NEWEST,
    TO_THE_LOGIN,
    Spot,
    after_fix,
    is_readable,
    login_only,
    related_to,
    rules_of,
)
from tests.rules.stored import EXPIRED, NO_TOKEN, with_login

RULE = "oauth-token-overrides-login"
NAME = "CLAUDE_CODE_OAUTH_TOKEN"
IN_SHELL = login_only().with_env(CLAUDE_CODE_OAUTH_TOKEN=KEY)
COUNTED = (IN_USER, IN_VSCODE, IN_WORKSPACE, IN_TERMINAL)
OF_PROJECT = (IN_PROJECT, IN_LOCAL)
API_USAGE = Wish("api_usage", None, "said")


def setting(spot: Spot) -> MadeUpMachine:
    """Return a machine that sets the token there."""
    return login_only().with_files({spot.path: spot.text(NAME, KEY)})


@pytest.mark.parametrize("mode", list(Mode))
def test_a_token_of_the_shell_in_front_of_a_login_is_told_and_no_more(
    tmp_path: Path, mode: Mode
) -> None:
    seen = reviewed(IN_SHELL, tmp_path, NEWEST, mode)

    ((found, variable),) = variables_marked_by(RULE, seen)

    assert (variable, found.finding.severity.value) == (NAME, "info")
    message = found.finding.message
    assert message.startswith(f"{NAME}, set by your shell, is used instead of your Claude Max ")
    assert "It bills the account it was made for" in message
    assert is_readable(found)
    assert related_to(found, seen) == TO_THE_LOGIN
    assert seen.as_expected is True
    assert rules_of(seen) == [RULE]


def test_cancelling_is_not_called_safe_where_the_login_behind_it_has_expired(
    tmp_path: Path,
) -> None:
    machine = EXPIRED.with_env(CLAUDE_CODE_OAUTH_TOKEN=KEY)

    ((found, _),) = variables_marked_by(RULE, reviewed(machine, tmp_path, NEWEST))

    assert [it.id for it in found.fixes if it.safety is Safety.SAFE] == []


def test_two_tokens_of_two_places_are_both_marked(tmp_path: Path) -> None:
    seen = reviewed(setting(IN_VSCODE).with_env(CLAUDE_CODE_OAUTH_TOKEN="t"), tmp_path, NEWEST)

    paths = [it.finding.place.path for it in seen.findings if it.finding.rule == RULE]

    assert paths == [None, str(seen.machine.home / IN_VSCODE.path)]


@pytest.mark.parametrize("mode", list(Mode))
@pytest.mark.parametrize("version", ["2.1.168", "2.1.169", NEWEST])
@pytest.mark.parametrize("spot", OF_PROJECT, ids=str)
def test_a_projects_token_never_comes_before_the_login(
    tmp_path: Path, spot: Spot, version: str, mode: Mode
) -> None:
    assert RULE not in rules_of(reviewed(setting(spot), tmp_path, version, mode))


@pytest.mark.parametrize("mode", list(Mode))
@pytest.mark.parametrize(("version", "counts"), [("2.1.168", True), ("2.1.169", False)])
@pytest.mark.parametrize("spot", OF_PROJECT, ids=str)
def test_without_a_login_an_older_version_takes_it_from_the_project(
    tmp_path: Path, spot: Spot, version: str, counts: bool, mode: Mode
) -> None:
    seen = reviewed(setting(spot).without(LOGIN), tmp_path, version, mode, API_USAGE)

    marked = marked_by(RULE, seen)

    assert [(it.path, it.severity) for it in marked] == [(spot.path, "error")] * counts
    assert all(f"set by {spot.setter}" in it.found.finding.message for it in marked)


@pytest.mark.parametrize("mode", list(Mode))
def test_it_is_an_error_when_api_usage_is_expected(tmp_path: Path, mode: Mode) -> None:
    seen = reviewed(IN_SHELL, tmp_path, NEWEST, mode, API_USAGE)

    ((found, _),) = variables_marked_by(RULE, seen)

    assert found.finding.severity.value == "error"
    assert found.finding.message == (
        "Claude Code bills Claude subscription (OAuth token) instead of API usage: "
        f"{NAME}, set by your shell, is used."
    )
    assert is_readable(found)
    assert [it.id for it in found.fixes if it.safety is Safety.SAFE] == []


def test_a_login_is_no_evidence_that_api_usage_should_pay(tmp_path: Path) -> None:
    seen = reviewed(IN_SHELL, tmp_path, NEWEST, wish=API_USAGE)

    ((found, _),) = variables_marked_by(RULE, seen)

    assert related_to(found, seen) == []


def test_a_profile_that_should_pay_is_reached_by_cancelling_the_token(tmp_path: Path) -> None:
    machine = headline().without(LOGIN).with_env(CLAUDE_CODE_OAUTH_TOKEN=KEY)
    seen = reviewed(machine, tmp_path, NEWEST, wish=API_USAGE)

    ((found, _),) = variables_marked_by(RULE, seen)

    best = found.fixes[0]
    assert (best.id, best.safety) == (f"cancel:{NAME}@user", Safety.SAFE)
    assert best.title.endswith(": bills API usage (organization 2222…)")
    assert RULE not in rules_of(after_fix(best, seen))


def test_in_the_editor_alone_it_is_a_warning_when_api_usage_is_expected(tmp_path: Path) -> None:
    machine = setting(IN_VSCODE).with_env(ANTHROPIC_PROFILE="default")
    machine = machine.with_files(
        {path: it for path, it in headline().files.items() if path.startswith(".config/anthropic")}
    )

    (marked,) = marked_by(RULE, reviewed(machine, tmp_path, NEWEST, wish=API_USAGE))

    assert marked.severity == "warning"
    assert marked.found.finding.message.startswith("In VS Code, Claude Code bills Claude sub")


@pytest.mark.parametrize(
    "wish",
    [
        Wish("subscription", None, "said"),
        Wish("subscription", CONSOLE_ORGANIZATION, "said"),
        Wish("any", None, "said"),
    ],
)
def test_a_token_does_not_say_whose_it_is_so_it_is_held_against_nobody(
    tmp_path: Path, wish: Wish
) -> None:
    ((found, _),) = variables_marked_by(RULE, reviewed(IN_SHELL, tmp_path, NEWEST, wish=wish))

    assert found.finding.severity.value == "info"


@pytest.mark.parametrize("mode", list(Mode))
@pytest.mark.parametrize(
    "machine",
    [
        pytest.param(IN_SHELL.without(LOGIN), id="no login"),
        pytest.param(
            NO_TOKEN.with_env(CLAUDE_CODE_OAUTH_TOKEN=KEY), id="a login that cannot be used"
        ),
        pytest.param(IN_SHELL.with_env(ANTHROPIC_AUTH_TOKEN="t"), id="another token comes first"),
        pytest.param(IN_SHELL.with_args("--bare"), id="--bare"),
    ],
)
def test_it_is_silent_when_no_token_comes_before_a_login(
    tmp_path: Path, machine: MadeUpMachine, mode: Mode
) -> None:
    assert RULE not in rules_of(reviewed(machine, tmp_path, NEWEST, mode))


@pytest.mark.parametrize(
    ("mode", "start"), [(Mode.HEADLESS, "In interactive runs, "), (Mode.INTERACTIVE, "")]
)
def test_behind_a_key_that_counts_headless_alone_it_names_the_run(
    tmp_path: Path, mode: Mode, start: str
) -> None:
    machine = IN_SHELL.with_env(ANTHROPIC_API_KEY=KEY)

    ((found, _),) = variables_marked_by(RULE, reviewed(machine, tmp_path, NEWEST, mode))

    assert found.finding.message.startswith(f"{start}{NAME}, set by your shell")


def test_a_login_without_a_known_plan_is_named_by_where_it_is_from(tmp_path: Path) -> None:
    machine = with_login(IN_SHELL, subscriptionType=None)

    ((found, _),) = variables_marked_by(RULE, reviewed(machine, tmp_path, NEWEST))

    assert "instead of your claude.ai login." in found.finding.message
