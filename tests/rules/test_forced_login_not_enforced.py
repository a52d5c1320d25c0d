"""Rule forced-login-conflict: what settings of one's own ask for and Claude Code ignores."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from billing_lens.billing.expectation import Wish
from billing_lens.fixes.fix import Safety
from billing_lens.machine.machine import Mode
from tests.machines import SUBSCRIPTION_ORGANIZATION, MadeUpMachine
from tests.rules.demands import (
    METHOD,
    NOBODY,
    ORGANIZATION,
    OTHER,
    RULE,
    WITH_KEY,
    WITH_STORED_KEY,
    WITH_TOKEN,
    demanding,
    found_by_rule,
)
from tests.rules.reviewed import STATE, marked_by, reviewed
from tests.rules.spots import (
    KEY,
    LOCAL,
    NEWEST,
    PLAN,
    PROJECT,
    TO_THE_LOGIN,
    USER,
    after_fix,
    changed_texts,
    commands_of,
    fixes_of,
    is_readable,
    login_only,
    related_to,
    rules_of,
)
from tests.rules.stored import EXPIRED, with_login

SUBSCRIPTION, API_USAGE = Wish("subscription", None, "said"), Wish("api_usage", None, "said")


@pytest.mark.parametrize("mode", list(Mode))
@pytest.mark.parametrize("path", [USER, PROJECT, LOCAL])
@pytest.mark.parametrize(
    ("machine", "method", "asked_and_paid"),
    [
        (WITH_TOKEN, "claudeai", ("a claude.ai login", "API usage")),
        (login_only(), "console", ("a Console login", f"{PLAN} of organization 1111…")),
    ],
)
def test_settings_of_your_own_that_ask_for_another_login_enforce_nothing(
    tmp_path: Path,
    machine: MadeUpMachine,
    method: str,
    asked_and_paid: tuple[str, str],
    path: str,
    mode: Mode,
) -> None:
    asked, paid = asked_and_paid
    seen = reviewed(demanding(machine, method, at=path), tmp_path, NEWEST, mode)

    (marked,) = marked_by(RULE, seen)

    assert (marked.path, marked.pointer) == (path, f"/{METHOD}")
    assert marked.text == f'"{METHOD}": "{method}"'
    assert marked.severity == "warning"
    assert marked.found.finding.message == (
        f"forceLoginMethod asks for {asked}, but only managed settings can enforce that. "
        f"Claude Code bills {paid}."
    )
    assert is_readable(marked.found)
    (related,) = marked.found.finding.related
    assert related.place == seen.route.place


@pytest.mark.parametrize("mode", list(Mode))
@pytest.mark.parametrize("path", [USER, PROJECT, LOCAL])
def test_an_organization_that_your_own_settings_ask_for_is_not_enforced(
    tmp_path: Path, path: str, mode: Mode
) -> None:
    machine = demanding(login_only(), organization=OTHER, at=path)
    seen = reviewed(machine, tmp_path, NEWEST, mode)

    (marked,) = marked_by(RULE, seen)

    assert (marked.path, marked.pointer) == (path, f"/{ORGANIZATION}")
    assert marked.text == f'"{ORGANIZATION}": "{OTHER}"'
    assert marked.severity == "warning"
    assert "forceLoginOrgUUID asks for organization 2222…" in marked.found.finding.message
    assert f"Claude Code bills {PLAN} of organization 1111…." in marked.found.finding.message
    assert is_readable(marked.found)
    assert related_to(marked.found, seen) == TO_THE_LOGIN
    assert (fixes_of(marked.found), commands_of(marked.found)) == ([], ["claude auth login"])


def test_settings_given_on_the_command_line_enforce_nothing_either(tmp_path: Path) -> None:
    machine = login_only().with_args("--settings", json.dumps({METHOD: "console"}))

    (found,) = found_by_rule(reviewed(machine, tmp_path, NEWEST))

    assert (found.finding.place.path, found.finding.place.pointer) == ("--settings", f"/{METHOD}")
    assert commands_of(found) == ["claude auth logout", "claude auth login --console"]


def test_a_run_that_is_not_asked_for_counts_as_well(tmp_path: Path) -> None:
    machine = demanding(WITH_KEY, "claudeai", at=USER)

    (marked,) = marked_by(RULE, reviewed(machine, tmp_path, NEWEST, Mode.INTERACTIVE))

    assert marked.severity == "warning"
    assert marked.found.finding.message.endswith(" In headless runs, Claude Code bills API usage.")


@pytest.mark.parametrize("mode", list(Mode))
@pytest.mark.parametrize(
    "machine",
    [
        pytest.param(demanding(login_only(), "claudeai", at=USER), id="the login asked for"),
        pytest.param(demanding(WITH_STORED_KEY, "console", at=USER), id="the Console asked for"),
        pytest.param(
            demanding(login_only(), organization=SUBSCRIPTION_ORGANIZATION, at=USER),
            id="its organization",
        ),
        pytest.param(
            demanding(login_only(), organization=[OTHER, SUBSCRIPTION_ORGANIZATION], at=USER),
            id="one of its organizations",
        ),
        pytest.param(demanding(login_only(), organization=[], at=USER), id="an empty list"),
        pytest.param(
            demanding(WITH_TOKEN, organization=OTHER, at=USER),
            id="a token that does not say whose it is",
        ),
        pytest.param(demanding(login_only(), "gateway", at=USER), id="a gateway"),
        pytest.param(demanding(WITH_TOKEN, "weird", at=USER), id="an unknown method"),
        pytest.param(
            demanding(
                WITH_TOKEN.with_env(ANTHROPIC_BASE_URL="https://gw.example.com"),
                "claudeai",
                at=USER,
            ),
            id="a gateway that is clearly meant",
        ),
        pytest.param(
            demanding(login_only().with_env(CLAUDE_CODE_USE_BEDROCK="1"), "claudeai", at=USER),
            id="a cloud provider, which other rules tell",
        ),
        pytest.param(demanding(NOBODY, "console", OTHER, at=USER), id="nobody logged in"),
        pytest.param(
            demanding(EXPIRED, "console", at=USER), id="a login that does not work anyway"
        ),
        pytest.param(demanding(WITH_TOKEN, 5, at=USER), id="a file that is ignored as a whole"),
        pytest.param(
            demanding(WITH_TOKEN, "claudeai", at=".claude/settings.local.json"),
            id="a file Claude Code does not read",
        ),
        pytest.param(
            demanding(WITH_TOKEN, "claudeai", at=USER).with_args("--setting-sources", "project"),
            id="settings that are left out",
        ),
    ],
)
def test_it_is_silent_when_your_own_settings_and_the_payer_agree(
    tmp_path: Path, machine: MadeUpMachine, mode: Mode
) -> None:
    assert RULE not in rules_of(reviewed(machine, tmp_path, NEWEST, mode))


def test_what_pays_against_your_own_settings_can_be_switched_off(tmp_path: Path) -> None:
    machine = demanding(WITH_TOKEN.without(STATE), "claudeai", at=PROJECT)
    machine = with_login(machine, subscriptionType=None)
    seen = reviewed(machine, tmp_path, NEWEST)

    (marked,) = marked_by(RULE, seen)

    assert seen.expected is None
    assert fixes_of(marked.found) == ["cancel:ANTHROPIC_AUTH_TOKEN@user"]
    assert commands_of(marked.found) == ["unset ANTHROPIC_AUTH_TOKEN"]
    assert RULE not in rules_of(after_fix(marked.found.fixes[0], seen))


def test_no_file_is_edited_so_that_a_console_login_pays(tmp_path: Path) -> None:
    machine = login_only().with_env(CLAUDE_CODE_OAUTH_TOKEN=KEY)

    (marked,) = marked_by(RULE, reviewed(demanding(machine, "console", at=USER), tmp_path, NEWEST))

    assert fixes_of(marked.found) == []
    assert commands_of(marked.found) == ["unset CLAUDE_CODE_OAUTH_TOKEN"]


def test_a_stored_key_that_pays_against_your_own_settings_is_logged_out(tmp_path: Path) -> None:
    (marked,) = marked_by(
        RULE, reviewed(demanding(WITH_STORED_KEY, "claudeai", at=USER), tmp_path, NEWEST)
    )

    assert commands_of(marked.found) == ["claude auth logout", "claude auth login"]


@pytest.mark.parametrize("mode", list(Mode))
def test_settings_against_what_you_said_yourself_are_outdated_and_can_be_switched_off(
    tmp_path: Path, mode: Mode
) -> None:
    machine = demanding(login_only(), "console", at=USER)
    seen = reviewed(machine, tmp_path, NEWEST, mode, SUBSCRIPTION)

    (marked,) = marked_by(RULE, seen)

    assert marked.severity == "info"
    assert commands_of(marked.found) == []
    assert fixes_of(marked.found) == [f"switch-off:{METHOD}@user"]
    best = marked.found.fixes[0]
    assert best.safety is Safety.SAFE
    before = str(machine.files[USER])
    assert changed_texts(best, seen) == {USER: before.replace(METHOD, f"{METHOD}Off")}
    assert RULE not in rules_of(after_fix(best, seen))


def test_where_something_else_should_pay_as_well_the_settings_are_not_outdated(
    tmp_path: Path,
) -> None:
    machine = demanding(WITH_TOKEN, "claudeai", at=USER)
    said, other = tmp_path / "said", tmp_path / "other"

    (marked,) = marked_by(RULE, reviewed(machine, other, NEWEST, wish=SUBSCRIPTION))
    assert marked.severity == "warning"

    (marked,) = marked_by(RULE, reviewed(machine, said, NEWEST, wish=API_USAGE))
    assert marked.severity == "info"


def test_a_managed_demand_makes_settings_that_ask_otherwise_outdated(tmp_path: Path) -> None:
    machine = demanding(demanding(login_only(), "claudeai"), "console", at=USER)

    (marked,) = marked_by(RULE, reviewed(machine, tmp_path, NEWEST))

    assert (marked.path, marked.severity) == (USER, "info")


@pytest.mark.parametrize("version", ["2.1.117", "2.1.118", "2.1.153", "2.1.154", NEWEST])
def test_settings_of_your_own_enforce_nothing_in_any_version(tmp_path: Path, version: str) -> None:
    machine = demanding(login_only(), "console", OTHER, at=USER)

    marked = marked_by(RULE, reviewed(machine, tmp_path, version))

    assert [it.pointer for it in marked] == [f"/{METHOD}", f"/{ORGANIZATION}"]
