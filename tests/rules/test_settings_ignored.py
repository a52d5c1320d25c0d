"""Rule settings-ignored: the one mistake that makes Claude Code ignore a settings file."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.machines import headline
from tests.rules.reviewed import STATE, marked_by, reviewed

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
