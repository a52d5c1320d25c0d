"""Which value of a variable counts, by where it is set."""

from __future__ import annotations

from pathlib import Path

import pytest

from billing_lens.billing.environment import Environment
from billing_lens.machine.machine import Machine, Mode
from tests.machines import CANARY, MadeUpMachine, assert_no_canary
from tests.unit.machine.snapshot import snapshot

WEAKEST_FIRST = {
    "user": ".claude/settings.json",
    "project": "proj/.claude/settings.json",
    "local": "proj/.claude/settings.local.json",
    "flag": "flag.json",
    "managed": "/etc/claude-code/managed-settings.json",
    "drop-in": "/etc/claude-code/managed-settings.d/a.json",
}


def setting(name: str, *scopes: str) -> MadeUpMachine:
    """Return a machine that sets a variable in the process and in each scope to the scope."""
    files = {WEAKEST_FIRST[scope]: {"env": {name: scope}} for scope in scopes}
    flag = ("--settings", "@HOME@/flag.json") if "flag" in scopes else ()
    return MadeUpMachine(files, env={name: "process"}, args=flag)


def value_of(machine: Machine, name: str, mode: Mode = Mode.HEADLESS) -> str | None:
    found = Environment(machine, mode).get(name)
    return found.value if found else None


@pytest.mark.parametrize("strongest", range(len(WEAKEST_FIRST)))
def test_of_several_the_strongest_scope_wins(tmp_path: Path, strongest: int) -> None:
    scopes = list(WEAKEST_FIRST)[: strongest + 1]

    machine = snapshot(setting("ANTHROPIC_API_KEY", *scopes), tmp_path, "2.1.330")

    assert value_of(machine, "ANTHROPIC_API_KEY") == scopes[-1]


@pytest.mark.parametrize(
    ("name", "scope", "headless", "interactive"),
    [
        ("ANTHROPIC_API_KEY", "project", True, True),
        ("ANTHROPIC_AUTH_TOKEN", "local", True, True),
        ("CLAUDE_CODE_OAUTH_TOKEN", "project", False, False),
        ("CLAUDE_CODE_OAUTH_TOKEN", "user", True, True),
        ("CLAUDE_CODE_USE_BEDROCK", "project", True, True),
        ("ANTHROPIC_BASE_URL", "project", True, False),
        ("ANTHROPIC_BASE_URL", "user", True, True),
        ("ANTHROPIC_PROFILE", "project", False, False),
        ("ANTHROPIC_PROFILE", "user", True, True),
        ("ANTHROPIC_PROFILE", "managed", False, False),
        ("ANTHROPIC_CONFIG_DIR", "drop-in", False, False),
        ("ANTHROPIC_API_KEY", "managed", True, True),
    ],
)
def test_not_every_variable_counts_in_every_scope(
    tmp_path: Path, name: str, scope: str, headless: bool, interactive: bool
) -> None:
    machine = snapshot(setting(name, scope), tmp_path, "2.1.330")

    assert (value_of(machine, name, Mode.HEADLESS) == scope) is headless
    assert (value_of(machine, name, Mode.INTERACTIVE) == scope) is interactive
    ignored = Environment(machine, Mode.HEADLESS).ignored
    assert bool(ignored) is not headless
    assert all(one.reason for one in ignored)


@pytest.mark.parametrize(("version", "value"), [("2.1.256", "managed"), ("2.1.257", "process")])
def test_managed_settings_selected_a_profile_once(tmp_path: Path, version: str, value: str) -> None:
    machine = snapshot(setting("ANTHROPIC_PROFILE", "managed"), tmp_path, version)

    assert value_of(machine, "ANTHROPIC_PROFILE") == value


def test_an_empty_value_in_settings_cancels_that_of_the_shell(tmp_path: Path) -> None:
    files = {WEAKEST_FIRST["user"]: {"env": {"ANTHROPIC_API_KEY": ""}}}
    machine = MadeUpMachine(files, env={"ANTHROPIC_API_KEY": "process"})

    assert value_of(snapshot(machine, tmp_path), "ANTHROPIC_API_KEY") is None


@pytest.mark.parametrize(
    "text",
    [
        '{"env": {"ANTHROPIC_API_KEY": "file"},}',
        '// c\n{"env": {"ANTHROPIC_API_KEY": "file"}}',
        '{"env": {"ANTHROPIC_API_KEY": "file"}, "apiKeyHelper": 1}',
        "",
    ],
)
def test_a_settings_file_with_one_mistake_is_ignored_as_a_whole(tmp_path: Path, text: str) -> None:
    machine = MadeUpMachine({WEAKEST_FIRST["user"]: text}, env={"ANTHROPIC_API_KEY": "process"})

    assert value_of(snapshot(machine, tmp_path), "ANTHROPIC_API_KEY") == "process"


@pytest.mark.parametrize(
    ("sources", "value"), [("user", "user"), ("project", "process"), ("", "process")]
)
def test_setting_sources_leave_files_out(tmp_path: Path, sources: str, value: str) -> None:
    machine = setting("ANTHROPIC_API_KEY", "user").with_args("--setting-sources", sources)

    assert value_of(snapshot(machine, tmp_path), "ANTHROPIC_API_KEY") == value


@pytest.mark.parametrize("text", ["1", "true", "YES", "On", True, 1, " 1 "])
def test_a_switch_is_on(tmp_path: Path, text: object) -> None:
    machine = snapshot(
        MadeUpMachine({WEAKEST_FIRST["user"]: {"env": {"CLAUDE_CODE_USE_VERTEX": text}}}), tmp_path
    )

    assert Environment(machine, Mode.HEADLESS).is_on("CLAUDE_CODE_USE_VERTEX")


@pytest.mark.parametrize("text", ["0", "false", "no", "off", "2", "", False, 0, 2])
def test_a_switch_is_off(tmp_path: Path, text: object) -> None:
    machine = snapshot(
        MadeUpMachine({WEAKEST_FIRST["user"]: {"env": {"CLAUDE_CODE_USE_VERTEX": text}}}), tmp_path
    )

    assert not Environment(machine, Mode.HEADLESS).is_on("CLAUDE_CODE_USE_VERTEX")


def test_a_variable_never_shows_its_value(tmp_path: Path) -> None:
    machine = MadeUpMachine({}, env={"ANTHROPIC_API_KEY": CANARY})
    found = Environment(snapshot(machine, tmp_path), Mode.HEADLESS).get("ANTHROPIC_API_KEY")

    assert found is not None
    assert_no_canary(repr(found))
