"""`github` annotations and `junit` reports, read as those who read them do."""

from __future__ import annotations

import json
import re
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from junitparser import JUnitXml, TestCase, TestSuite

from billing_lens.rules import RULES
from tests.cli.command_line import Run, run
from tests.machines import BuiltMachine, MadeUpMachine, headline

KEY = "sk-ant-api03-made-up-key-0123456789abcdef"
PROJECT = headline().with_files({"proj/.claude/settings.json": {"env": {"ANTHROPIC_API_KEY": KEY}}})
COMMAND = re.compile(r"::(error|warning|notice) ([^:]*)::(.*)")


def annotated(built: BuiltMachine, *options: str) -> list[tuple[str, dict[str, str], str]]:
    """What GitHub would show: level, properties and message, unescaped as its runner does."""
    done = run("check", "--format", "github", *options, *built.options("2.1.146"))
    found = [COMMAND.fullmatch(line) for line in done.out.splitlines() if line.startswith("::")]
    return [
        (match[1], dict(pair.split("=", 1) for pair in match[2].split(",")), _unescaped(match[3]))
        for match in found
        if match
    ]


def _unescaped(text: str) -> str:
    return text.replace("%0A", "\n").replace("%0D", "\r").replace("%25", "%")


class TestGithub:
    def test_a_file_of_the_workspace_is_named_relative_to_it(self, tmp_path: Path) -> None:
        (found,) = [
            properties
            for _, properties, _ in annotated(PROJECT.build(tmp_path))
            if properties["title"].endswith("secret-in-project")
        ]

        assert found["file"] == ".claude/settings.json"
        assert (found["line"], found["endLine"], found["col"]) == ("3", "3", "5")

    def test_the_workspace_may_be_above_the_working_directory(self, tmp_path: Path) -> None:
        built = PROJECT.build(tmp_path)

        files = [
            properties.get("file")
            for _, properties, _ in annotated(built, "--env", f"GITHUB_WORKSPACE={built.home}")
        ]

        assert "proj/.claude/settings.json" in files

    def test_outside_of_it_the_message_says_where(self, tmp_path: Path) -> None:
        built = PROJECT.build(tmp_path)

        level, properties, message = annotated(built)[0]

        assert (level, properties) == (
            "error",
            {"title": "billing-lens%3A profile-overrides-login"},
        )
        assert f"Where: {built.home}/.config/anthropic/configs/default.json:8:3\n" in message
        assert message.startswith("Claude Code bills API usage")
        assert "\nFix: Clear the cached" in message
        assert "\nSee: https://" in message

    def test_a_group_says_who_pays(self, tmp_path: Path) -> None:
        done = run("check", "--format", "github", *PROJECT.build(tmp_path).options("2.1.146"))

        lines = done.out.splitlines()
        assert lines[0] == "::group::Billing Lens: 3 errors, 2 warnings"
        assert lines[1] == "Claude Code: bills API usage (organization 2222…)."
        assert lines[7] == "::endgroup::"

    def test_a_clean_machine_has_a_group_alone(self, tmp_path: Path) -> None:
        built = MadeUpMachine({}).build(tmp_path)

        out = run("check", "--format", "github", *built.options("2.1.330")).out

        assert out.splitlines()[::2] == ["::group::Billing Lens: no findings", "::endgroup::"]

    def test_no_text_from_a_file_can_give_a_command(self, tmp_path: Path) -> None:
        name = "x\n::set-output name=a::b\r::error::c%0Ad"
        built = headline().with_env(ANTHROPIC_PROFILE=name).build(tmp_path)

        out = run("check", "--format", "github", *built.options("2.1.146")).out

        starts = {
            line.split(" ")[0].split("::")[1] for line in out.splitlines() if "::" in line[:2]
        }
        assert starts <= {"group", "endgroup", "error", "warning", "notice"}
        assert "\r" not in out
        assert not [line for line in out.splitlines() if line.startswith("::error::c")]


def report(built: BuiltMachine, *options: str) -> Run:
    return run("check", "--format", "junit", *options, *built.options("2.1.146"))


def suite_in(done: Run) -> TestSuite:
    (suite,) = JUnitXml.fromstring(done.out.encode())
    assert isinstance(suite, TestSuite)
    return suite


def text_in(done: Run, rule: str, tag: str) -> str:
    element = ET.fromstring(done.out).find(f".//testcase[@name='{rule}']/{tag}")
    assert element is not None
    return element.text or ""


def cases(done: Run) -> dict[str, TestCase]:
    names = [case.get("name", "") for case in ET.fromstring(done.out).iter("testcase")]
    return dict(zip(names, suite_in(done), strict=True))


class TestJunit:
    def test_each_rule_is_a_test_and_fails_with_what_it_found(self, tmp_path: Path) -> None:
        done = report(PROJECT.build(tmp_path))

        suite = suite_in(done)
        assert done.code == 1
        assert list(cases(done)) == list(RULES)
        failed = {name for name, case in cases(done).items() if case.is_failure}
        assert failed == {"profile-overrides-login", "organization-conflict"}
        assert (suite.tests, suite.failures, suite.errors) == (len(RULES), 2, 0)
        text = text_in(done, "organization-conflict", "failure[@type='error']")
        assert text.count("error: Organization 2222… pays") == 2

    def test_what_fails_is_what_the_exit_code_counts(self, tmp_path: Path) -> None:
        strict = report(PROJECT.build(tmp_path / "a"), "--fail-on", "warning")
        usual = report(PROJECT.build(tmp_path / "b"))

        assert cases(strict)["secret-in-project"].is_failure
        assert cases(usual)["secret-in-project"].is_passed
        assert "A secret stands here" in text_in(usual, "secret-in-project", "system-out")

    def test_elements_stand_in_the_order_of_the_common_schema(self, tmp_path: Path) -> None:
        """As junit-10.xsd of Jenkins has it: failure before output, test cases before that."""
        root = ET.fromstring(report(PROJECT.build(tmp_path)).out)

        (suite,) = root
        assert (root.tag, suite.tag) == ("testsuites", "testsuite")
        assert suite.keys() == ["name", "tests", "failures", "errors", "skipped", "time"]
        tags = [child.tag for child in suite]
        assert tags == ["testcase"] * len(RULES) + ["system-out"]
        for case in suite.findall("testcase"):
            assert case.keys() == ["name", "classname", "time"]
            assert [child.tag for child in case] in (
                [],
                ["failure"],
                ["system-out"],
                ["failure", "system-out"],
            )

    @pytest.mark.parametrize("odd", ["\x1b[2J", "\x00", "\ud800", "\uffff", "]]>", "<&\"'"])
    def test_it_is_well_formed_whatever_files_say(self, tmp_path: Path, odd: str) -> None:
        settings = json.dumps({"env": {"ANTHROPIC_PROFILE": f"a{odd}b", "ANTHROPIC_BASE_URL": odd}})
        built = headline().with_files({".claude/settings.json": settings}).build(tmp_path)

        assert len(cases(report(built))) == len(RULES)
