"""`compare`: two places side by side, the first difference, and the exit code."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from tests.cli.command_line import Run, run, run_program
from tests.machines import (
    CONSOLE_ORGANIZATION,
    BuiltMachine,
    MadeUpMachine,
    assert_no_canary,
    headline,
)
from tests.rules.declaring import (
    COMPOSE,
    DEVCONTAINER,
    EACH_FILE,
    KEY_SECRET,
    LITERAL,
    TOKEN_SECRET,
    WORKFLOW,
    command,
    project,
    workflow,
)
from tests.rules.spots import IN_TERMINAL, IN_VSCODE, VSCODE

NEWEST = "2.1.330"


def build(root: Path, machine: MadeUpMachine | None = None) -> BuiltMachine:
    return (machine or project({})).build(root)


def compare(built: BuiltMachine, *arguments: str, version: str = NEWEST) -> Run:
    return run("compare", *arguments, *built.options(version))


def document(built: BuiltMachine, *arguments: str) -> Any:
    done = compare(built, *arguments, "--json")
    assert done.err == ""
    return done.json


def saved(built: BuiltMachine, path: Path, *options: str, version: str = NEWEST) -> str:
    done = run("status", "--json", *options, *built.options(version))
    path.write_text(done.out)
    return str(path)


def refused(built: BuiltMachine, *arguments: str) -> str:
    done = compare(built, *arguments)
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith("billing-lens: ")
    return done.err


class TestPlaces:
    def test_the_terminal_pays_as_the_terminal(self, tmp_path: Path) -> None:
        done = compare(build(tmp_path), "terminal")

        assert done.code == 0
        assert "The same one pays." in done.out
        assert "difference" not in done.out

    def test_a_ci_job_and_what_makes_the_difference(self, tmp_path: Path) -> None:
        built = build(tmp_path, project({WORKFLOW: EACH_FILE[WORKFLOW][0]}))

        done = compare(built, "ci")

        assert done.code == 1
        lines = done.out.splitlines()
        assert lines[:2] == [
            "ci:review  API usage (ANTHROPIC_API_KEY)",
            "terminal   Claude Max 20x (the claude.ai login)",
        ]
        at = lines.index("First difference, in Claude Code's order: ANTHROPIC_API_KEY")
        assert lines[at + 1 : at + 4] == [
            f"  ci:review  in charge ({built.home / WORKFLOW}:10:11)",
            "  terminal   absent",
            "  It decides in ci:review: API usage.",
        ]

    @pytest.mark.parametrize("path", list(EACH_FILE))
    def test_everything_that_is_declared_can_be_compared(self, tmp_path: Path, path: str) -> None:
        built = build(tmp_path, project({path: EACH_FILE[path][0]}))
        place = {DEVCONTAINER: "devcontainer", COMPOSE: "compose"}.get(path, "ci")

        said = document(built, place)

        (comparison,) = said["comparisons"]
        assert said["samePayer"] is comparison["samePayer"] is False
        assert comparison["a"]["billing"] == "api_usage"
        assert comparison["b"]["name"] == "terminal"
        assert comparison["differences"][0]["b"] == "absent"
        assert comparison["differences"][0]["places"]["a"].startswith(str(built.home / path))

    def test_the_editor_has_what_vs_codes_settings_give_it(self, tmp_path: Path) -> None:
        text = IN_VSCODE.text("ANTHROPIC_AUTH_TOKEN", LITERAL)
        built = build(tmp_path, project({VSCODE: text}))

        assert compare(built, "editor").code == 1
        assert compare(built, "editor-terminal").code == 0

        other = build(
            tmp_path / "b", project({VSCODE: IN_TERMINAL.text("ANTHROPIC_AUTH_TOKEN", LITERAL)})
        )
        assert compare(other, "editor-terminal", "editor").code == 1

    def test_several_jobs_are_all_compared_or_one_is_picked(self, tmp_path: Path) -> None:
        machine = project(
            {
                WORKFLOW: workflow(f"claude_code_oauth_token: {TOKEN_SECRET}"),
                "proj/.github/workflows/two.yml": command(f"ANTHROPIC_API_KEY: '{KEY_SECRET}'"),
            }
        )
        built = build(tmp_path, machine)

        everything = compare(built, "ci")
        assert everything.code == 1
        assert everything.out.rstrip().endswith("Paid differently from terminal: ci:cli.")
        review = compare(built, "ci:review")
        assert review.code == 0
        assert "The organization in ci:review is not known." in review.out
        assert compare(built, "ci:review", "ci:cli").code == 1
        assert compare(built, "ci:cli", "ci:cli").code == 0

    def test_a_dev_container_is_seen_in_the_mode_asked_for(self, tmp_path: Path) -> None:
        text = '{"containerEnv": {"ANTHROPIC_API_KEY": "key"}}'
        built = build(tmp_path, project({DEVCONTAINER: text}))

        interactive = compare(built, "devcontainer")
        headless = compare(built, "devcontainer", "--mode", "headless")

        assert "Nobody pays in devcontainer" in interactive.out
        assert headless.out.splitlines()[0] == "devcontainer  API usage (ANTHROPIC_API_KEY)"


class TestSavedStatus:
    def test_the_same_machine_pays_the_same(self, tmp_path: Path) -> None:
        built = build(tmp_path)
        file = saved(built, tmp_path / "status.json")

        done = compare(built, file)

        assert done.code == 0
        assert "The same one pays." in done.out

    @pytest.mark.parametrize("mode", ["interactive", "headless"])
    def test_this_machine_is_seen_in_the_saved_mode(self, tmp_path: Path, mode: str) -> None:
        built = build(tmp_path, project({}).with_env(ANTHROPIC_API_KEY="key"))
        file = saved(built, tmp_path / "status.json", "--mode", mode)

        assert compare(built, file).code == 0

    def test_it_works_on_my_machine(self, tmp_path: Path) -> None:
        mine = build(tmp_path / "mine", headline().with_env(ANTHROPIC_PROFILE="default"))
        theirs = build(tmp_path / "theirs")
        here = saved(mine, tmp_path / "mine.json")
        there = saved(theirs, tmp_path / "theirs.json")

        done = compare(theirs, here, there)

        assert done.code == 1
        first = "First difference, in Claude Code's order: the profile 'default'"
        assert first in done.out
        assert f"organization {CONSOLE_ORGANIZATION[:4]}…" in done.out

    def test_where_only_the_version_differs_that_is_said(self, tmp_path: Path) -> None:
        built = build(tmp_path, headline())
        old = saved(built, tmp_path / "old.json", version="2.1.146")

        done = compare(built, old)

        assert done.code == 1
        assert "First difference, in Claude Code's order: Claude Code" in done.out

    def test_another_organization_is_another_payer(self, tmp_path: Path) -> None:
        built = build(tmp_path)
        file = Path(saved(built, tmp_path / "status.json"))
        text = file.read_text()
        file.write_text(text.replace("11111111-1111", "99999999-9999"))

        assert compare(built, str(file)).code == 1

    def test_an_earlier_version_said_less_and_a_later_one_says_more(self, tmp_path: Path) -> None:
        built = build(tmp_path)
        file = Path(saved(built, tmp_path / "status.json"))
        said = json.loads(file.read_text())
        del said["claudeCode"]["label"], said["route"]["tier"], said["findings"]
        for credential in said["credentials"]:
            del credential["label"], credential["stateLabel"], credential["works"]
            credential["later"] = {"any": ["thing"]}
        said["environments"] = "in a form of its own"
        file.write_text(json.dumps(said))

        comparison = document(built, str(file))["comparisons"][0]

        assert (comparison["a"]["label"], comparison["samePayer"]) == ("Claude Max 20x", True)
        assert comparison["differences"] == []

    def test_standard_input_is_read_for_a_dash(self, tmp_path: Path) -> None:
        built = build(tmp_path)
        text = Path(saved(built, tmp_path / "status.json")).read_text()

        done = run_program("compare", "-", *built.options(NEWEST), given=text)

        assert (done.code, done.err) == (0, "")

    def test_nothing_in_it_can_move_a_terminals_cursor(self, tmp_path: Path) -> None:
        built = build(tmp_path)
        file = Path(saved(built, tmp_path / "status.json"))
        said = json.loads(file.read_text())
        said["route"]["label"] = "a\x1b[2Jb\nc\u202e"
        file.write_text(json.dumps(said))

        assert "\x1b" not in compare(built, str(file)).out
        assert compare(built, str(file)).out.splitlines()[0].split()[1] == "a[2Jbc"


class TestWrongUsage:
    @pytest.mark.parametrize("name", ["nowhere", "ci:", "editor:x", "", "a\0b"])
    def test_what_is_neither_a_place_nor_a_file(self, tmp_path: Path, name: str) -> None:
        refused(build(tmp_path), name)

    @pytest.mark.parametrize("place", ["ci", "devcontainer", "compose"])
    def test_a_place_that_nothing_declares(self, tmp_path: Path, place: str) -> None:
        assert "no file of the project declares a" in refused(build(tmp_path), place)

    def test_a_job_that_is_not_there(self, tmp_path: Path) -> None:
        built = build(tmp_path, project({WORKFLOW: EACH_FILE[WORKFLOW][0]}))

        assert "there are ci:review" in refused(built, "ci:other")

    @pytest.mark.parametrize(
        ("text", "reason"),
        [
            ("", "is no JSON"),
            ("{", "is no JSON"),
            ("\xff", "is no JSON"),
            ("[" * 100_000, "is no JSON"),
            ("[]", "is not what"),
            ("null", "is not what"),
            ("{}", "is not what"),
            ('{"schema": 1}', "is not what"),
            ('{"schema": 2}', "has schema 2"),
            ('{"schema": "1"}', "is not what"),
            ('{"schema": 1, "findings": []}', "is not what"),
        ],
    )
    def test_a_file_that_is_no_status(self, tmp_path: Path, text: str, reason: str) -> None:
        file = tmp_path / "some.json"
        file.write_bytes(text.encode("latin-1"))

        assert reason in refused(build(tmp_path / "m"), str(file))

    @pytest.mark.parametrize(
        ("path", "value"),
        [
            (["mode"], 1),
            (["route", "billing"], "free"),
            (["route", "label"], None),
            (["route", "organization"], "x"),
            (["credentials"], {}),
            (["credentials", 0, "state"], "asleep"),
            (["credentials", 0, "location"], "x"),
            (["credentials", 0, "location"], {"path": 1}),
        ],
    )
    def test_a_status_that_was_changed(
        self, tmp_path: Path, path: list[Any], value: object
    ) -> None:
        built = build(tmp_path / "m")
        file = Path(saved(built, tmp_path / "s.json"))
        said = json.loads(file.read_text())
        inner = said
        for part in path[:-1]:
            inner = inner[part]
        inner[path[-1]] = value
        file.write_text(json.dumps(said))

        assert "is not what" in refused(built, str(file))

    def test_a_folder(self, tmp_path: Path) -> None:
        assert "cannot be read" in refused(build(tmp_path / "m"), str(tmp_path))

    @pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
    def test_a_file_that_may_not_be_read(self, tmp_path: Path) -> None:
        file = tmp_path / "s.json"
        file.write_text("{}")
        file.chmod(0)

        assert "cannot be read" in refused(build(tmp_path / "m"), str(file))


def test_no_secret_is_shown(tmp_path: Path) -> None:
    service = f"{{command: claude, environment: [ANTHROPIC_AUTH_TOKEN={LITERAL}]}}"
    files = {
        WORKFLOW: workflow(f"anthropic_api_key: {LITERAL}", f"claude_code_oauth_token: {LITERAL}"),
        COMPOSE: f"services: {{a: {service}}}",
        DEVCONTAINER: f'{{"remoteEnv": {{"CLAUDE_CODE_OAUTH_TOKEN": "{LITERAL}"}}}}',
    }
    built = build(tmp_path, headline().with_files(files).with_env(ANTHROPIC_API_KEY=LITERAL))

    for place in ("ci", "compose", "devcontainer", "editor"):
        for form in ([], ["--json"]):
            done = compare(built, place, *form)
            assert_no_canary(done.out + done.err)
            assert done.code in (0, 1)


def test_a_secret_in_a_saved_status_is_masked(tmp_path: Path) -> None:
    built = build(tmp_path)
    file = Path(saved(built, tmp_path / "s.json"))
    file.write_text(file.read_text().replace("Claude Max 20x", LITERAL))

    done = compare(built, str(file))

    assert_no_canary(done.out)
