"""What a project's .billing-lens.toml changes, on the command line."""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast

import pytest

from tests.cli.command_line import Run, run
from tests.machines import CONSOLE_ORGANIZATION, MadeUpMachine, headline

POLICY = "proj/.billing-lens.toml"
CONFIG = ".config/billing-lens/config.toml"
API_USAGE = f'[expected]\nbilling = "api_usage"\norganization = "{CONSOLE_ORGANIZATION}"\n'
NO_KEYS = '[allowed]\nsources = ["claude_ai_login", "oauth_token"]\n'


def with_policy(text: str, *, trusted: bool = True) -> MadeUpMachine:
    machine = headline().with_files({POLICY: text})
    state = cast("dict[str, object]", machine.files[".claude.json"])
    answers = {"@HOME@/proj": {"hasTrustDialogAccepted": trusted}}
    return machine.with_files({".claude.json": {**state, "projects": answers}})


def check(machine: MadeUpMachine, root: Path, *more: str, version: str = "2.1.146") -> Run:
    return run("check", "--format", "json", *more, *machine.build(root).options(version))


def severities(done: Run) -> dict[str, str]:
    return {found["rule"]: found["severity"] for found in done.json["findings"]}


def expected(machine: MadeUpMachine, root: Path, *more: str) -> Any:
    options = machine.build(root).options("2.1.146")
    return run("status", "--json", *more, *options).json["expected"]


class TestExpected:
    """The team's expectation comes after a person's and before what is inferred."""

    def test_it_comes_before_what_is_inferred(self, tmp_path: Path) -> None:
        said = expected(with_policy(API_USAGE), tmp_path)

        assert said["from"] == "the team's .billing-lens.toml"
        assert said["billing"] == "api_usage"

    @pytest.mark.parametrize("more", [(), ("--expect", "subscription")])
    def test_a_persons_own_comes_first(self, tmp_path: Path, more: tuple[str, ...]) -> None:
        own = '[expected]\nbilling = "subscription"\n'
        machine = with_policy(API_USAGE).with_files({} if more else {CONFIG: own})

        assert expected(machine, tmp_path, *more)["billing"] == "subscription"

    def test_an_administrators_comes_before_it(self, tmp_path: Path) -> None:
        managed = {"/etc/claude-code/managed-settings.json": {"forceLoginMethod": "claudeai"}}

        said = expected(with_policy(API_USAGE).with_files(managed), tmp_path)

        assert said["from"] == "policy"

    def test_a_folder_that_is_not_trusted_changes_nothing_and_that_is_said(
        self, tmp_path: Path
    ) -> None:
        machine = with_policy(API_USAGE, trusted=False)

        assert expected(machine, tmp_path / "a")["from"] == "your Claude Max login"
        (found,) = check(machine, tmp_path / "b").findings("invalid-config")
        assert found["severity"] == "info"
        assert "before this folder is trusted" in found["message"]
        assert found["location"]["range"]["start"] == {"line": 1, "character": 0}


class TestAllowed:
    """What may pay."""

    def test_what_is_not_allowed_is_an_error_where_it_stands(self, tmp_path: Path) -> None:
        done = check(with_policy(NO_KEYS), tmp_path)

        (found,) = done.findings("source-not-allowed")
        assert (done.code, found["severity"]) == (1, "error")
        assert found["message"] == (
            "Claude Code uses the profile 'default', which your team does not allow. "
            "Allowed: claude_ai_login, oauth_token."
        )
        assert found["location"]["path"].endswith("configs/default.json")
        (related,) = found["related"]
        assert related["location"]["path"].endswith(POLICY)
        assert {fix["id"] for fix in found["fixes"]} >= {"clear-sign-in:default"}

    def test_what_is_allowed_is_fine(self, tmp_path: Path) -> None:
        done = check(with_policy(NO_KEYS), tmp_path, version="2.1.330")

        assert done.findings("source-not-allowed") == []

    def test_what_pays_in_other_runs_is_a_warning(self, tmp_path: Path) -> None:
        machine = with_policy(NO_KEYS).with_env(ANTHROPIC_API_KEY="sk-ant-api03-made-up")

        (found,) = check(machine, tmp_path, version="2.1.330").findings("source-not-allowed")

        assert found["severity"] == "warning"
        assert found["message"].startswith("In headless runs, Claude Code uses ANTHROPIC_API_KEY,")

    def test_it_counts_in_a_folder_that_is_not_trusted_too(self, tmp_path: Path) -> None:
        assert check(with_policy(NO_KEYS, trusted=False), tmp_path).findings("source-not-allowed")

    def test_it_can_be_told_that_nothing_is_allowed(self, tmp_path: Path) -> None:
        done = check(with_policy("[allowed]\nsources = []\n"), tmp_path)

        (found,) = done.findings("source-not-allowed")
        assert found["message"].endswith("It allows nothing.")


class TestRules:
    """The team's severities; an untrusted folder can only raise."""

    @pytest.mark.parametrize(
        ("level", "trusted", "severity"),
        [
            ("info", True, "info"),
            ("off", True, None),
            ("info", False, "error"),
            ("off", False, "error"),
            ("error", False, "error"),
        ],
    )
    def test_they_lower_only_where_the_folder_is_trusted(
        self, tmp_path: Path, level: str, trusted: bool, severity: str | None
    ) -> None:
        machine = with_policy(f'[rules]\nprofile-overrides-login = "{level}"\n', trusted=trusted)

        found = severities(check(machine, tmp_path))

        assert found.get("profile-overrides-login") == severity

    def test_they_raise_anywhere(self, tmp_path: Path) -> None:
        text = '[rules]\naccount-missing = "error"\n'
        machine = with_policy(text, trusted=False).with_files({".claude.json": {"projects": {}}})

        assert severities(check(machine, tmp_path))["account-missing"] == "error"

    def test_a_persons_own_come_first(self, tmp_path: Path) -> None:
        machine = with_policy('[rules]\nprofile-overrides-login = "error"\n').with_files(
            {CONFIG: '[rules]\nprofile-overrides-login = "off"\n'}
        )

        assert "profile-overrides-login" not in severities(check(machine, tmp_path))


class TestWhere:
    """The nearest file counts, up to the top of the repository."""

    def test_a_folder_inside_the_project_has_the_projects_policy(self, tmp_path: Path) -> None:
        built = with_policy(NO_KEYS).build(tmp_path)
        (built.cwd / ".git").mkdir()
        inside = built.cwd / "src" / "deep"
        inside.mkdir(parents=True)

        options = [*built.options("2.1.146"), "--cwd", str(inside)]

        assert run("check", "--format", "json", *options).findings("source-not-allowed")

    def test_a_folder_of_no_repository_has_its_own_alone(self, tmp_path: Path) -> None:
        built = with_policy(NO_KEYS).build(tmp_path)
        inside = built.cwd / "src"
        inside.mkdir()

        options = [*built.options("2.1.146"), "--cwd", str(inside)]

        assert run("check", "--format", "json", *options).findings("source-not-allowed") == []


MISTAKES = [
    ('[allowed]\nsources = ["login"]\n', "A source is one of cloud_provider, ", 1),
    ('[allowed]\nsources = "api_key"\n', "'sources' should be a list.", 1),
    ("[allowed]\nnobody = 1\n", "There is no key 'nobody'; there is sources.", 1),
    ("[allow]\n", "There is no section 'allow'; there are expected, rules and allowed.", 0),
    ('[rules]\nno-such-rule = "off"\n', "There is no rule 'no-such-rule'.", 1),
    ("[allowed\n", "This is no TOML", 0),
]


@pytest.mark.parametrize(("text", "message", "line"), MISTAKES)
def test_what_cannot_be_understood_is_marked(
    tmp_path: Path, text: str, message: str, line: int
) -> None:
    done = check(with_policy(text), tmp_path)

    (found,) = done.findings("invalid-config")
    assert (done.code, found["severity"]) == (1, "error")
    assert found["message"].startswith(message)
    assert found["location"]["range"]["start"]["line"] == line
    assert done.findings("source-not-allowed") == [], "what is not understood forbids nothing"
