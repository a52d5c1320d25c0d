"""Rule api-key-helper-overrides-login: when it fires, on which text, and when it must not."""

from __future__ import annotations

from pathlib import Path

import pytest

from billing_lens.billing.expectation import Wish
from billing_lens.fixes.fix import Safety
from billing_lens.machine.machine import Mode
from tests.machines import MadeUpMachine
from tests.rules.reviewed import LOGIN, STATE, marked_by, reviewed
from tests.rules.spots import (
    IN_SETTINGS,
    KEY,
    LOCAL,
    MANAGED,
    NEWEST,
    PLAN,
    PROJECT,
    TO_THE_LOGIN,
    USER,
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

RULE = "api-key-helper-overrides-login"
HELPER = login_only().with_files({USER: {"apiKeyHelper": "print-a-key --team"}})
IN_PLAIN_TEXT = "holds a key in plain text"


def text_of(command: str) -> str:
    return f'{{ "model" : "opus",\n "é":"😀", "apiKeyHelper" : "{command}" }}\n'


@pytest.mark.parametrize("mode", list(Mode))
@pytest.mark.parametrize("spot", IN_SETTINGS, ids=str)
def test_it_marks_the_helper_wherever_it_is_set(tmp_path: Path, spot: Spot, mode: Mode) -> None:
    machine = login_only().with_files({spot.path: text_of("print-a-key")})
    seen = reviewed(machine, tmp_path, NEWEST, mode)

    (marked,) = marked_by(RULE, seen)

    assert (marked.path, marked.pointer) == (spot.path, "/apiKeyHelper")
    assert marked.text == '"apiKeyHelper" : "print-a-key"'
    assert marked.severity == "error"
    message = marked.found.finding.message
    assert message.startswith("Claude Code bills API usage instead of your Claude Max login: ")
    assert f"apiKeyHelper, set by {spot.setter}" in message
    assert is_readable(marked.found)
    assert related_to(marked.found, seen) == TO_THE_LOGIN


@pytest.mark.parametrize("mode", list(Mode))
@pytest.mark.parametrize("spot", IN_SETTINGS, ids=str)
def test_switching_it_off_keeps_the_command_under_another_name(
    tmp_path: Path, spot: Spot, mode: Mode
) -> None:
    text = text_of("print-a-key")
    seen = reviewed(login_only().with_files({spot.path: text}), tmp_path, NEWEST, mode)
    (marked,) = marked_by(RULE, seen)

    assert fixes_of(marked.found) == [f"switch-off:apiKeyHelper@{spot.nickname}"]
    best = marked.found.fixes[0]
    assert best.safety is Safety.SAFE
    assert best.title.endswith(f": bills {PLAN}")
    expected = text.replace('"apiKeyHelper"', '"apiKeyHelperOff"')
    assert changed_texts(best, seen) == {spot.path: expected}
    assert rules_of(after_fix(best, seen)) == []


def test_the_helper_in_force_is_the_one_that_is_marked(tmp_path: Path) -> None:
    machine = HELPER.with_files({PROJECT: {"apiKeyHelper": "a"}, LOCAL: {"apiKeyHelper": "b"}})

    (marked,) = marked_by(RULE, reviewed(machine, tmp_path, NEWEST))

    assert marked.path == LOCAL


@pytest.mark.parametrize("mode", list(Mode))
@pytest.mark.parametrize(
    "machine",
    [
        pytest.param(login_only(), id="no helper"),
        pytest.param(login_only().with_files({USER: {"apiKeyHelper": ""}}), id="an empty one"),
        pytest.param(
            HELPER.with_files({LOCAL: {"apiKeyHelper": ""}}), id="cancelled closer to the project"
        ),
        pytest.param(login_only().with_files({USER: {"apiKeyHelperOff": "x"}}), id="renamed"),
        pytest.param(
            login_only().with_files({USER: {"env": {"apiKeyHelper": "x"}}}), id="a variable"
        ),
        pytest.param(
            login_only().with_files({USER: '{"apiKeyHelper": "x",}'}), id="settings not read"
        ),
        pytest.param(
            login_only().with_files({"proj/sub/.claude/settings.json": {"apiKeyHelper": "x"}}),
            id="another project",
        ),
        pytest.param(HELPER.with_args("--bare"), id="a bare run"),
        pytest.param(HELPER.with_args("--setting-sources", "project"), id="not asked for"),
        pytest.param(HELPER.with_env(ANTHROPIC_AUTH_TOKEN="t"), id="a token comes first"),
        pytest.param(HELPER.without(LOGIN, STATE), id="nobody expects a subscription"),
    ],
)
def test_it_is_silent_when_no_helper_beats_a_subscription(
    tmp_path: Path, machine: MadeUpMachine, mode: Mode
) -> None:
    assert RULE not in rules_of(reviewed(machine, tmp_path, NEWEST, mode))


def test_it_is_silent_when_usage_should_be_billed(tmp_path: Path) -> None:
    wish = Wish("api_usage", None, "said")

    assert RULE not in rules_of(reviewed(HELPER, tmp_path, NEWEST, wish=wish))


def test_with_a_key_behind_the_helper_switching_the_helper_off_is_not_safe_headless(
    tmp_path: Path,
) -> None:
    machine = HELPER.with_env(ANTHROPIC_API_KEY=KEY)

    (marked,) = marked_by(RULE, reviewed(machine, tmp_path, NEWEST, Mode.HEADLESS))

    (offer,) = marked.found.fixes
    assert offer.safety is Safety.UNSAFE
    assert offer.title.endswith(": bills API usage")


def test_what_an_administrator_sets_no_fix_takes_back(tmp_path: Path) -> None:
    machine = login_only().with_files({MANAGED: {"apiKeyHelper": "print-a-key"}})

    (found,) = reviewed(machine, tmp_path, NEWEST).findings

    assert found.finding.rule == RULE
    assert "your administrator's managed settings" in found.finding.message
    assert (fixes_of(found), commands_of(found)) == ([], [])


@pytest.mark.parametrize(
    "command", [f"echo {KEY}", f"printf '%s' '{KEY}'", "echo eyJhbGciOiJIUzI1NiJ9.eyJzdWIi.x"]
)
def test_a_key_in_the_command_is_a_warning_whoever_pays(tmp_path: Path, command: str) -> None:
    machine = login_only().with_files({USER: {"apiKeyHelper": command}})
    wish = Wish("api_usage", None, "said")

    (marked,) = marked_by(RULE, reviewed(machine, tmp_path, NEWEST, wish=wish))

    assert (marked.path, marked.pointer, marked.severity) == (USER, "/apiKeyHelper", "warning")
    assert IN_PLAIN_TEXT in marked.found.finding.message
    assert is_readable(marked.found)


def test_a_key_in_the_command_is_told_beside_who_pays(tmp_path: Path) -> None:
    machine = login_only().with_files({USER: {"apiKeyHelper": f"echo {KEY}"}})

    marked = marked_by(RULE, reviewed(machine, tmp_path, NEWEST))

    assert [it.severity for it in marked] == ["error", "warning"]


@pytest.mark.parametrize("command", ["cat ~/.key", "echo $KEY", "op read op://vault/sk-ant/key"])
def test_a_command_that_reads_the_key_elsewhere_holds_none(tmp_path: Path, command: str) -> None:
    machine = login_only().with_files({USER: {"apiKeyHelper": command}})

    (marked,) = marked_by(RULE, reviewed(machine, tmp_path, NEWEST))

    assert IN_PLAIN_TEXT not in marked.found.finding.message


def test_the_helper_is_never_run(tmp_path: Path) -> None:
    trace = tmp_path / "trace"
    machine = login_only().with_files({USER: {"apiKeyHelper": f"touch {trace}"}})

    assert rules_of(reviewed(machine, tmp_path / "machine", NEWEST)) == [RULE]
    assert not trace.exists()
