"""What the backups of the state file say of the account."""

from __future__ import annotations

from pathlib import Path

from billing_lens.billing.expectation import expectation
from billing_lens.billing.history import last_account_change
from billing_lens.billing.sources import Billing
from tests.machines import MadeUpMachine
from tests.unit.machine.snapshot import snapshot

MAX = {"organizationUuid": "1111", "organizationName": "Mine", "organizationType": "claude_max"}
CONSOLE = {"organizationUuid": "2222", "organizationName": "Acme", "organizationType": "api"}


def machine(now: object, **backups: object) -> MadeUpMachine:
    files: dict[str, object] = {".claude.json": {"oauthAccount": now}}
    for name, account in backups.items():
        path = f".claude/backups/.claude.json.backup.{name.removeprefix('at_')}"
        files[path] = {"oauthAccount": account}
    return MadeUpMachine(files)


def test_the_last_change_is_found(tmp_path: Path) -> None:
    made_up = machine(CONSOLE, at_1790000000000=MAX, at_1780000000000=CONSOLE)

    change = last_account_change(snapshot(made_up, tmp_path))

    assert change is not None
    assert change.at_ms == 1790000000000
    assert change.before.organizationUuid == "1111"
    assert change.after.organizationUuid == "2222"


def test_no_change_and_no_backups(tmp_path: Path) -> None:
    unchanged = machine(MAX, at_1790000000000=MAX)

    assert last_account_change(snapshot(unchanged, tmp_path / "one")) is None
    assert last_account_change(snapshot(machine(MAX), tmp_path / "two")) is None


def test_broken_backups_are_passed_over(tmp_path: Path) -> None:
    made_up = machine(MAX).with_files(
        {
            ".claude/backups/.claude.json.backup.1790000000000": "{ broken",
            ".claude/backups/.claude.json.backup.1790000000001": {"__file__": {"isdir": True}},
            ".claude/backups/notes.txt": "mine",
        }
    )

    assert last_account_change(snapshot(made_up, tmp_path)) is None


def test_a_backup_is_the_last_evidence_of_what_is_expected(tmp_path: Path) -> None:
    expected = expectation(snapshot(machine(None, at_1790000000000=MAX), tmp_path))

    assert expected is not None
    assert expected.billing is Billing.SUBSCRIPTION
    assert expected.organization == "1111"
    assert "backup" in expected.origin
