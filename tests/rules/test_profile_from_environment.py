"""Rule profile-from-environment: when it fires, on which text, and when it must not."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from billing_lens.billing.expectation import Wish
from billing_lens.billing.sources import Source
from billing_lens.fixes.fix import Safety
from billing_lens.machine.machine import Mode
from tests.machines import MadeUpMachine, assert_no_canary, headline
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
    PLAN,
    TO_THE_LOGIN,
    USER,
    Spot,
    after_fix,
    as_json,
    changed_texts,
    commands_of,
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


@pytest.mark.parametrize("mode", list(Mode))
@pytest.mark.parametrize("version", ["2.1.118", "2.1.153", "2.1.154", NEWEST])
def test_a_variable_of_the_shell_makes_its_profile_pay(
    tmp_path: Path, version: str, mode: Mode
) -> None:
    seen = reviewed(NAMED, tmp_path, version, mode)

    ((found, variable),) = variables_marked_by(RULE, seen)

    assert (variable, found.finding.severity.value) == (NAME, "error")
    message = found.finding.message
    assert message.startswith("Claude Code bills API usage (organization 2222…) instead of your ")
    assert "ANTHROPIC_PROFILE, set by your shell, selects the profile 'default'" in message
    assert is_readable(found)
    assert related_to(found, seen) == TO_THE_LOGIN


@pytest.mark.parametrize("machine", [NAMED, GONE], ids=["named", "gone"])
def test_it_is_silent_before_profiles_are_known(tmp_path: Path, machine: MadeUpMachine) -> None:
    assert RULE not in rules_of(reviewed(machine, tmp_path, "2.1.117"))


@pytest.mark.parametrize("mode", list(Mode))
@pytest.mark.parametrize("spot", SPOTS, ids=str)
def test_it_marks_the_variable_wherever_it_is_set(tmp_path: Path, spot: Spot, mode: Mode) -> None:
    machine = headline().with_files({spot.path: spot.text(NAME, "default")})

    (marked,) = marked_by(RULE, reviewed(machine, tmp_path, NEWEST, mode))

    assert (marked.path, marked.pointer) == (spot.path, spot.pointer(NAME))
    assert marked.text == spot.marked(NAME, "default")
    assert marked.severity == ("warning" if spot.in_editor else "error")
    assert marked.found.finding.message.startswith(f"{spot.run}Claude Code bills API usage")
    assert f"set by {spot.setter}" in marked.found.finding.message


@pytest.mark.parametrize("spot", SPOTS, ids=str)
def test_switching_it_off_keeps_the_name_under_another_key(tmp_path: Path, spot: Spot) -> None:
    text = spot.text(NAME, "default")
    seen = reviewed(headline().with_files({spot.path: text}), tmp_path, NEWEST)
    (marked,) = marked_by(RULE, seen)

    best = marked.found.fixes[0]

    assert (best.id, best.safety) == (f"switch-off:{NAME}@{spot.nickname}", Safety.SAFE)
    assert best.title.endswith(f": bills {PLAN}")
    assert changed_texts(best, seen) == {spot.path: text.replace(f'"{NAME}"', f'"{NAME}_OFF"')}
    assert RULE not in rules_of(after_fix(best, seen))


@pytest.mark.parametrize("mode", list(Mode))
def test_cancelling_the_shells_variable_creates_the_user_settings(
    tmp_path: Path, mode: Mode
) -> None:
    seen = reviewed(NAMED, tmp_path, NEWEST, mode)
    ((found, _),) = variables_marked_by(RULE, seen)

    (best,) = found.fixes

    assert (best.id, best.safety) == (f"cancel:{NAME}@user", Safety.SAFE)
    ((path, text),) = changed_texts(best, seen).items()
    assert (path, json.loads(text or "")) == (USER, {"env": {NAME: ""}})
    after = after_fix(best, seen)
    assert after.as_expected
    assert not {RULE, "profile-overrides-login"} & set(rules_of(after))


def test_where_the_default_profile_would_pay_next_it_helps_nobody(tmp_path: Path) -> None:
    ((found, _),) = variables_marked_by(RULE, reviewed(NAMED, tmp_path, "2.1.146"))

    assert [offer.id for offer in found.fixes if offer.safety is Safety.SAFE] == []


def test_it_says_what_to_run_and_which_line_of_the_shell_to_remove(tmp_path: Path) -> None:
    for number, machine in enumerate((NAMED, GONE)):
        with_line = machine.with_files({".zshrc": f"\n\nexport {NAME}=x\n"})
        seen = reviewed(with_line, tmp_path / str(number), NEWEST)

        ((found, _),) = variables_marked_by(RULE, seen)

        assert commands_of(found) == [f"unset {NAME}"]
        assert f"{seen.machine.home}/.zshrc, line 3" in found.finding.commands[0].purpose


@pytest.mark.parametrize(
    ("version", "fires"),
    [("2.1.118", True), ("2.1.256", True), ("2.1.257", False), (NEWEST, False)],
)
def test_an_administrator_could_set_it_until_2_1_257(
    tmp_path: Path, version: str, fires: bool
) -> None:
    machine = headline().with_files({MANAGED: {"env": {NAME: "default"}}})

    found = [it for it in reviewed(machine, tmp_path, version).findings if it.rule.id == RULE]

    assert [it.finding.severity.value for it in found] == ["error"] * fires
    assert [it for it in found if fixes_of(it) or commands_of(it)] == []
    assert all("your administrator's managed settings" in it.finding.message for it in found)


def test_one_given_on_the_command_line_is_told_but_not_edited(tmp_path: Path) -> None:
    machine = headline().with_args("--settings", json.dumps({"env": {NAME: "default"}}))

    found = [it for it in reviewed(machine, tmp_path, NEWEST).findings if it.rule.id == RULE]

    assert [it.finding.place.path for it in found] == ["--settings"]
    assert "the settings given by --settings" in found[0].finding.message
    assert fixes_of(found[0]) == []


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
        pytest.param(headline().with_env(**{NAME: " "}), None, id="a blank name"),
        pytest.param(NAMED.with_files({USER: {"env": {NAME: ""}}}), None, id="cancelled"),
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


def test_it_shows_no_secret(tmp_path: Path) -> None:
    by_mistake = headline().with_env(**{NAME: KEY})
    for number, machine in enumerate((NAMED, GONE, alone(GONE), by_mistake)):
        shown = as_json(reviewed(machine, tmp_path / str(number), NEWEST))
        assert RULE in shown
        assert_no_canary(shown)
