"""Rule settings-ignored: the one mistake that makes Claude Code ignore a settings file."""

from __future__ import annotations

from pathlib import Path

import pytest

from billing_lens.fixes.fix import Safety
from billing_lens.machine.machine import Mode
from tests.machines import headline
from tests.rules.reviewed import STATE, marked_by, reviewed
from tests.rules.spots import (
    KEY,
    MANAGED,
    NEWEST,
    after_fix,
    changed_texts,
    login_only,
    rules_of,
)

RULE = "settings-ignored"
USER, PROJECT = ".claude/settings.json", "proj/.claude/settings.json"
LOCAL = "proj/.claude/settings.local.json"


SOUND: list[object] = [
    {},
    {"env": {"A": "b", "C": 1, "D": True}},
    {"unknown": [{}], "model": "opus"},
    {"__file__": {"content": {"env": {}}, "bom": True}},
]


@pytest.mark.parametrize("path", [USER, PROJECT, LOCAL])
@pytest.mark.parametrize(
    ("text", "marked_text"),
    [
        ('{"env": {},}', ","),
        ('{\n  "env": {} // c\n}', "// c"),
        ('{"apiKeyHelper": 5}', '"apiKeyHelper": 5'),
        ('{"env": [1]}', '"env"'),
        ('{"emoji": "😀", "apiKeyHelper": 5}', '"apiKeyHelper": 5'),
    ],
)
def test_it_marks_the_mistake(tmp_path: Path, path: str, text: str, marked_text: str) -> None:
    marked = marked_by(RULE, reviewed(headline().with_files({path: text}), tmp_path))

    assert [(one.path, one.text) for one in marked] == [(path, marked_text)]
    assert [one.severity for one in marked] == ["warning"]
    assert "ignores the whole file" in marked[0].found.finding.message


@pytest.mark.parametrize("settings", SOUND)
def test_it_is_silent_where_claude_code_is_content(tmp_path: Path, settings: object) -> None:
    machine = headline().with_files({USER: settings})

    assert marked_by(RULE, reviewed(machine, tmp_path)) == []


def test_it_speaks_of_settings_alone(tmp_path: Path) -> None:
    machine = headline().with_files({STATE: "{", ".config/Code/User/settings.json": "// c\n{}"})

    assert marked_by(RULE, reviewed(machine, tmp_path)) == []


def test_managed_settings_stop_claude_code_instead(tmp_path: Path) -> None:
    managed = "/etc/claude-code/managed-settings.json"
    seen = reviewed(headline().with_files({managed: '{"env": {},}'}), tmp_path)

    (found,) = (found for found in seen.findings if found.finding.rule == RULE)
    assert "does not start" in found.finding.message


MIND = "so that they count again: bills Claude Max 20x"


@pytest.mark.parametrize(
    ("text", "title", "mended"),
    [
        ('{"env": {},}', "Remove the trailing comma in the user settings", '{"env": {}}'),
        (
            '{\n  // a\n  // b\n  "env": {}\n}\n',
            "Remove 2 comments in the user settings",
            '{\n  "env": {}\n}\n',
        ),
        (
            '{"apiKeyHelper": 5}',
            "Rename `apiKeyHelper` to apiKeyHelperOff in the user settings",
            '{"apiKeyHelperOff": 5}',
        ),
        (
            '{"env": {}, "permissions": 1, /* c */ "model": 2,}',
            (
                "Remove the comment and the trailing comma, rename `model` to modelOff, "
                "rename `permissions` to permissionsOff in the user settings"
            ),
            '{"env": {}, "permissionsOff": 1,  "modelOff": 2}',
        ),
    ],
)
def test_one_fix_mends_the_whole_file(tmp_path: Path, text: str, title: str, mended: str) -> None:
    seen = reviewed(login_only().with_files({USER: text}), tmp_path, NEWEST)

    (offer,) = seen.offered

    assert (offer.id, offer.title) == ("mend-settings:user", f"{title}, {MIND}")
    assert changed_texts(offer, seen) == {USER: mended}
    assert rules_of(after_fix(offer, seen)) == []


def test_the_fix_is_never_safe_because_all_else_in_the_file_counts_again(tmp_path: Path) -> None:
    seen = reviewed(login_only().with_files({USER: '{"hooks": {},}'}), tmp_path, NEWEST)

    (offer,) = seen.offered

    assert (offer.reaches, offer.safety) == (True, Safety.UNSAFE)


def test_the_fix_says_that_a_key_in_the_file_would_pay_then(tmp_path: Path) -> None:
    text = f'{{"env": {{"ANTHROPIC_API_KEY": "{KEY}"}},}}'

    (offer,) = reviewed(
        login_only().with_files({USER: text}), tmp_path, NEWEST, Mode.HEADLESS
    ).offered

    assert offer.title.endswith("bills API usage")
    assert not offer.reaches


@pytest.mark.parametrize(
    ("path", "text"),
    [
        (USER, '{"env": {} "model": "opus"}'),
        (USER, '{"permissions": {"allow": "x"}}'),
        (USER, '{"permissions": 1, "permissionsOff": 2}'),
        (USER, "[1,]"),
        (MANAGED, '{"env": {},}'),
    ],
)
def test_it_offers_nothing_where_an_edit_cannot_mend_all(
    tmp_path: Path, path: str, text: str
) -> None:
    seen = reviewed(login_only().with_files({path: text}), tmp_path, NEWEST)

    assert RULE in rules_of(seen)
    assert seen.offered == ()
