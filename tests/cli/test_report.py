"""`report`: all that matters, and nothing private."""

from __future__ import annotations

import json
import os
import subprocess
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

from tests.cli.command_line import program, run, run_program
from tests.machines import (
    CANARY,
    CONSOLE_ORGANIZATION,
    SUBSCRIPTION_ORGANIZATION,
    BuiltMachine,
    assert_no_canary,
    headline,
)
from tests.unit.usage.logs import MadeUpLog

VERSION = "2.1.146"
KEY = f"sk-ant-api03-{CANARY}"


@pytest.fixture
def built(tmp_path: Path) -> BuiltMachine:
    machine = headline().with_env(ANTHROPIC_API_KEY=KEY, ANTHROPIC_MODEL="opus")
    settings = {"model": "sonnet", "env": {"ANTHROPIC_AUTH_TOKEN": CANARY}}
    return machine.with_files({".claude/settings.json": settings}).build(tmp_path)


@pytest.mark.parametrize("form", [(), ("--json",)])
@pytest.mark.parametrize("error", [(), ("--error", f"Invalid API key {KEY}")])
def test_nothing_private_is_in_it(
    built: BuiltMachine, form: tuple[str, ...], error: tuple[str, ...]
) -> None:
    done = run("report", *form, *error, *built.options(VERSION))

    assert done.code == 0
    assert_no_canary(done.out)
    assert_no_canary(done.err)
    assert "@example" not in done.out
    assert str(built.home) not in done.out
    for identifier in (SUBSCRIPTION_ORGANIZATION, CONSOLE_ORGANIZATION):
        assert identifier not in done.out
        assert identifier[:9] not in done.out


def test_it_says_what_a_helper_needs_to_know(built: BuiltMachine) -> None:
    report = run("report", "--json", *built.options(VERSION)).json

    claude = report["claudeCode"]
    assert (claude["version"], claude["from"], claude["command"]) == (VERSION, "option", None)
    assert report["provider"] == "anthropic"
    assert [it["model"] for it in report["model"]] == ["opus", "sonnet"]
    assert report["route"]["source"] == "auth_token"
    assert report["otherMode"]["mode"] == "headless"
    assert {"source": "profile", "state": "shadowed"}.items() <= report["credentials"][2].items()
    assert "auth-token-overrides-login" in {found["rule"] for found in report["findings"]}
    files = {file["path"]: file for file in report["files"]}
    assert files["~/.claude/.credentials.json"]["mode"] == "0600"
    assert files["~/.claude/.credentials.json"]["bytes"] > 100
    assert report["triage"] is None


def test_what_was_changed_is_in_it(built: BuiltMachine) -> None:
    options = built.options(VERSION)
    assert run("fix", "--yes", "--fix", "switch-off:ANTHROPIC_AUTH_TOKEN@user", *options).code == 1

    report = run("report", "--json", *options).json
    text = run("report", *options).out

    (change,) = report["changes"]
    assert change["rule"] == "auth-token-overrides-login"
    assert change["state"] == "applied"
    assert "### Changes made with Billing Lens" in text


def test_the_text_is_a_few_headings_and_tables(built: BuiltMachine) -> None:
    text = run("report", *built.options(VERSION)).out

    headings = [line for line in text.splitlines() if line.startswith("#")]
    assert headings == [
        "## Billing Lens report",
        "### Credentials, the one that comes first on top",
        "### Findings",
    ]
    assert "| model | opus (ANTHROPIC_MODEL), sonnet (~/.claude/settings.json) |" in text
    assert "ANTHROPIC_AUTH_TOKEN in ~/.claude/settings.json:4:5" in text
    assert "<details><summary>Files</summary>" in text


def test_who_paid_lately_is_in_it(built: BuiltMachine) -> None:
    logs, now = built.home / ".claude" / "projects", datetime.now(timezone.utc)
    MadeUpLog(at=now - timedelta(days=1)).answer("5m", oauth=False).write(logs)
    MadeUpLog(session="bbbbbbbb", at=now - timedelta(days=9)).answer("1h").write(logs)

    report = run("report", "--json", *built.options(VERSION)).json
    text = run("report", *built.options(VERSION)).out

    assert [(it["payer"], it["requests"]) for it in report["spent"]] == [("api_usage", 1)]
    assert "| API usage | recorded | 1 | 0.00 |" in text


class TestTriage:
    """What kind of failure an error is, and whether it can be put right here."""

    def test_a_known_message_is_sorted(self, built: BuiltMachine) -> None:
        error = "Error: Credit balance is too low\n"

        done = run("report", "--json", "--error", error, *built.options(VERSION))

        assert done.json["triage"]["class"] == "quota or rate"
        assert done.json["triage"]["oursToFix"] is True

    def test_an_unknown_message_is_said_to_be_unknown(self, built: BuiltMachine) -> None:
        done = run("report", "--error", "a strange noise", *built.options(VERSION))

        assert "**Kind of failure:** not known." in done.out

    @pytest.mark.parametrize("more", [(), ("--error", "-")])
    def test_it_can_come_from_another_program(
        self, built: BuiltMachine, more: tuple[str, ...]
    ) -> None:
        done = run_program(
            "report", *more, *built.options(VERSION), given="API Error: 529 Overloaded\n"
        )

        assert "**Kind of failure:** model or provider." in done.out
        assert "Nothing that Billing Lens looks at is the cause." in done.out

    def test_without_another_program_nothing_is_waited_for(self, built: BuiltMachine) -> None:
        command, environment = program("report", "--json", *built.options(VERSION))
        with open(os.devnull, "rb") as nothing:
            done = subprocess.run(
                command, env=environment, stdin=nothing, capture_output=True, timeout=30, check=True
            )

        assert json.loads(done.stdout)["triage"] is None
        assert done.stderr == b""
