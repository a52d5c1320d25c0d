"""The machine options, and every way to use them wrongly."""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest

from tests.cli.command_line import run
from tests.machines import CANARY, MadeUpMachine, assert_no_canary, headline

COMMANDS = ["status", "check", "fix"]
SETTINGS = '{"env": {"ANTHROPIC_AUTH_TOKEN": "made-up"}}'


def source(*argv: str) -> str:
    done = run("status", "--json", *argv)
    assert done.code == 0, done.err
    return str(done.json["route"]["source"])


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize(
    "options",
    [
        ["--nonsense"],
        ["--claude-version", "latest"],
        ["--claude-version", "2.1"],
        ["--claude-version", ""],
        ["--env", "NAME"],
        ["--env", "=value"],
        ["--env", ""],
        ["--mode", "batch"],
        ["--platform", "amiga"],
        ["--expect", "nothing"],
        ["--", "--settings"],
        ["surplus"],
    ],
)
def test_wrong_usage_is_2_with_a_line_on_standard_error(
    tmp_path: Path, command: str, options: list[str]
) -> None:
    built = headline().build(tmp_path)

    done = run(command, *built.machine_options(), *options)

    # An empty version means none; everything else here is wrong.
    if options == ["--claude-version", ""]:
        assert done.code in (0, 1, 2)
    else:
        assert (done.code, done.out) == (2, "")
        assert done.err.splitlines()[-1].startswith("billing-lens")


@pytest.mark.parametrize(
    "argv",
    [
        [],
        ["nonsense"],
        ["check", "--format", "xml"],
        ["check", "--fail-on", "hint"],
        ["fix", "--rule", "no-such-rule"],
        ["undo", "no-such-change"],
    ],
)
def test_a_wrong_command_is_2(argv: list[str]) -> None:
    done = run(*argv)

    assert done.code == 2
    assert done.err


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("home", ["missing", "file", "file/below"])
def test_a_home_that_cannot_be_read_is_3(tmp_path: Path, command: str, home: str) -> None:
    (tmp_path / "file").write_text("x")

    done = run(command, "--home", str(tmp_path / home))

    assert (done.code, done.out) == (3, "")
    assert str(tmp_path / home) in done.err


@pytest.mark.parametrize(
    "argv", [["--help"], ["--version"], *([one, "--help"] for one in COMMANDS)]
)
def test_help_and_version_are_no_error(argv: list[str]) -> None:
    done = run(*argv)

    assert (done.code, done.err) == (0, "")
    assert "billing-lens" in done.out


@pytest.mark.parametrize("command", COMMANDS)
def test_the_exit_codes_are_documented(command: str) -> None:
    if command == "status":
        return
    assert "Exit codes" in run(command, "--help").out


def test_mode_says_which_route_comes_first(tmp_path: Path) -> None:
    built = headline().with_env(ANTHROPIC_API_KEY="sk-ant-made-up").build(tmp_path)
    options = built.options("2.1.330")

    assert source("--mode", "headless", *options) == "api_key"
    assert source("--mode", "interactive", *options) == "claude_ai_login"
    assert source(*options) == "claude_ai_login"


def test_env_sets_variables_the_last_one_counts_and_no_env_starts_from_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = str(headline().build(tmp_path).home)
    monkeypatch.setenv("ANTHROPIC_AUTH_TOKEN", "ours")

    assert source("--home", home) == "auth_token"
    assert source("--home", home, "--no-env") == "claude_ai_login"
    assert source("--home", home, "--no-env", "--env", "ANTHROPIC_AUTH_TOKEN=x") == "auth_token"
    assert source("--home", home, "--env", "ANTHROPIC_AUTH_TOKEN=") == "claude_ai_login"
    two = ["--env", "ANTHROPIC_AUTH_TOKEN=x", "--env", "ANTHROPIC_AUTH_TOKEN="]
    assert source("--home", home, *two) == "claude_ai_login"
    assert source("--home", home, "--env", "A=b=c") == "auth_token"


def test_the_managed_directory_can_be_elsewhere(tmp_path: Path) -> None:
    built = headline().build(tmp_path)
    (tmp_path / "policy").mkdir()
    (tmp_path / "policy" / "managed-settings.json").write_text(SETTINGS)
    options = ["--home", str(built.home), "--no-env"]

    assert source(*options) == "claude_ai_login"
    assert source(*options, "--managed-dir", str(tmp_path / "policy")) == "auth_token"
    assert source(*options, "--managed-dir", str(tmp_path / "nothing")) == "claude_ai_login"


def test_the_working_directory_brings_its_settings(tmp_path: Path) -> None:
    built = headline().with_files({"proj/.claude/settings.json": SETTINGS}).build(tmp_path)
    options = ["--home", str(built.home), "--no-env"]

    assert source(*options, "--cwd", str(built.home / "proj")) == "auth_token"
    assert source(*options, "--cwd", str(built.home)) == "claude_ai_login"


def test_a_working_directory_outside_the_home_is_not_read_and_said_so(tmp_path: Path) -> None:
    built = headline().build(tmp_path)
    (tmp_path / "outside/.claude").mkdir(parents=True)
    (tmp_path / "outside/.claude/settings.json").write_text(SETTINGS)

    done = run(
        *("status", "--json", "--home", str(built.home), "--no-env"),
        *("--cwd", str(tmp_path / "outside")),
    )

    assert done.json["route"]["source"] == "claude_ai_login"
    assert "outside" in done.err


def test_relative_paths_are_taken_from_here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    headline().build(tmp_path)
    monkeypatch.chdir(tmp_path)

    assert source("--home", "home", "--cwd", "home/proj", "--no-env") == "claude_ai_login"
    assert source("--home", "home/", "--no-env") == "claude_ai_login"


@pytest.mark.parametrize("platform", ["linux", "darwin"])
def test_another_platform_can_be_looked_at(tmp_path: Path, platform: str) -> None:
    options = headline().build(tmp_path).options("2.1.146")

    assert source("--platform", platform, *options) == "profile"


def test_windows_can_be_looked_at_from_anywhere(tmp_path: Path) -> None:
    files = headline().files
    windows = MadeUpMachine(
        {
            path.replace(".config/anthropic", "AppData/Roaming/Anthropic"): content
            for path, content in files.items()
        }
    )

    assert source("--platform", "win32", *windows.build(tmp_path).options("2.1.146")) == "profile"


@pytest.mark.parametrize(
    ("arguments", "in_charge"),
    [
        ([], "profile"),
        (["--settings", SETTINGS], "auth_token"),
        (["--settings=" + SETTINGS], "auth_token"),
        (["--bare"], "none"),
        (["--bare", "--settings", SETTINGS], "auth_token"),
    ],
)
def test_what_follows_the_dashes_is_claude_codes(
    tmp_path: Path, arguments: list[str], in_charge: str
) -> None:
    machine = headline().with_args(*arguments)

    assert source(*machine.build(tmp_path).options("2.1.146")) == in_charge


def test_settings_can_be_a_file_below_the_working_directory(tmp_path: Path) -> None:
    machine = headline().with_files({"proj/extra.json": SETTINGS})

    options = machine.with_args("--settings", "extra.json").build(tmp_path).options("2.1.146")

    assert source(*options) == "auth_token"


def test_setting_sources_leave_some_out(tmp_path: Path) -> None:
    machine = headline().with_files({".claude/settings.json": SETTINGS})
    options = ["--setting-sources", "project, local"]

    assert source(*machine.build(tmp_path / "a").options()) == "auth_token"
    assert source(*machine.with_args(*options).build(tmp_path / "b").options()) == "claude_ai_login"


@pytest.mark.parametrize("options", [[], ["--setting-sources"], ["--settings"]])
def test_an_argument_with_a_secret_in_it_is_not_repeated(
    tmp_path: Path, options: list[str]
) -> None:
    secret = f'{{"env": {{"ANTHROPIC_API_KEY": "sk-ant-api03-{CANARY}"}}}}'

    done = run("status", *headline().build(tmp_path).machine_options(), "--", *options, secret)

    assert done.code in (0, 1)
    assert_no_canary(done.out + done.err)


@pytest.mark.parametrize(
    "line", ["-p 'use --bare'", "--model opus --append-system-prompt --bare", "--not-known-yet"]
)
def test_any_command_line_of_claude_code_is_taken(tmp_path: Path, line: str) -> None:
    options = headline().with_args(*shlex.split(line)).build(tmp_path).options("2.1.330")

    assert source(*options) == "claude_ai_login"
