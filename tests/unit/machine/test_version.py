"""Which version of Claude Code is meant, found without ever running it."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from msgspec.structs import replace

from billing_lens.machine.reading import MachineReader
from billing_lens.machine.version import (
    NEWEST_KNOWN,
    ClaudeVersion,
    installed_version,
    parse_version,
)
from tests.machines import MadeUpMachine, headline
from tests.unit.machine.snapshot import reader_of, snapshot


def script(path: Path, marker: Path) -> Path:
    """Write a `claude` that leaves a mark when it is run."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\necho 9.9.9 | tee {marker}\n")
    path.chmod(0o755)
    return path


def installed(*directories: Path) -> ClaudeVersion | None:
    return installed_version({"PATH": os.pathsep.join(map(str, directories))})


@pytest.mark.parametrize(
    ("text", "plain"),
    [("2.1.146", "2.1.146"), ("v2.1.146", "2.1.146"), (" 2.1.146\n", "2.1.146")],
)
def test_a_version_is_read(text: str, plain: str) -> None:
    version = parse_version(text)

    assert (version.text, version.origin) == (plain, "option")


@pytest.mark.parametrize(
    "text", ["", "2", "2.1", "2.1.146.1", "2.1.x", "latest", "-2.1.1", "vv1.2.3"]
)
def test_what_is_no_version_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is not a version of Claude Code"):
        parse_version(text)


def test_versions_compare_by_number() -> None:
    older, newer = parse_version("2.1.99"), parse_version("2.1.146")

    assert older < newer
    assert newer == ClaudeVersion("2.1.146", "path")
    assert hash(newer) == hash(ClaudeVersion("2.1.146", "state"))


def test_a_number_too_long_to_compare_is_refused() -> None:
    with pytest.raises(ValueError, match="is not a version of Claude Code"):
        parse_version("2.1." + "9" * 5000)


def test_the_native_installers_link_names_the_version(tmp_path: Path) -> None:
    program = script(tmp_path / "share/claude/versions/2.1.146", tmp_path / "ran")
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "claude").symlink_to(program)

    assert installed(tmp_path / "bin") == ClaudeVersion("2.1.146")
    found = installed(tmp_path / "bin")
    assert found is not None
    assert found.origin == "path"
    assert not (tmp_path / "ran").exists()


def test_npms_package_json_names_the_version(tmp_path: Path) -> None:
    package = tmp_path / "lib/node_modules/@anthropic-ai/claude-code"
    program = script(package / "cli.js", tmp_path / "ran")
    manifest = {"name": "@anthropic-ai/claude-code", "version": "2.1.257"}
    (package / "package.json").write_text(json.dumps(manifest))
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "claude").symlink_to(os.path.relpath(program, tmp_path / "bin"))

    assert installed(tmp_path / "bin") == ClaudeVersion("2.1.257")
    assert not (tmp_path / "ran").exists()


def test_npms_windows_script_stands_beside_node_modules(tmp_path: Path) -> None:
    package = tmp_path / "node_modules/@anthropic-ai/claude-code"
    package.mkdir(parents=True)
    manifest = {"name": "@anthropic-ai/claude-code", "version": "2.1.153"}
    (package / "package.json").write_text(json.dumps(manifest))
    (tmp_path / "claude.cmd").write_text("@echo off")

    assert installed(tmp_path) == ClaudeVersion("2.1.153")


def test_the_first_claude_on_path_counts_even_if_its_version_is_unknown(tmp_path: Path) -> None:
    script(tmp_path / "first/claude", tmp_path / "ran")
    program = script(tmp_path / "versions/2.1.146", tmp_path / "ran")
    (tmp_path / "second").mkdir()
    (tmp_path / "second/claude").symlink_to(program)

    assert installed(tmp_path / "first", tmp_path / "second") is None
    assert installed(tmp_path / "nowhere", tmp_path / "second") == ClaudeVersion("2.1.146")
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize(
    "manifest",
    [
        "",
        "{",
        "[]",
        '{"name": "left-pad", "version": "2.1.1"}',
        '{"name": "@anthropic-ai/claude-code"}',
        '{"name": "@anthropic-ai/claude-code", "version": 2}',
        '{"name": "@anthropic-ai/claude-code", "version": "latest"}',
        '{"name": ["@anthropic-ai/claude-code"], "version": "2.1.1"}',
        "[" * 100_000,
        "\ud800",
    ],
)
def test_a_manifest_that_says_nothing_is_passed_over(tmp_path: Path, manifest: str) -> None:
    script(tmp_path / "claude", tmp_path / "ran")
    (tmp_path / "package.json").write_bytes(manifest.encode("utf-8", "surrogatepass"))

    assert installed(tmp_path) is None


@pytest.mark.parametrize("path", ["", os.pathsep, os.pathsep * 3, "/nonexistent", "\0"])
def test_a_strange_path_finds_nothing(path: str) -> None:
    assert installed_version({"PATH": path}) is None
    assert installed_version({}) is None


def test_a_dangling_or_looping_claude_is_passed_over(tmp_path: Path) -> None:
    (tmp_path / "claude").symlink_to("claude")

    assert installed(tmp_path) is None


class TestOfAMachine:
    """The version that a machine is read with."""

    def test_what_is_said_counts_first(self, tmp_path: Path) -> None:
        version = snapshot(headline(), tmp_path, "2.1.146").version

        assert (version.text, version.origin) == ("2.1.146", "option")

    def test_the_state_file_remembers_one(self, tmp_path: Path) -> None:
        version = snapshot(headline(), tmp_path).version

        assert (version.text, version.origin) == ("2.1.330", "state")

    @pytest.mark.parametrize("remembered", ["", "soon", "2.1", 2, None, ["2.1.1"]])
    def test_else_the_newest_known_is_taken(self, tmp_path: Path, remembered: object) -> None:
        machine = MadeUpMachine({".claude.json": {"lastOnboardingVersion": remembered}})

        version = snapshot(machine, tmp_path).version

        assert (version.text, version.origin) == (NEWEST_KNOWN, "newest")

    def test_a_program_on_path_counts_before_the_state_file(self, tmp_path: Path) -> None:
        machine = MadeUpMachine({".claude.json": {"lastOnboardingVersion": "2.1.110"}})
        reader = reader_of(machine.build(tmp_path))
        program = script(tmp_path / "versions/2.1.146", tmp_path / "ran")
        (tmp_path / "bin").mkdir()
        (tmp_path / "bin/claude").symlink_to(program)
        path = {"PATH": str(tmp_path / "bin")}

        ours = MachineReader(replace(reader.options, environment=path, confined=False))
        foreign = MachineReader(replace(reader.options, environment=path))

        assert (ours.read().version.text, ours.read().version.origin) == ("2.1.146", "path")
        assert foreign.read().version.origin == "state"
        assert not (tmp_path / "ran").exists()

    def test_a_number_too_long_to_compare_is_no_version(self, tmp_path: Path) -> None:
        machine = MadeUpMachine({".claude.json": {"lastOnboardingVersion": "2.1." + "9" * 5000}})

        assert snapshot(machine, tmp_path).version.origin == "newest"
