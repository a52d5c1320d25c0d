"""The table of wrong types against recorded runs, and that it never fails or shows a value."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing_lens.config.settings_types import wrong_settings

MEASURED = Path(__file__).parents[1] / "conformance" / "measured.jsonl"
SETTINGS = ".claude/settings.json"

CASES = [
    case
    for case in map(json.loads, MEASURED.read_text(encoding="utf-8").splitlines())
    if case["name"].startswith("settings type ")
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['version']} {case['name']}")
def test_says_of_each_recorded_file_whether_it_was_ignored(case: dict[str, Any]) -> None:
    files, expected = case["files"], case["expect"]
    version = tuple(int(part) for part in str(case["version"]).split("."))
    was_ignored = expected["source"] == "claude_ai_login"
    assert bool(wrong_settings(files[SETTINGS], version)) == was_ignored


def test_enough_was_recorded() -> None:
    ignored = [case for case in CASES if case["expect"]["source"] == "claude_ai_login"]
    assert len(ignored) > 30
    assert len(CASES) - len(ignored) > 10


@pytest.mark.parametrize(
    ("settings", "pointer", "message"),
    [
        ({"permissions": "x"}, "/permissions", "should be a JSON object"),
        ({"permissions": {"allow": None}}, "/permissions/allow", "should be a list"),
        (
            {"permissions": {"disableAutoMode": "x"}},
            "/permissions/disableAutoMode",
            "should be one of disable",
        ),
        ({"apiKeyHelper": 1}, "/apiKeyHelper", "should be a string"),
        (
            {"enabledPlugins": {"a/b": 1}},
            "/enabledPlugins/a~1b",
            "should be true or false or a list",
        ),
        ({"cleanupPeriodDays": 1.5}, "/cleanupPeriodDays", "is out of range"),
        ({"statusLine": {"type": "command"}}, "/statusLine", "needs command"),
        (
            {"hooks": {"PreToolUse": [{"hooks": [{"type": "command"}]}]}},
            "/hooks/PreToolUse/0/hooks/0",
            "needs command, a string",
        ),
        ([], "", "should be a JSON object"),
    ],
)
def test_says_where_and_what(settings: object, pointer: str, message: str) -> None:
    assert wrong_settings(settings) == ((pointer, message),)


@pytest.mark.parametrize(
    "settings",
    [
        {"env": {"A": None, "B": {}, "C": [1], "D": True}},
        {"hooks": "x"},
        {"hooks": {"Stop": [1], "Unknown": 1}},
        {"theme": 1, "effortLevel": "x", "unknown": None, "forceLoginMethod": 1},
        {"cleanupPeriodDays": 30.0, "forceLoginOrgUUID": ["a"], "allowManagedHooksOnly": None},
    ],
)
def test_lenient_fields_do_no_harm(settings: object) -> None:
    assert wrong_settings(settings) == ()


def test_versions_differ() -> None:
    stricter_once = {"hooks": {"Stop": [1]}, "attribution": True}
    assert wrong_settings(stricter_once) == ()
    assert {pointer for pointer, _ in wrong_settings(stricter_once, (2, 1, 146))} == {
        "/attribution",
        "/hooks/Stop/0",
    }
    assert wrong_settings({"disableReplyCheck": 1}, (2, 1, 146)) == ()
    assert wrong_settings({"disableReplyCheck": 1}) != ()


SECRET = "canary-Zq7xK2vWj9"
NAMES = st.sampled_from(
    [
        "env",
        "permissions",
        "allow",
        "hooks",
        "PreToolUse",
        "type",
        "sandbox",
        "network",
        "statusLine",
    ]
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.just(SECRET),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=4),
)


@given(JSON)
def test_any_json_is_judged_and_no_value_is_shown(settings: object) -> None:
    assert SECRET not in json.dumps(wrong_settings(settings))
