"""Rule environments-differ: when it fires, on which text, and when it must not."""

from __future__ import annotations

from pathlib import Path

import pytest

from billing_lens.billing.expectation import Wish
from billing_lens.fixes.fix import Safety
from billing_lens.machine.machine import Mode
from tests.machines import CANARY, MadeUpMachine, headline
from tests.rules.reviewed import LOGIN, STATE, marked_by, reviewed
from tests.rules.spots import (
    IN_PROJECT,
    IN_SETTINGS,
    IN_TERMINAL,
    IN_VSCODE,
    IN_WORKSPACE,
    KEY,
    NEWEST,
    PLAN,
    TO_THE_LOGIN,
    VSCODE,
    Spot,
    after_fix,
    changed_texts,
    commands_of,
    fixes_of,
    is_readable,
    login_only,
    related_to,
    rules_of,
)

RULE = "environments-differ"
TOKEN = "ANTHROPIC_AUTH_TOKEN"
VALUE = f"made-up-bearer-{CANARY}"
WHERE = {
    "vscode": "Claude Code in VS Code",
    "vscode-workspace": "Claude Code in VS Code",
    "vscode-terminal": "VS Code's own terminal",
}
IN_EDITOR = [IN_VSCODE, IN_WORKSPACE, IN_TERMINAL]


@pytest.mark.parametrize("mode", list(Mode))
@pytest.mark.parametrize("spot", IN_EDITOR, ids=str)
@pytest.mark.parametrize(
    ("variable", "value", "payer"),
    [
        (TOKEN, VALUE, "API usage"),
        ("CLAUDE_CODE_USE_BEDROCK", "1", "Amazon Bedrock"),
        ("ANTHROPIC_BASE_URL", "https://p.example.com", f"{PLAN} through p.example.com"),
    ],
)
def test_it_marks_what_vs_code_sets_and_names_both_payers(
    tmp_path: Path, spot: Spot, variable: str, value: str, payer: str, mode: Mode
) -> None:
    machine = login_only().with_files({spot.path: spot.text(variable, value)})
    seen = reviewed(machine, tmp_path, NEWEST, mode)

    (marked,) = marked_by(RULE, seen)

    assert (marked.path, marked.pointer) == (spot.path, spot.pointer(variable))
    assert marked.text == spot.marked(variable, value)
    assert marked.severity == "warning"
    where = WHERE[spot.nickname]
    assert marked.found.finding.message.startswith(f"{where} bills {payer}, but in a terminal")
    assert marked.found.finding.message.endswith(f"{PLAN}.")
    assert is_readable(marked.found)
    assert related_to(marked.found, seen) == TO_THE_LOGIN


def test_the_extension_and_the_terminal_are_told_apart(tmp_path: Path) -> None:
    settings = {
        IN_VSCODE.section: [{"name": TOKEN, "value": VALUE}],
        IN_TERMINAL.section: {"CLAUDE_CODE_USE_VERTEX": "1"},
    }

    marked = marked_by(RULE, reviewed(login_only().with_files({VSCODE: settings}), tmp_path))

    assert [(it.pointer, it.found.finding.message.partition(" bills ")[0]) for it in marked] == [
        (IN_TERMINAL.pointer("CLAUDE_CODE_USE_VERTEX"), "VS Code's own terminal"),
        (IN_VSCODE.pointer(TOKEN), "Claude Code in VS Code"),
    ]


def test_with_nothing_expected_it_is_an_information(tmp_path: Path) -> None:
    machine = login_only().with_files({VSCODE: IN_VSCODE.text(TOKEN, VALUE)})

    anything = reviewed(machine, tmp_path / "a", NEWEST, wish=Wish("any", None, "said"))
    (marked,) = marked_by(RULE, anything)
    assert (marked.severity, fixes_of(marked.found)) == ("info", [])

    unknown = reviewed(machine.without(LOGIN, STATE), tmp_path / "b", NEWEST)
    (marked,) = marked_by(RULE, unknown)
    assert (marked.severity, fixes_of(marked.found)) == ("info", [])


@pytest.mark.parametrize(
    ("wish", "switches_off"),
    [(Wish("subscription", None, "said"), True), (Wish("api_usage", None, "said"), False)],
)
def test_only_what_should_not_pay_is_switched_off(
    tmp_path: Path, wish: Wish, switches_off: bool
) -> None:
    machine = login_only().with_files({VSCODE: IN_VSCODE.text(TOKEN, VALUE)})

    (marked,) = marked_by(RULE, reviewed(machine, tmp_path, NEWEST, wish=wish))

    assert marked.severity == "warning"
    assert fixes_of(marked.found) == [f"switch-off:{TOKEN}@vscode"] * switches_off


@pytest.mark.parametrize("mode", list(Mode))
@pytest.mark.parametrize("spot", IN_SETTINGS, ids=str)
def test_it_is_silent_on_settings_that_count_everywhere(
    tmp_path: Path, spot: Spot, mode: Mode
) -> None:
    machine = login_only().with_files({spot.path: spot.text(TOKEN, VALUE)})

    assert RULE not in rules_of(reviewed(machine, tmp_path, NEWEST, mode))


@pytest.mark.parametrize("mode", list(Mode))
@pytest.mark.parametrize(
    "machine",
    [
        pytest.param(login_only(), id="no settings of VS Code"),
        pytest.param(
            login_only().with_files({VSCODE: IN_VSCODE.text("EDITOR", "vi")}), id="no payer"
        ),
        pytest.param(
            login_only().with_files({VSCODE: IN_VSCODE.text(f"{TOKEN}_OFF", VALUE)}), id="renamed"
        ),
        pytest.param(
            login_only().with_files({VSCODE: IN_VSCODE.text("ANTHROPIC_API_KEY", KEY)}),
            id="a key nobody approved",
        ),
        pytest.param(
            login_only().with_files(
                {VSCODE: IN_VSCODE.text("ANTHROPIC_BASE_URL", "https://api.anthropic.com")}
            ),
            id="Anthropic's own host",
        ),
        pytest.param(
            login_only()
            .with_env(ANTHROPIC_AUTH_TOKEN=VALUE)
            .with_files({VSCODE: IN_VSCODE.text(TOKEN, VALUE)}),
            id="the shell sets the same",
        ),
        pytest.param(
            login_only().with_files({VSCODE: {"terminal.integrated.env.windows": {TOKEN: VALUE}}}),
            id="another platform's terminal",
        ),
        pytest.param(
            login_only().with_env(ANTHROPIC_API_KEY=KEY), id="a key that only headless runs use"
        ),
        pytest.param(headline(), id="a profile, seen by all"),
    ],
)
def test_it_is_silent_when_the_same_one_pays(
    tmp_path: Path, machine: MadeUpMachine, mode: Mode
) -> None:
    assert RULE not in rules_of(reviewed(machine, tmp_path, NEWEST, mode))


@pytest.mark.parametrize(
    ("version", "differs"),
    [("2.1.117", False), ("2.1.118", True), ("2.1.153", True), ("2.1.154", True)],
)
def test_federation_of_the_editor_differs_where_federation_is_known(
    tmp_path: Path, version: str, differs: bool
) -> None:
    machine = login_only().with_env(
        ANTHROPIC_ORGANIZATION_ID="22222222-2", ANTHROPIC_IDENTITY_TOKEN="t"
    )
    text = IN_VSCODE.text("ANTHROPIC_FEDERATION_RULE_ID", "fdrl_made_up")

    seen = reviewed(machine.with_files({VSCODE: text}), tmp_path, version)

    assert (RULE in rules_of(seen)) is differs


@pytest.mark.parametrize(
    ("version", "differs"), [("2.1.153", False), ("2.1.154", True), (NEWEST, True)]
)
def test_a_profile_that_the_editor_names_differs_once_it_must_be_named(
    tmp_path: Path, version: str, differs: bool
) -> None:
    machine = headline().with_files({VSCODE: IN_VSCODE.text("ANTHROPIC_PROFILE", "default")})

    assert (RULE in rules_of(reviewed(machine, tmp_path, version))) is differs


def test_an_address_of_the_project_counts_in_the_extension_but_not_interactively(
    tmp_path: Path,
) -> None:
    text = IN_PROJECT.text("ANTHROPIC_BASE_URL", "https://p.example.com")

    (marked,) = marked_by(
        RULE, reviewed(login_only().with_files({IN_PROJECT.path: text}), tmp_path, NEWEST)
    )

    assert (marked.path, marked.pointer) == (IN_PROJECT.path, "/env/ANTHROPIC_BASE_URL")
    assert "through p.example.com" in marked.found.finding.message


@pytest.mark.parametrize("mode", list(Mode))
@pytest.mark.parametrize("spot", IN_EDITOR, ids=str)
def test_switching_it_off_keeps_the_value_and_makes_all_the_same(
    tmp_path: Path, spot: Spot, mode: Mode
) -> None:
    text = spot.text(TOKEN, VALUE)
    seen = reviewed(login_only().with_files({spot.path: text}), tmp_path, NEWEST, mode)
    (marked,) = marked_by(RULE, seen)

    assert fixes_of(marked.found) == [f"switch-off:{TOKEN}@{spot.nickname}"]
    assert commands_of(marked.found) == []
    best = marked.found.fixes[0]
    assert best.safety is Safety.SAFE
    assert best.title.endswith(f": bills {PLAN}")
    assert changed_texts(best, seen) == {spot.path: text.replace(f'"{TOKEN}"', f'"{TOKEN}_OFF"')}
    after = after_fix(best, seen)
    assert {it.route.label for it in after.environments} == {PLAN}
    assert rules_of(after) == spot.told_anyway
