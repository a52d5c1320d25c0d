"""SARIF 2.1.0: valid, without names of people, and with fingerprints that outlast moved lines."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.cli.command_line import run
from tests.cli.test_secrets import MACHINES
from tests.cli.validation import sarif_errors
from tests.conformance.recorded import recorded_cases
from tests.machines import CANARY, BuiltMachine, MadeUpMachine, assert_no_canary, headline

KEY = "sk-ant-api03-made-up-key-0123456789abcdef"
SETTINGS = "proj/.claude/settings.json"
PROJECT = headline().with_files({SETTINGS: {"env": {"ANTHROPIC_API_KEY": KEY}}})


def log_of(built: BuiltMachine, version: str = "2.1.146") -> dict[str, Any]:
    done = run("check", "--format", "sarif", *built.options(version))
    assert done.code in (0, 1), done.err
    return done.json


def results_of(built: BuiltMachine) -> list[dict[str, Any]]:
    return log_of(built)["runs"][0]["results"]


def fingerprints(built: BuiltMachine) -> list[str]:
    return [result["partialFingerprints"]["place/v1"] for result in results_of(built)]


def place_of(result: dict[str, Any]) -> dict[str, Any]:
    return result["locations"][0]["physicalLocation"]["artifactLocation"]


@pytest.mark.parametrize("name", MACHINES)
def test_valid_by_the_official_schema(tmp_path: Path, name: str) -> None:
    log = log_of(MACHINES[name].build(tmp_path))

    assert log["runs"][0]["results"]
    assert sarif_errors(log) == []


def test_every_twentieth_recorded_machine_gives_a_valid_log(tmp_path: Path) -> None:
    for number, case in enumerate(list(recorded_cases())[::20]):
        built = MadeUpMachine.from_case(case).build(tmp_path / str(number))
        assert sarif_errors(log_of(built, case["version"])) == [], case["name"]


def test_the_schema_bites(tmp_path: Path) -> None:
    log = log_of(headline().build(tmp_path))
    log["runs"][0]["results"][0]["level"] = "disaster"

    assert sarif_errors(log)


def test_every_rule_explains_itself(tmp_path: Path) -> None:
    driver = log_of(headline().build(tmp_path))["runs"][0]["tool"]["driver"]

    for rule in driver["rules"]:
        assert rule["shortDescription"]["text"]
        assert len(rule["fullDescription"]["text"]) > 40
        assert rule["help"]["markdown"].startswith(f"# {rule['id']}")
        assert rule["helpUri"].endswith(f"/{rule['id']}.md")
        assert rule["properties"]["precision"] == "high"
        assert "billing" in rule["properties"]["tags"]
    scored = {rule["id"] for rule in driver["rules"] if "security-severity" in rule["properties"]}
    assert scored == {"base-url-redirects-login", "credentials-exposed", "secret-in-project"}


def test_files_are_named_by_their_place_in_the_project_or_the_home(tmp_path: Path) -> None:
    built = PROJECT.build(tmp_path)

    run_ = log_of(built)["runs"][0]

    places = {tuple(place_of(result).values()) for result in run_["results"]}
    assert (".claude/settings.json", "%SRCROOT%") in places
    assert (".config/anthropic/configs/default.json", "HOME") in places
    bases = {name: base["uri"] for name, base in run_["originalUriBaseIds"].items()}
    assert bases == {"%SRCROOT%": f"{built.cwd.as_uri()}/", "HOME": f"{built.home.as_uri()}/"}
    assert str(built.home) not in json.dumps(run_["results"])


def test_a_path_with_odd_characters_is_a_valid_address(tmp_path: Path) -> None:
    machine = MadeUpMachine({**headline().files, "a b#ü/.claude/settings.json": "{"}, cwd="a b#ü")

    log = log_of(machine.build(tmp_path))

    assert sarif_errors(log) == []
    base = log["runs"][0]["originalUriBaseIds"]["%SRCROOT%"]["uri"]
    assert base.endswith("/a%20b%23%C3%BC/")


def test_without_a_project_the_home_is_the_base(tmp_path: Path) -> None:
    built = MadeUpMachine(headline().files, cwd=".").build(tmp_path)

    assert list(log_of(built)["runs"][0]["originalUriBaseIds"]) == ["HOME"]


def test_fingerprints_outlast_moved_lines_and_other_homes(tmp_path: Path) -> None:
    here = PROJECT.build(tmp_path / "a")
    there = PROJECT.build(tmp_path / "b")
    for name in (SETTINGS, ".config/anthropic/configs/default.json"):
        path = there.home / name
        path.write_text("\n\n\n" + path.read_text().replace("{", '{ "other": 1,', 1))

    before, after = results_of(here), results_of(there)

    assert fingerprints(here) == fingerprints(there)
    regions = [
        [one["locations"][0]["physicalLocation"]["region"]["startLine"] for one in results]
        for results in (before, after)
    ]
    assert regions[0] != regions[1]


def test_fingerprints_tell_findings_apart(tmp_path: Path) -> None:
    two_mistakes: dict[str, object] = {"env": {"A": [1], "B": [2]}, "apiKeyHelper": 5}
    built = PROJECT.with_files({".claude/settings.json": two_mistakes}).build(tmp_path)

    assert len(fingerprints(built)) == len(set(fingerprints(built))) > 4


def test_a_variable_is_a_logical_location(tmp_path: Path) -> None:
    built = headline().with_env(ANTHROPIC_AUTH_TOKEN=KEY).build(tmp_path)

    log = log_of(built)

    logical = [
        place
        for result in log["runs"][0]["results"]
        for location in result["locations"]
        for place in location.get("logicalLocations", [])
    ]
    assert {"name": "ANTHROPIC_AUTH_TOKEN", "kind": "variable"} in logical
    assert sarif_errors(log) == []


@pytest.mark.parametrize(("version", "code"), [("2.1.146", 1), ("2.1.330", 0)])
def test_the_invocation_says_how_it_ended(tmp_path: Path, version: str, code: int) -> None:
    log = log_of(headline().build(tmp_path), version)

    (invocation,) = log["runs"][0]["invocations"]
    assert (invocation["executionSuccessful"], invocation["exitCode"]) == (True, code)


def test_a_fix_can_be_applied_as_it_stands(tmp_path: Path) -> None:
    built = PROJECT.build(tmp_path)

    (fix,) = [
        fix
        for result in results_of(built)
        for fix in result.get("fixes", [])
        if "off in the project settings" in fix["description"]["text"]
    ]
    (change,) = fix["artifactChanges"]
    (edit,) = change["replacements"]
    region, text = edit["deletedRegion"], (built.home / SETTINGS).read_text()
    assert region["startLine"] == region["endLine"]
    lines: list[str] = text.split("\n")
    line = lines[int(region["startLine"]) - 1]
    start, end = region["startColumn"] - 1, region["endColumn"] - 1
    lines[region["startLine"] - 1] = line[:start] + edit["insertedContent"]["text"] + line[end:]
    assert json.loads("\n".join(lines)) == {"env": {"ANTHROPIC_API_KEY_OFF": KEY}}


def test_a_fix_that_would_carry_a_secret_is_left_out(tmp_path: Path) -> None:
    """Moving a key into local settings that exist already writes it there as an edit."""
    key = f"sk-ant-api03-{CANARY}"
    machine = headline().with_files(
        {
            SETTINGS: {"env": {"ANTHROPIC_API_KEY": key}},
            "proj/.claude/settings.local.json": {"env": {"OTHER": "1"}},
        }
    )
    built = machine.build(tmp_path)

    listed = run("check", "--format", "json", *built.options("2.1.146")).findings(
        "secret-in-project"
    )
    assert any(fix["id"].startswith("move-to-local") for one in listed for fix in one["fixes"])
    done = run("check", "--format", "sarif", *built.options("2.1.146"))
    assert_no_canary(done.out)
    assert "which is not shared" not in json.dumps(
        [result.get("fixes", []) for result in done.json["runs"][0]["results"]]
    )
