"""Rule profile-from-environment: when it fires, on which text, and when it must not."""

from __future__ import annotations

from pathlib import Path

import pytest

from billing_lens.billing.expectation import Wish
from billing_lens.billing.sources import Source
from billing_lens.fixes.fix import Safety
from billing_lens.machine.machine import Mode
from tests.machines import MadeUpMachine, headline
from tests.rules.reviewed import (
    CONFIG,
    CREDENTIALS,
    LOGIN,
    STATE,
    marked_by,
    reviewed,
    variables_marked_by,
)
from tests.rules.spots import (
    IN_LOCAL,
    IN_PROJECT,
    IN_TERMINAL,
    IN_USER,
    IN_VSCODE,
    IN_WORKSPACE,
    KEY,
    MANAGED,
    NEWEST,
    USER,
    Spot,
    after_fix,
    fixes_of,
    is_readable,
    related_to,
    rules_of,
)

RULE = "profile-from-environment"
NAME = "ANTHROPIC_PROFILE"
SPOTS = (IN_USER, IN_VSCODE, IN_WORKSPACE, IN_TERMINAL)
NAMED = headline().with_env(**{NAME: "default"})
GONE = headline().with_env(**{NAME: "gone"})
API_USAGE = Wish("api_usage", None, "said")


ACTIVE = ".config/anthropic/active_config"


def alone(machine: MadeUpMachine) -> MadeUpMachine:
    """Return the machine with nothing but its profile."""
    return machine.without(LOGIN, STATE)


def test_where_the_default_profile_would_pay_next_it_helps_nobody(tmp_path: Path) -> None:
    ((found, _),) = variables_marked_by(RULE, reviewed(NAMED, tmp_path, "2.1.146"))

    assert [offer.id for offer in found.fixes if offer.safety is Safety.SAFE] == []


def test_a_file_given_on_the_command_line_is_edited(tmp_path: Path) -> None:
    text = IN_USER.text(NAME, "default")
    machine = headline().with_files({"mine.json": text})

    machine = machine.with_args("--settings", "@HOME@/mine.json")
    (marked,) = marked_by(RULE, reviewed(machine, tmp_path, NEWEST))

    assert (marked.path, marked.text) == ("mine.json", IN_USER.marked(NAME, "default"))
    assert fixes_of(marked.found) == [f"switch-off:{NAME}@flag"]


def test_a_profile_that_fails_is_not_said_to_be_billed(tmp_path: Path) -> None:
    machine = NAMED.with_files({CREDENTIALS: {}})

    ((found, _),) = variables_marked_by(RULE, reviewed(machine, tmp_path, NEWEST))

    assert found.finding.message.startswith("Claude Code chooses API usage")
    assert "which fails, instead of your Claude Max login" in found.finding.message
    assert is_readable(found)


@pytest.mark.parametrize("mode", list(Mode))
@pytest.mark.parametrize("spot", [IN_USER, None], ids=["user", "shell"])
def test_a_name_without_a_profile_is_a_leftover_while_the_login_pays(
    tmp_path: Path, spot: Spot | None, mode: Mode
) -> None:
    machine = headline().with_files({USER: IN_USER.text(NAME, "gone")}) if spot else GONE

    seen = reviewed(machine, tmp_path, NEWEST, mode)

    (found,) = [it for it in seen.findings if it.rule.id == RULE]
    assert (found.finding.severity.value, found.finding.leftover) == ("hint", True)
    assert "names the profile 'gone', which is not there" in found.finding.message
    assert "not even the default one" in found.finding.message
    assert is_readable(found)
    assert fixes_of(found) == [f"switch-off:{NAME}@user" if spot else f"cancel:{NAME}@user"]
    assert RULE not in rules_of(after_fix(found.fixes[0], seen))


@pytest.mark.parametrize("version", ["2.1.118", "2.1.154", NEWEST])
def test_without_it_the_default_profile_would_work(tmp_path: Path, version: str) -> None:
    seen = reviewed(alone(GONE), tmp_path, version)

    ((found, _),) = variables_marked_by(RULE, seen)

    assert (found.finding.severity.value, found.finding.leftover) == ("warning", False)
    (best,) = found.fixes
    assert (best.id, best.safety) == (f"cancel:{NAME}@user", Safety.SAFE)
    assert after_fix(best, seen).route.works


@pytest.mark.parametrize("machine", [GONE, alone(GONE)], ids=["login", "nobody"])
def test_where_a_profile_should_pay_its_absence_is_an_error(
    tmp_path: Path, machine: MadeUpMachine
) -> None:
    seen = reviewed(machine, tmp_path, "2.1.146", Mode.INTERACTIVE, API_USAGE)

    ((found, _),) = variables_marked_by(RULE, seen)

    assert (found.finding.severity.value, found.finding.leftover) == ("error", False)
    assert after_fix(found.fixes[0], seen).route.source is Source.PROFILE


def test_where_a_subscription_should_pay_and_nobody_is_logged_in_it_is_not_to_blame(
    tmp_path: Path,
) -> None:
    ((found, _),) = variables_marked_by(RULE, reviewed(GONE.without(LOGIN), tmp_path, NEWEST))

    assert found.finding.severity.value == "hint"


@pytest.mark.parametrize(
    ("machine", "wish"),
    [
        pytest.param(GONE.with_env(ANTHROPIC_API_KEY=KEY), API_USAGE, id="a key pays as it should"),
        pytest.param(alone(GONE).with_files({MANAGED: "{"}), None, id="Claude Code does not start"),
    ],
)
def test_it_is_a_leftover_where_the_profile_would_change_nothing(
    tmp_path: Path, machine: MadeUpMachine, wish: Wish | None
) -> None:
    seen = reviewed(machine, tmp_path, NEWEST, Mode.HEADLESS, wish)

    ((found, _),) = variables_marked_by(RULE, seen)

    assert (found.finding.severity.value, found.finding.leftover) == ("hint", True)


def test_a_name_for_the_editor_and_another_for_the_shell_are_both_told(tmp_path: Path) -> None:
    machine = GONE.with_files({IN_VSCODE.path: IN_VSCODE.text(NAME, "default")})
    seen = reviewed(machine, tmp_path, NEWEST)

    found = [it.finding for it in seen.findings if it.rule.id == RULE]
    assert [(it.severity.value, it.place.path is None) for it in found] == [
        ("warning", False),
        ("hint", True),
    ]


def test_the_profile_named_may_be_there_and_be_of_no_use(tmp_path: Path) -> None:
    seen = reviewed(NAMED.without(CREDENTIALS), tmp_path, NEWEST)

    ((found, _),) = variables_marked_by(RULE, seen)

    assert found.finding.severity.value == "hint"
    assert "names the profile 'default', which cannot be used" in found.finding.message
    assert related_to(found, seen) == [(CONFIG, "/organization_id")]
    assert "no credentials file" in found.finding.related[0].message


def test_the_desktop_application_uses_no_profile_but_the_editor_does(tmp_path: Path) -> None:
    machine = NAMED.with_env(CLAUDE_CODE_ENTRYPOINT="claude-desktop")

    ((found, _),) = variables_marked_by(RULE, reviewed(machine, tmp_path, NEWEST))

    assert found.finding.severity.value == "warning"
    assert found.finding.message.startswith("In VS Code, Claude Code bills")


@pytest.mark.parametrize("version", ["2.1.146", NEWEST])
@pytest.mark.parametrize("mode", list(Mode))
@pytest.mark.parametrize(
    ("machine", "wish"),
    [
        pytest.param(headline(), None, id="nothing is set"),
        pytest.param(NAMED, API_USAGE, id="the profile should pay"),
        pytest.param(alone(NAMED), None, id="nothing is expected"),
        pytest.param(headline().with_files({ACTIVE: "default"}), None, id="active_config says so"),
        pytest.param(NAMED.with_env(ANTHROPIC_AUTH_TOKEN="t"), None, id="a token comes first"),
        pytest.param(NAMED.with_env(CLAUDE_CODE_USE_VERTEX="1"), None, id="a cloud comes first"),
        *(
            pytest.param(
                headline().with_files({it.path: it.text(NAME, "default")}),
                *(None,),
                id=f"{it} settings cannot set it",
            )
            for it in (IN_PROJECT, IN_LOCAL)
        ),
    ],
)
def test_it_is_silent_when_no_name_makes_a_difference(
    tmp_path: Path, machine: MadeUpMachine, wish: Wish | None, mode: Mode, version: str
) -> None:
    assert RULE not in rules_of(reviewed(machine, tmp_path, version, mode, wish))


def test_a_key_given_by_mistake_is_not_shown(tmp_path: Path) -> None:
    assert RULE in rules_of(reviewed(headline().with_env(**{NAME: KEY}), tmp_path, NEWEST))
