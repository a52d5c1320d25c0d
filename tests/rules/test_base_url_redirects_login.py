"""Rule base-url-redirects-login: when it fires, on which text, and when it must not."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from billing_lens.billing.expectation import Wish
from billing_lens.fixes.fix import Safety
from billing_lens.machine.machine import Mode
from tests.machines import CANARY, MadeUpMachine, assert_no_canary
from tests.rules.reviewed import LOGIN, marked_by, reviewed, variables_marked_by
from tests.rules.spots import (
    IN_LOCAL,
    IN_PROJECT,
    IN_USER,
    MANAGED,
    NEWEST,
    PLAN,
    SPOTS,
    TO_THE_LOGIN,
    USER,
    VSCODE,
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

RULE = "base-url-redirects-login"
NAME = "ANTHROPIC_BASE_URL"
ELSEWHERE = "https://proxy.example.com:8443/v1"
IN_SHELL = login_only().with_env(ANTHROPIC_BASE_URL=ELSEWHERE)


@pytest.mark.parametrize("mode", list(Mode))
def test_it_names_the_host_the_token_goes_to(tmp_path: Path, mode: Mode) -> None:
    seen = reviewed(IN_SHELL, tmp_path, NEWEST, mode)

    ((found, variable),) = variables_marked_by(RULE, seen)
    assert (variable, found.finding.severity.value) == (NAME, "error")
    message = found.finding.message
    assert message.startswith("Claude Code sends your subscription's token to proxy.example.com,")
    assert "set by your shell" in message
    assert is_readable(found)
    assert related_to(found, seen) == TO_THE_LOGIN


@pytest.mark.parametrize("spot", SPOTS, ids=str)
def test_it_marks_the_address_wherever_it_is_set(tmp_path: Path, spot: Spot) -> None:
    machine = login_only().with_files({spot.path: spot.text(NAME, ELSEWHERE)})

    (marked,) = marked_by(RULE, reviewed(machine, tmp_path, NEWEST))

    assert (marked.path, marked.pointer) == (spot.path, spot.pointer(NAME))
    assert marked.text == spot.marked(NAME, ELSEWHERE)
    assert marked.severity == ("error" if spot == IN_USER else "warning")
    assert f"set by {spot.setter}" in marked.found.finding.message
    assert spot.run in marked.found.finding.message


@pytest.mark.parametrize("spot", [IN_PROJECT, IN_LOCAL], ids=str)
@pytest.mark.parametrize(
    ("mode", "severity"), [(Mode.HEADLESS, "error"), (Mode.INTERACTIVE, "warning")]
)
def test_the_address_of_a_project_counts_only_headless(
    tmp_path: Path, spot: Spot, mode: Mode, severity: str
) -> None:
    machine = login_only().with_files({spot.path: spot.text(NAME, ELSEWHERE)})

    (marked,) = marked_by(RULE, reviewed(machine, tmp_path, NEWEST, mode))

    assert (marked.path, marked.severity) == (spot.path, severity)


def test_an_oauth_token_is_sent_elsewhere_too(tmp_path: Path) -> None:
    machine = IN_SHELL.without(LOGIN).with_env(CLAUDE_CODE_OAUTH_TOKEN=f"sk-ant-oat01-{CANARY}")

    assert RULE in rules_of(reviewed(machine, tmp_path, NEWEST))


@pytest.mark.parametrize("mode", list(Mode))
@pytest.mark.parametrize(
    "machine",
    [
        pytest.param(login_only(), id="no address"),
        pytest.param(
            IN_SHELL.with_env(ANTHROPIC_BASE_URL="https://api.anthropic.com/"), id="Anthropic's own"
        ),
        pytest.param(
            IN_SHELL.with_env(ANTHROPIC_BASE_URL="https://eu.api.Anthropic.com"),
            id="another of Anthropic's own",
        ),
        pytest.param(IN_SHELL.with_env(ANTHROPIC_BASE_URL=" "), id="blank"),
        pytest.param(
            IN_SHELL.with_files({USER: {"env": {NAME: ""}}}), id="cancelled in the settings"
        ),
        pytest.param(
            login_only().with_files({USER: {"env": {f"{NAME}_OFF": ELSEWHERE}}}), id="renamed"
        ),
        pytest.param(IN_SHELL.with_env(ANTHROPIC_AUTH_TOKEN="t"), id="a gateway's own token"),
        pytest.param(IN_SHELL.with_env(CLAUDE_CODE_USE_VERTEX="1"), id="a cloud provider"),
        pytest.param(IN_SHELL.without(LOGIN), id="no token to send"),
    ],
)
def test_it_is_silent_when_no_subscriptions_token_leaves(
    tmp_path: Path, machine: MadeUpMachine, mode: Mode
) -> None:
    assert RULE not in rules_of(reviewed(machine, tmp_path, NEWEST, mode))


@pytest.mark.parametrize(
    "address", ["https://anthropic.com.example.com", "http://notanthropic.com", "http://127.0.0.1"]
)
def test_a_host_that_only_looks_like_anthropics_is_told(tmp_path: Path, address: str) -> None:
    machine = IN_SHELL.with_env(ANTHROPIC_BASE_URL=address)

    ((found, _),) = variables_marked_by(RULE, reviewed(machine, tmp_path, NEWEST))

    assert f"to {address.partition('//')[2]}," in found.finding.message


@pytest.mark.parametrize("billing", ["subscription", "any", None])
def test_it_fires_whatever_should_pay(tmp_path: Path, billing: str | None) -> None:
    seen = reviewed(IN_SHELL, tmp_path, NEWEST, wish=Wish(billing, None, "said"))

    ((_, variable),) = variables_marked_by(RULE, seen)
    assert variable == NAME


@pytest.mark.parametrize("version", ["2.1.117", "2.1.118", "2.1.256", "2.1.257", NEWEST])
def test_it_fires_in_every_version_also_for_managed_settings(tmp_path: Path, version: str) -> None:
    assert RULE in rules_of(reviewed(IN_SHELL, tmp_path / "a", version))

    managed = login_only().with_files({MANAGED: {"env": {NAME: ELSEWHERE}}})
    (found,) = reviewed(managed, tmp_path / "b", version).findings
    assert "your administrator's managed settings" in found.finding.message
    assert (fixes_of(found), commands_of(found)) == ([], [])


@pytest.mark.parametrize("spot", SPOTS, ids=str)
def test_switching_it_off_keeps_the_address_under_another_name(tmp_path: Path, spot: Spot) -> None:
    text = spot.text(NAME, ELSEWHERE)
    seen = reviewed(login_only().with_files({spot.path: text}), tmp_path, NEWEST, Mode.HEADLESS)
    (marked,) = marked_by(RULE, seen)

    best = marked.found.fixes[0]

    assert best.id == f"switch-off:{NAME}@{spot.nickname}"
    assert best.safety is Safety.SAFE
    assert best.title.endswith(f": bills {PLAN}")
    assert changed_texts(best, seen) == {spot.path: text.replace(f'"{NAME}"', f'"{NAME}_OFF"')}
    assert rules_of(after_fix(best, seen)) == []


def test_a_projects_address_can_be_cancelled_beside_local_settings(tmp_path: Path) -> None:
    local = {"model": "opus"}
    machine = login_only().with_files(
        {IN_PROJECT.path: IN_PROJECT.text(NAME, ELSEWHERE), IN_LOCAL.path: local}
    )
    seen = reviewed(machine, tmp_path, NEWEST, Mode.HEADLESS)
    (marked,) = marked_by(RULE, seen)

    cancel = marked.found.fixes[1]

    assert (cancel.id, cancel.safety) == (f"cancel:{NAME}@local", Safety.SAFE)
    ((path, text),) = changed_texts(cancel, seen).items()
    assert (path, json.loads(text or "")) == (IN_LOCAL.path, {**local, "env": {NAME: ""}})
    assert rules_of(after_fix(cancel, seen)) == []


def test_cancelling_the_shells_address_sends_the_token_home_again(tmp_path: Path) -> None:
    seen = reviewed(IN_SHELL, tmp_path, NEWEST)
    ((found, _),) = variables_marked_by(RULE, seen)

    (best,) = found.fixes
    assert (best.id, best.safety) == (f"cancel:{NAME}@user", Safety.SAFE)
    assert (best.resulting.label, best.resulting.host) == (PLAN, None)
    assert rules_of(after_fix(best, seen)) == []


def test_it_says_what_to_run_and_which_line_of_the_shell_to_remove(tmp_path: Path) -> None:
    machine = IN_SHELL.with_files({".profile": f"export {NAME}={ELSEWHERE}\n"})
    seen = reviewed(machine, tmp_path, NEWEST)

    ((found, _),) = variables_marked_by(RULE, seen)

    assert commands_of(found) == [f"unset {NAME}"]
    assert f"{seen.machine.home}/.profile, line 1" in found.finding.commands[0].purpose


@pytest.mark.parametrize("spot", [None, *SPOTS], ids=str)
def test_it_shows_no_secret_that_the_address_holds(tmp_path: Path, spot: Spot | None) -> None:
    address = f"https://me:{CANARY}@proxy.example.com/?key={CANARY}"
    machine = (
        login_only().with_files({spot.path: spot.text(NAME, address)})
        if spot
        else login_only().with_env(ANTHROPIC_BASE_URL=address)
    )

    shown = as_json(reviewed(machine, tmp_path, NEWEST))

    assert RULE in shown
    assert_no_canary(shown)


def test_vs_codes_settings_may_hold_comments(tmp_path: Path) -> None:
    text = f'{{ // mine\n "terminal.integrated.env.linux": {{"{NAME}": "{ELSEWHERE}",}} }}'
    machine = login_only().with_files({VSCODE: text})

    (marked,) = marked_by(RULE, reviewed(machine, tmp_path, NEWEST))

    assert marked.text == f'"{NAME}": "{ELSEWHERE}"'
