"""`check`: findings for people and for CI, and the exit codes."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.command_line import run
from tests.machines import CONSOLE_ORGANIZATION, MadeUpMachine, headline

KEY_OF_OURS = headline().with_env(ANTHROPIC_API_KEY="sk-ant-made-up-key")


def test_findings_are_exactly_as_promised(tmp_path: Path) -> None:
    built = headline().build(tmp_path)

    done = run("check", "--format", "json", *built.options("2.1.146"))

    assert done.code == 1
    assert done.json.keys() == {"schema", "findings"}
    assert done.json["schema"] == 1
    for found in done.json["findings"]:
        assert found.keys() == {
            "rule",
            "severity",
            "message",
            "location",
            "related",
            "fixes",
            "docs",
        }
        assert found["location"].keys() == {"path", "pointer", "range"}
        assert found["docs"].endswith(f"/docs/rules/{found['rule']}.md")
        for related in found["related"]:
            assert related["message"]
            assert related["location"]["path"]
        assert found["fixes"]
        for fix in found["fixes"]:
            assert fix.keys() == {"id", "title", "safety", "resultingRoute"}
            assert fix["resultingRoute"]["source"] == "claude_ai_login"


def test_every_rule_has_the_page_it_links_to(tmp_path: Path) -> None:
    root = Path(__file__).parents[2]
    done = run("check", "--format", "json", *headline().build(tmp_path).options("2.1.146"))

    for found in done.json["findings"]:
        page = root / "docs" / "rules" / found["docs"].rpartition("/")[2]
        assert found["rule"] in page.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("machine", "version", "level", "code"),
    [
        (headline(), "2.1.146", None, 1),
        (headline(), "2.1.146", "error", 1),
        (headline(), "2.1.330", None, 0),
        (headline(), "2.1.330", "info", 0),
        (headline().with_env(ANTHROPIC_PROFILE="default"), "2.1.330", None, 1),
        (MadeUpMachine({}), "2.1.330", "info", 0),
    ],
)
def test_the_exit_code_says_whether_anything_is_wrong(
    tmp_path: Path, machine: MadeUpMachine, version: str, level: str | None, code: int
) -> None:
    options = ["--fail-on", level] if level else []

    assert run("check", *options, *machine.build(tmp_path).options(version)).code == code


def test_a_warning_fails_the_check_only_when_asked(tmp_path: Path) -> None:
    """Headless runs use the key without asking; in a terminal it would be refused by default."""
    options = KEY_OF_OURS.build(tmp_path).options("2.1.330")
    rule = "api-key-overrides-login"

    found = run("check", "--format", "json", *options).findings(rule)
    assert [one["severity"] for one in found] == ["warning"]
    assert run("check", "--fail-on", "error", *options).code == 0
    assert run("check", "--fail-on", "warning", *options).code == 1
    assert run("check", "--fail-on", "info", *options).code == 1


@pytest.mark.parametrize(
    ("options", "code"),
    [
        (["--expect", "subscription"], 1),
        (["--expect", "api_usage"], 0),
        (["--expect", "any"], 0),
        (["--organization", CONSOLE_ORGANIZATION], 0),
        (["--organization", "33333333"], 1),
        (["--expect", "api_usage", "--organization", CONSOLE_ORGANIZATION], 0),
        (["--expect", "api_usage", "--organization", "33333333"], 1),
    ],
)
def test_it_checks_against_what_is_expected(tmp_path: Path, options: list[str], code: int) -> None:
    built = headline().build(tmp_path)

    assert run("check", *options, *built.options("2.1.146")).code == code


def test_text_and_json_list_the_same_findings(tmp_path: Path) -> None:
    options = headline().build(tmp_path).options("2.1.146")

    text = run("check", *options).out
    for found in run("check", "--format", "json", *options).json["findings"]:
        assert f"{found['severity']}[{found['rule']}] {found['message']}" in text


@pytest.mark.parametrize("path", [".claude.json", ".claude/settings.json"])
def test_a_broken_file_is_mentioned(tmp_path: Path, path: str) -> None:
    built = headline().with_files({path: '{"env": {'}).build(tmp_path)
    options = built.options("2.1.330")

    for command in ("status", "check"):
        assert str(built.home / path) in run(command, *options).out
