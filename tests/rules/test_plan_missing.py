"""Rule plan-missing: when it fires, on which text, and when it must not."""

from __future__ import annotations

from pathlib import Path

import pytest

from billing_lens.machine.machine import Mode
from billing_lens.machine.reading import MachineReader
from billing_lens.review import review
from tests.machines import MadeUpMachine, headline
from tests.rules.reviewed import LOGIN, STATE, marked_by, reviewed
from tests.rules.spots import (
    IN_VSCODE,
    KEY,
    NEWEST,
    commands_of,
    fixes_of,
    is_readable,
    login_only,
    related_to,
    rules_of,
)
from tests.rules.stored import EXPIRED, NO_PLAN, with_account, with_login
from tests.unit.machine.security_program import FOUND, NOT_FOUND, SecurityProgram, mac

RULE = "plan-missing"
NO_ACCOUNT = NO_PLAN.without(STATE)
OF_THE_CONSOLE = with_account(NO_PLAN, organizationType="api", billingType="prepaid")
PLAN_OF_LOGIN = "/claudeAiOauth/subscriptionType"


@pytest.mark.parametrize("mode", list(Mode))
@pytest.mark.parametrize(
    ("plan", "text"),
    [
        (None, '"subscriptionType": null'),
        ("", '"subscriptionType": ""'),
        ("free", '"subscriptionType": "free"'),
        ("Max", '"subscriptionType": "Max"'),
        (5, '"subscriptionType": 5'),
    ],
)
def test_it_marks_a_plan_that_claude_code_does_not_know(
    tmp_path: Path, plan: object, text: str, mode: Mode
) -> None:
    seen = reviewed(with_login(subscriptionType=plan), tmp_path, NEWEST, mode)

    (marked,) = marked_by(RULE, seen)

    assert (marked.path, marked.pointer, marked.text) == (LOGIN, PLAN_OF_LOGIN, text)
    assert marked.severity == "info"
    assert marked.found.finding.leftover is False


def test_a_plan_that_is_left_out_is_marked_at_the_login(tmp_path: Path) -> None:
    machine = with_login(left_out=["subscriptionType"])

    (marked,) = marked_by(RULE, reviewed(machine, tmp_path, NEWEST))

    assert (marked.path, marked.pointer) == (LOGIN, "/claudeAiOauth")
    assert marked.text == '"claudeAiOauth"'


def test_an_account_that_shows_a_subscription_is_the_evidence(tmp_path: Path) -> None:
    seen = reviewed(NO_PLAN, tmp_path, NEWEST)

    (marked,) = marked_by(RULE, seen)

    message = marked.found.finding.message
    assert 'Claude Code calls it "Claude API account"' in message
    assert message.endswith(" Your account shows a subscription, and that pays.")
    assert is_readable(marked.found)
    assert related_to(marked.found, seen) == [(STATE, "/oauthAccount")]
    assert (seen.route.billing.value, seen.as_expected) == ("subscription", True)


@pytest.mark.parametrize("mode", list(Mode))
@pytest.mark.parametrize(
    "machine",
    [
        pytest.param(NO_ACCOUNT, id="no account"),
        pytest.param(OF_THE_CONSOLE, id="an account of the Console"),
        pytest.param(
            with_account(NO_PLAN, ["organizationType", "billingType"]), id="it shows no plan"
        ),
    ],
)
def test_without_that_evidence_nobody_knows_who_pays(
    tmp_path: Path, machine: MadeUpMachine, mode: Mode
) -> None:
    seen = reviewed(machine, tmp_path, NEWEST, mode)

    (marked,) = marked_by(RULE, seen)

    assert marked.severity == "warning"
    assert "Whether a subscription pays cannot be told" in marked.found.finding.message
    assert is_readable(marked.found)
    assert related_to(marked.found, seen) == []
    assert seen.route.billing.value == "unknown"


def test_how_the_account_is_billed_is_evidence_enough(tmp_path: Path) -> None:
    machine = with_account(NO_PLAN, ["organizationType"], billingType="apple_subscription")

    (marked,) = marked_by(RULE, reviewed(machine, tmp_path, NEWEST))

    assert marked.severity == "info"


@pytest.mark.parametrize("mode", list(Mode))
@pytest.mark.parametrize("machine", [NO_PLAN, OF_THE_CONSOLE])
def test_a_login_that_is_not_used_is_a_hint_whoever_the_account_is(
    tmp_path: Path, machine: MadeUpMachine, mode: Mode
) -> None:
    seen = reviewed(machine.with_env(ANTHROPIC_AUTH_TOKEN="t"), tmp_path, NEWEST, mode)

    (marked,) = marked_by(RULE, seen)

    assert marked.severity == "hint"
    assert marked.found.finding.message.endswith(" It is not used now.")
    assert is_readable(marked.found)


@pytest.mark.parametrize("mode", list(Mode))
@pytest.mark.parametrize(("machine", "severity"), [(NO_PLAN, "info"), (OF_THE_CONSOLE, "warning")])
def test_used_in_one_kind_of_run_alone_it_is_as_bad_in_both(
    tmp_path: Path, machine: MadeUpMachine, severity: str, mode: Mode
) -> None:
    seen = reviewed(machine.with_env(ANTHROPIC_API_KEY=KEY), tmp_path, NEWEST, mode)

    assert [it.severity for it in marked_by(RULE, seen)] == [severity]


def test_used_in_the_editor_alone_it_counts_as_used(tmp_path: Path) -> None:
    cancelled = {IN_VSCODE.path: IN_VSCODE.text("ANTHROPIC_AUTH_TOKEN", "")}
    machine = NO_PLAN.with_env(ANTHROPIC_AUTH_TOKEN="t").with_files(cancelled)

    assert [it.severity for it in marked_by(RULE, reviewed(machine, tmp_path, NEWEST))] == ["info"]


@pytest.mark.parametrize("mode", list(Mode))
@pytest.mark.parametrize(
    "machine",
    [
        *(
            pytest.param(with_login(subscriptionType=plan), id=plan)
            for plan in ("max", "pro", "team", "enterprise")
        ),
        pytest.param(with_login(subscriptionType="max", rateLimitTier=None), id="no tier"),
        pytest.param(login_only().without(LOGIN), id="no login"),
        pytest.param(with_login(NO_PLAN, accessToken=""), id="a login that cannot be used"),
        pytest.param(EXPIRED, id="an expired login that has a plan"),
        pytest.param(headline().without(LOGIN), id="a profile alone"),
    ],
)
def test_it_is_silent_when_the_plan_is_known_or_nobody_is_logged_in(
    tmp_path: Path, machine: MadeUpMachine, mode: Mode
) -> None:
    assert RULE not in rules_of(reviewed(machine, tmp_path, NEWEST, mode))


def test_a_keychain_whose_secret_is_not_read_is_not_said_to_hold_no_plan(tmp_path: Path) -> None:
    built = with_account(login_only(), organizationType="api").without(LOGIN).build(tmp_path)
    program = SecurityProgram.install(tmp_path / "bin", login=FOUND, managed_key=NOT_FOUND)

    seen = review(MachineReader(mac(built, program.path)).read(), Mode.INTERACTIVE)

    assert (seen.route.source.value, seen.route.plan) == ("claude_ai_login", None)
    assert RULE not in rules_of(seen)


@pytest.mark.parametrize(
    ("version", "severity"),
    [
        ("2.1.117", "info"),
        ("2.1.118", "hint"),
        ("2.1.153", "hint"),
        ("2.1.154", "info"),
        (NEWEST, "info"),
    ],
)
def test_behind_a_profile_it_is_a_hint_and_comes_after_what_says_who_pays(
    tmp_path: Path, version: str, severity: str
) -> None:
    seen = reviewed(with_login(headline(), subscriptionType=None), tmp_path, version)

    (marked,) = marked_by(RULE, seen)

    assert marked.severity == severity
    if severity == "hint":
        assert rules_of(seen)[0] == "profile-overrides-login"


def test_it_edits_no_login_and_says_how_to_log_in_again(tmp_path: Path) -> None:
    (marked,) = marked_by(RULE, reviewed(NO_PLAN, tmp_path, NEWEST))

    assert fixes_of(marked.found) == []
    assert commands_of(marked.found) == ["claude auth logout", "claude auth login"]
    purposes = [command.purpose for command in marked.found.finding.commands]
    assert not any("cannot be used" in purpose for purpose in purposes)
