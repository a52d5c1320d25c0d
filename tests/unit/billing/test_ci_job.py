"""A machine as a CI job has it."""

from __future__ import annotations

from pathlib import Path

from msgspec.structs import replace

from billing_lens.billing.ci_job import as_ci_job
from billing_lens.billing.route import resolve_route
from billing_lens.config.kinds import Platform
from billing_lens.machine.machine import Mode
from tests.machines import headline
from tests.unit.machine.snapshot import snapshot

SETTINGS = {"env": {"ANTHROPIC_AUTH_TOKEN": "made-up"}}


def test_nothing_of_the_home_is_there(tmp_path: Path) -> None:
    machine = snapshot(headline().with_files({".claude/settings.json": SETTINGS}), tmp_path)

    route = resolve_route(as_ci_job(machine), Mode.HEADLESS)

    assert route.credentials == ()
    assert route.label == "Not logged in"


def test_the_projects_and_the_administrators_settings_count(tmp_path: Path) -> None:
    project = headline().with_files({"proj/.claude/settings.json": SETTINGS})
    managed = headline().with_files({"/etc/claude-code/managed-settings.json": SETTINGS})

    for name, machine in (("project", project), ("managed", managed)):
        job = as_ci_job(snapshot(machine, tmp_path / name))
        assert resolve_route(job, Mode.HEADLESS).source == "auth_token"


def test_the_environment_is_the_machines_own_or_the_one_given(tmp_path: Path) -> None:
    machine = snapshot(headline().with_env(ANTHROPIC_API_KEY="made-up"), tmp_path)

    own, given = as_ci_job(machine), as_ci_job(machine, {"CLAUDE_CODE_OAUTH_TOKEN": "made-up"})

    assert resolve_route(own, Mode.HEADLESS).source == "api_key"
    assert resolve_route(given, Mode.HEADLESS).source == "oauth_token"


def test_a_runner_on_macos_has_no_keychain_entry_of_ours(tmp_path: Path) -> None:
    machine = replace(snapshot(headline(), tmp_path), platform=Platform.DARWIN)

    assert resolve_route(as_ci_job(machine), Mode.HEADLESS).credentials == ()
