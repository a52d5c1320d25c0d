"""The made-up machines: what they write, how they vary, and that the leak check bites."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest

from tests.machines import (
    CANARY,
    MadeUpMachine,
    assert_no_canary,
    canaries,
    headline,
)

LOGIN = ".claude/.credentials.json"
PROFILE = ".config/anthropic/configs/default.json"
STATE = ".claude.json"


def permissions(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_files_land_in_the_made_up_home_with_the_modes_of_the_real_ones(tmp_path: Path) -> None:
    home = headline().build(tmp_path).home

    assert home == tmp_path / "home"
    assert permissions(home / LOGIN) == permissions(home / STATE) == 0o600
    assert permissions(home / PROFILE) == 0o644
    assert json.loads((home / STATE).read_text())["projects"] == {
        f"{home}/proj": {"hasTrustDialogAccepted": True}
    }


def test_a_file_can_be_a_link_a_directory_or_start_with_a_byte_order_mark(tmp_path: Path) -> None:
    home = (
        MadeUpMachine(
            {
                "real.json": {"__file__": {"content": {"a": 1}, "mode": "0o640"}},
                "link.json": {"__file__": {"link": "@HOME@/real.json"}},
                "directory.json": {"__file__": {"isdir": True}},
                "marked.json": {"__file__": {"content": "{}", "bom": True}},
            }
        )
        .build(tmp_path)
        .home
    )

    assert permissions(home / "real.json") == 0o640
    assert (home / "link.json").is_symlink()
    assert json.loads((home / "link.json").read_text()) == {"a": 1}
    assert (home / "directory.json").is_dir()
    assert (home / "marked.json").read_bytes() == b"\xef\xbb\xbf{}"


def test_managed_settings_never_reach_the_real_directory(tmp_path: Path) -> None:
    machine = MadeUpMachine({"/etc/claude-code/managed-settings.d/10-x.json": {"env": {}}})

    built = machine.build(tmp_path)

    assert (built.managed_dir / "managed-settings.d/10-x.json").read_text() == '{\n  "env": {}\n}'
    assert built.managed_dir.is_relative_to(tmp_path)


@pytest.mark.parametrize("path", ["/etc/passwd", "../elsewhere", "/etc/claude-code/../passwd"])
def test_no_file_is_written_outside(path: str) -> None:
    with pytest.raises(ValueError, match="neither below"):
        MadeUpMachine({path: "x"})


def test_the_home_cannot_be_pointed_elsewhere_by_a_variable() -> None:
    with pytest.raises(ValueError, match="HOME"):
        MadeUpMachine({}, env={"HOME": "/somewhere"})


def test_options_describe_the_whole_machine(tmp_path: Path) -> None:
    machine = headline().with_env(A="@HOME@/b").with_args("--settings", "@HOME@/s.json")

    built = machine.build(tmp_path)

    assert built.options("2.1.146") == [
        "--home",
        f"{tmp_path}/home",
        "--cwd",
        f"{tmp_path}/home/proj",
        "--managed-dir",
        f"{tmp_path}/managed",
        "--no-env",
        "--env",
        f"A={tmp_path}/home/b",
        "--claude-version",
        "2.1.146",
        "--",
        "--settings",
        f"{tmp_path}/home/s.json",
    ]
    assert "--claude-version" not in built.options()
    assert built.cwd.is_dir()


def test_variants_leave_the_original_alone() -> None:
    original = headline()

    variant = original.without(LOGIN).with_env(ANTHROPIC_PROFILE="default")

    assert LOGIN in original.files
    assert LOGIN not in variant.files
    assert not original.env
    assert variant.env == {"ANTHROPIC_PROFILE": "default"}
    assert variant.without("ANTHROPIC_PROFILE").env == {}
    with pytest.raises(KeyError):
        original.without("no-such-file")


def test_a_recorded_case_becomes_a_machine(tmp_path: Path) -> None:
    built = MadeUpMachine.from_case(
        {"files": {"x.json": "{}"}, "env": {"A": "b"}, "cwd": "~/proj/sub", "args": ["--bare"]}
    ).build(tmp_path)

    assert built.cwd == built.home / "proj/sub"
    assert built.environment == {"A": "b"}
    assert built.claude_arguments == ["--", "--bare"]


def test_tokens_are_found_in_variables_settings_arguments_and_broken_files() -> None:
    machine = MadeUpMachine(
        files={
            ".claude/settings.json": '// broken\n{"env": {"ANTHROPIC_API_KEY": "key\\u002dfile"},',
            "x.json": {
                "apiKeyHelper": "echo helper-key",
                "federation_rule_id": "fdrl_1",
                "primaryApiKey": 7,
            },
        },
        env={"ANTHROPIC_AUTH_TOKEN": "token"},
        args=("--settings", '{"env": {"CLAUDE_CODE_OAUTH_TOKEN": "argument"}}'),
    )

    found = {(token.source, token.value) for token in machine.tokens()}

    assert found == {
        ("auth_token", "token"),
        ("api_key", "key-file"),
        ("api_key_helper", "echo helper-key"),
        ("profile", "fdrl_1"),
        ("oauth_token", "argument"),
        ("managed_key", "7"),
    }
    assert canaries(machine) == {"token", "key-file", "argument", "7"}


def test_every_token_of_the_headline_case_is_a_canary() -> None:
    tokens = canaries(headline())

    assert len(tokens) == 4
    assert all(token.endswith(CANARY) for token in tokens)
    for token in tokens:
        assert_no_canary(f"the token that ends in {token[-4:]}")
        with pytest.raises(AssertionError, match="leaked"):
            assert_no_canary(f"the token {token[-5:]}")
        with pytest.raises(AssertionError, match="leaked"):
            assert_no_canary(token)


def test_a_secret_too_short_to_be_recognized_is_refused() -> None:
    with pytest.raises(ValueError, match="recognize"):
        headline("canary-abcd")
