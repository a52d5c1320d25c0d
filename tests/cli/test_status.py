"""`status`: the JSON contract, exactly, and its positions."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.cli.command_line import run
from tests.machines import (
    CONSOLE_ORGANIZATION,
    SUBSCRIPTION_ORGANIZATION,
    BuiltMachine,
    MadeUpMachine,
    headline,
)

CONFIG = ".config/anthropic/configs/default.json"
VERSIONS = ["2.1.110", "2.1.117", "2.1.118", "2.1.146", "2.1.153", "2.1.154", "2.1.257", "2.1.330"]
PROFILE_PAYS = ["2.1.118", "2.1.146", "2.1.153"]
ROUTE_FIELDS = {
    "source",
    "billing",
    "works",
    "label",
    "organization",
    "account",
    "plan",
    "tier",
    "profile",
    "provider",
    "host",
    "location",
}


def status(built: BuiltMachine, version: str | None = None, *options: str) -> Any:
    done = run("status", "--json", *options, *built.options(version))
    assert (done.code, done.err) == (0, "")
    return done.json


def test_the_whole_document_of_the_headline_machine(tmp_path: Path) -> None:
    built = headline().build(tmp_path)

    said = status(built, "2.1.146", "--mode", "headless")

    assert said["schema"] == 1
    assert said["claudeCode"] == {
        "version": "2.1.146",
        "from": "option",
        "label": "Claude Code 2.1.146 (as you said)",
    }
    assert said["mode"] == "headless"
    assert said["route"].keys() >= ROUTE_FIELDS
    route = {name: said["route"][name] for name in ROUTE_FIELDS}
    location = route.pop("location")
    assert route == {
        "source": "profile",
        "billing": "api_usage",
        "works": True,
        "label": "API usage (organization 2222…)",
        "organization": {"id": CONSOLE_ORGANIZATION, "name": "Acme Console"},
        "account": {"email": "dev@example.com"},
        "plan": None,
        "tier": None,
        "profile": "default",
        "provider": None,
        "host": None,
    }
    assert location == {
        "path": str(built.home / CONFIG),
        "pointer": "/organization_id",
        "range": {
            "start": {"line": 7, "character": 2},
            "end": {"line": 7, "character": 59},
        },
    }
    assert said["expected"] == {
        "billing": "subscription",
        "organization": {"id": SUBSCRIPTION_ORGANIZATION},
        "label": "a subscription of organization 1111…",
        "from": "your Claude Max login",
    }
    assert said["asExpected"] is False
    assert said["otherMode"]["mode"] == "interactive"
    assert said["otherMode"]["label"] == "Interactive runs"
    assert said["otherMode"]["route"].keys() == said["route"].keys()
    states = [(one["source"], one["state"]) for one in said["credentials"]]
    assert states == [("profile", "active"), ("claude_ai_login", "shadowed")]
    assert [(one["label"], one["stateLabel"]) for one in said["credentials"]] == [
        ("The profile 'default'", "in charge"),
        ("The claude.ai login", "outranked"),
    ]
    assert [one["label"] for one in said["environments"]] == [
        "A terminal",
        "A terminal",
        "Claude Code in VS Code",
    ]
    for one in said["credentials"]:
        assert one["reason"]
        assert one["location"].keys() == {"path", "pointer", "range"}
    assert [found["rule"] for found in said["findings"]] == [
        "profile-overrides-login",
        "organization-conflict",
        "organization-conflict",
    ]


@pytest.mark.parametrize("mode", ["headless", "interactive"])
@pytest.mark.parametrize("explicit", [False, True])
@pytest.mark.parametrize("version", VERSIONS)
def test_the_headline_machine_in_every_version(
    tmp_path: Path, version: str, explicit: bool, mode: str
) -> None:
    machine = headline().with_env(ANTHROPIC_PROFILE="default") if explicit else headline()
    knows_profiles = version not in ("2.1.110", "2.1.117")
    profile_pays = version in PROFILE_PAYS or (explicit and knows_profiles)

    said = status(machine.build(tmp_path), version, "--mode", mode)

    route, findings = said["route"], said["findings"]
    assert route["source"] == ("profile" if profile_pays else "claude_ai_login")
    assert route["billing"] == ("api_usage" if profile_pays else "subscription")
    assert said["asExpected"] is not profile_pays
    assert {found["severity"] for found in findings} == ({"error"} if profile_pays else {"hint"})
    for found in findings:
        if found["rule"] == "profile-from-environment":
            assert found["location"]["variable"] == "ANTHROPIC_PROFILE"
            continue
        marked = found["location"]["range"]
        assert marked["start"]["line"] == marked["end"]["line"]
        assert marked["start"]["character"] == 2
        for fix in found["fixes"]:
            assert fix["safety"] == "safe"
            assert fix["resultingRoute"]["label"] == "Claude Max 20x"
            assert fix["resultingRoute"]["works"] is True


def test_positions_are_utf_16_code_units_from_zero(tmp_path: Path) -> None:
    text = '{"a": "😀", "organization_id": "2", "authentication": {"type": "user_oauth"}}'
    built = headline().with_files({CONFIG: text}).build(tmp_path)

    location = status(built, "2.1.146")["route"]["location"]

    assert location["pointer"] == "/organization_id"
    assert location["range"] == {
        "start": {"line": 0, "character": 12},
        "end": {"line": 0, "character": 34},
    }


def test_a_variable_is_located_by_its_name_and_the_file_that_sets_it(tmp_path: Path) -> None:
    in_process = headline().with_env(ANTHROPIC_AUTH_TOKEN="t")
    in_file = headline().with_files(
        {".claude/settings.json": {"env": {"ANTHROPIC_AUTH_TOKEN": "made-up-token"}}}
    )

    location = status(in_process.build(tmp_path / "a"))["route"]["location"]
    assert (location["variable"], location["set_in"]) == ("ANTHROPIC_AUTH_TOKEN", None)
    built = in_file.build(tmp_path / "b")
    location = status(built)["route"]["location"]
    assert location["variable"] == "ANTHROPIC_AUTH_TOKEN"
    assert location["set_in"]["path"] == str(built.home / ".claude/settings.json")
    assert location["set_in"]["pointer"] == "/env/ANTHROPIC_AUTH_TOKEN"


def test_nobody_is_logged_in(tmp_path: Path) -> None:
    said = status(MadeUpMachine({}).build(tmp_path))

    assert said["route"]["source"] == said["route"]["billing"] == "none"
    assert said["route"]["works"] is False
    assert said["expected"] is None
    assert said["asExpected"] is None
    assert said["route"]["location"] is None
    assert said["credentials"] == said["findings"] == []


def test_the_version_says_where_it_is_from(tmp_path: Path) -> None:
    built = headline().build(tmp_path)

    assert status(built)["claudeCode"] == {
        "version": "2.1.330",
        "from": "state",
        "label": "Claude Code 2.1.330 (last seen in the state file)",
    }


def test_text_is_the_default_and_interactive_comes_first(tmp_path: Path) -> None:
    done = run("status", *headline().build(tmp_path).options("2.1.146"))

    assert done.out.startswith("Claude Code bills API usage")
    assert "interactive; the same in headless runs" in done.out


@pytest.mark.parametrize("word", ["subscription", "interactive", "claude_ai_login", "anthropic"])
def test_a_token_that_is_a_common_word_spoils_no_fixed_word(tmp_path: Path, word: str) -> None:
    plain = status(headline().build(tmp_path / "a"), "2.1.330")
    odd = status(headline().with_env(OTHER_TOKEN=word).build(tmp_path / "a2"), "2.1.330")

    assert json.dumps(odd).replace("/a2/", "/a/") == json.dumps(plain)


def test_it_says_when_the_other_mode_pays_otherwise(tmp_path: Path) -> None:
    key = headline().with_env(ANTHROPIC_API_KEY="sk-ant-api03-made-up-key-0123456789abcdef")

    done = run("status", *key.build(tmp_path).options("2.1.330"))

    assert done.out.startswith("Claude Code bills Claude Max 20x (as expected)")
    assert "mode      interactive; headless runs (claude -p, CI) bill API usage" in done.out
    assert "warning api-key-overrides-login" in done.out
