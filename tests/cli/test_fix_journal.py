"""What `fix` keeps of what worked: when, for which finding, which change, and who pays after it."""

from __future__ import annotations

import stat
from pathlib import Path
from typing import Any

import pytest

from billing_lens.fixes.apply import apply_fix
from billing_lens.fixes.journal import Entry, Journal, journal_directory
from tests.cli.command_line import run
from tests.machines import CANARY, BuiltMachine, assert_no_canary, headline

CONFIG = ".config/anthropic/configs/default.json"
BEDROCK = headline().with_env(CLAUDE_CODE_USE_BEDROCK="1")


@pytest.fixture
def built(tmp_path: Path) -> BuiltMachine:
    return headline().build(tmp_path)


def entry_of(built: BuiltMachine, *argv: str) -> Entry:
    run("fix", "--yes", *argv, *built.options("2.1.146"))
    (entry,) = Journal(journal_directory(built.home)).entries()
    return entry


def test_the_finding_and_the_outcome(built: BuiltMachine) -> None:
    entry = entry_of(built)

    assert entry.rule == "profile-overrides-login"
    assert entry.finding is not None
    assert "instead of your Claude Max login" in entry.finding.message
    assert entry.finding.path == str(built.home / CONFIG)
    assert entry.finding.pointer == "/organization_id"
    assert entry.before_route == "API usage (organization 2222…)"
    assert (entry.resulting_route, entry.observed) == ("Claude Max 20x", True)
    assert entry.as_expected is True
    assert (entry.claude_version, entry.mode) == ("2.1.146", "interactive")


def test_a_variable(tmp_path: Path) -> None:
    entry = entry_of(BEDROCK.build(tmp_path), "--fix", "cancel:CLAUDE_CODE_USE_BEDROCK@user")

    assert entry.finding is not None
    assert entry.finding.variable == "CLAUDE_CODE_USE_BEDROCK"
    assert entry.as_expected is False


def test_who_pays_is_read_from_the_disk(
    built: BuiltMachine, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = (built.home / CONFIG).read_bytes()

    def apply_in_vain(*arguments: Any) -> Entry:
        entry = apply_fix(*arguments)
        (built.home / CONFIG).write_bytes(text)
        return entry

    monkeypatch.setattr("billing_lens.cli.fix.apply_fix", apply_in_vain)

    entry = entry_of(built)

    assert entry.resulting_route == "API usage (organization 2222…)"
    assert (entry.observed, entry.as_expected) == (True, False)


def test_it_holds_no_secret_and_only_the_user_reads_it(tmp_path: Path) -> None:
    name = f"sk-ant-{CANARY}"
    configs, credentials = ".config/anthropic/configs", ".config/anthropic/credentials"
    files = {
        f"{configs}/{name}.json": headline().files[CONFIG],
        f"{credentials}/{name}.json": headline().files[f"{credentials}/default.json"],
        ".config/anthropic/active_config": f"{name}\n",
    }
    built = headline().with_files(files).build(tmp_path)

    entry = entry_of(built)

    assert entry.finding is not None
    kept = (entry.title, entry.finding.message, entry.before_route, entry.resulting_route)
    assert_no_canary("\n".join(kept))
    for path in (built.home / ".local/state/billing-lens" / entry.id).iterdir():
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
