"""Applying and undoing: whole or not at all, only on what was looked at, nothing ever lost."""

from __future__ import annotations

import json
import os
import stat
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from billing_lens.fixes.apply import FixRefusedError, undo_entry, write_atomically
from billing_lens.fixes.journal import Entry, Journal
from tests.cli.command_line import fingerprint
from tests.machines import CANARY, assert_no_canary, headline
from tests.unit.fixes.headline_fixes import (
    ACTIVE_CONFIG,
    CLEAR,
    CONFIG,
    RETIRE,
    Case,
    case,
    read_again,
    without_journal,
)

NOBODY = 65534
SELECT = "select-profile:work"
WORK = ".config/anthropic/configs/work.json"


@pytest.fixture
def subject(tmp_path: Path) -> Case:
    return case(tmp_path, {WORK: {"version": "1.0"}})


@pytest.mark.parametrize("fix", [CLEAR, RETIRE, SELECT])
def test_undoing_puts_everything_back_byte_for_byte(subject: Case, fix: str) -> None:
    subject.config.chmod(0o640)
    before = without_journal(subject)

    entry = subject.apply(fix)
    assert without_journal(subject) != before
    assert entry.state == "applied"
    undone = undo_entry(entry, subject.journal)

    assert without_journal(subject) == before
    assert undone.state == "undone"
    assert [kept.state for kept in subject.journal.entries()] == ["undone"]


@pytest.mark.parametrize("mode", [0o600, 0o640, 0o664, 0o400])
def test_the_mode_is_kept(subject: Case, mode: int) -> None:
    subject.config.chmod(mode)

    subject.apply(CLEAR)

    assert stat.S_IMODE(subject.config.stat().st_mode) == mode


def test_owner_and_group_are_kept(subject: Case) -> None:
    # Only root can give a file away; for others the test says that it stays their own.
    owner, group = (12345, 54321) if os.geteuid() == 0 else (os.geteuid(), os.getegid())
    os.chown(subject.config, owner, group)

    entry = subject.apply(CLEAR)
    assert (subject.config.stat().st_uid, subject.config.stat().st_gid) == (owner, group)
    undo_entry(entry, subject.journal)

    assert (subject.config.stat().st_uid, subject.config.stat().st_gid) == (owner, group)


def test_nothing_else_is_left_in_the_directory(subject: Case) -> None:
    names = sorted(path.name for path in subject.config.parent.iterdir())

    subject.apply(CLEAR)

    assert sorted(path.name for path in subject.config.parent.iterdir()) == names


def test_a_link_inside_the_home_is_written_through(tmp_path: Path) -> None:
    text = json.dumps(headline().files[CONFIG])
    subject = case(
        tmp_path,
        {
            "dotfiles/default.json": text,
            CONFIG: {"__file__": {"link": "@HOME@/dotfiles/default.json"}},
        },
    )
    real = subject.built.home / "dotfiles" / "default.json"

    entry = subject.apply(CLEAR)

    assert subject.config.is_symlink()
    assert "authentication" not in json.loads(real.read_text())
    undo_entry(entry, subject.journal)
    assert subject.config.is_symlink()
    assert real.read_text() == text


def test_retiring_a_link_moves_the_link_and_leaves_its_target(tmp_path: Path) -> None:
    text = json.dumps(headline().files[CONFIG])
    subject = case(
        tmp_path,
        {
            "dotfiles/default.json": text,
            CONFIG: {"__file__": {"link": "@HOME@/dotfiles/default.json"}},
        },
    )

    entry = subject.apply(RETIRE)

    aside = subject.config.with_name("default.json.off")
    assert aside.is_symlink()
    assert (subject.built.home / "dotfiles/default.json").read_text() == text
    undo_entry(entry, subject.journal)
    assert subject.config.is_symlink()
    assert not os.path.lexists(aside)


@pytest.mark.parametrize("fix", [CLEAR, RETIRE])
def test_a_directory_that_became_a_link_out_of_the_home_is_refused(
    subject: Case, tmp_path: Path, fix: str
) -> None:
    folder = subject.config.parent
    folder.rename(tmp_path / "outside")
    folder.symlink_to(tmp_path / "outside")
    before = fingerprint(tmp_path / "outside")

    with pytest.raises(FixRefusedError, match="leads out of"):
        subject.apply(fix)

    assert fingerprint(tmp_path / "outside") == before


def test_a_file_that_became_a_link_out_of_the_home_is_refused(
    subject: Case, tmp_path: Path
) -> None:
    subject.config.rename(tmp_path / "outside.json")
    subject.config.symlink_to(tmp_path / "outside.json")
    before = (tmp_path / "outside.json").read_bytes()

    with pytest.raises(FixRefusedError, match="leads out of"):
        subject.apply(CLEAR)

    assert (tmp_path / "outside.json").read_bytes() == before


@pytest.mark.parametrize("fix", [CLEAR, RETIRE])
def test_a_file_changed_since_it_was_read_is_refused(subject: Case, fix: str) -> None:
    subject.config.write_text("{}")
    before = without_journal(subject)

    with pytest.raises(FixRefusedError, match="changed since it was read"):
        subject.apply(fix)

    assert without_journal(subject) == before
    assert list(subject.journal.entries()) == []


def test_a_file_changed_at_the_last_moment_is_refused_and_the_journal_forgets(
    subject: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep = Journal.keep

    def keep_then_change(journal: Journal, entry: Entry, backups: dict[int, bytes]) -> None:
        keep(journal, entry, backups)
        subject.config.write_text('{"organization_id": "newer"}')

    monkeypatch.setattr(Journal, "keep", keep_then_change)

    with pytest.raises(FixRefusedError, match="changed since"):
        subject.apply(CLEAR)

    assert subject.config.read_text() == '{"organization_id": "newer"}'
    assert list(subject.journal.entries()) == []


@pytest.mark.parametrize(
    ("fix", "path"), [(RETIRE, CONFIG + ".off"), (SELECT, ACTIVE_CONFIG)], ids=["rename", "create"]
)
def test_a_file_that_appeared_in_the_way_is_not_overwritten(
    subject: Case, fix: str, path: str
) -> None:
    (subject.built.home / path).write_text("new")
    before = without_journal(subject)

    with pytest.raises(FixRefusedError, match="is there already"):
        subject.apply(fix)

    assert without_journal(subject) == before


def test_a_file_that_is_gone_is_refused(subject: Case) -> None:
    subject.config.unlink()

    with pytest.raises(FixRefusedError, match="No such file"):
        subject.apply(CLEAR)


@pytest.mark.parametrize(("fix", "call"), [(CLEAR, "replace"), (RETIRE, "rename")])
def test_a_disk_that_refuses_leaves_all_as_it_was(
    subject: Case, monkeypatch: pytest.MonkeyPatch, fix: str, call: str
) -> None:
    before = without_journal(subject)
    real: Callable[[str, str], None] = getattr(os, call)

    def refuse(source: str, target: str) -> None:
        if ".local" in str(target):
            real(source, target)
        else:
            raise OSError(30, "Read-only file system", str(target))

    monkeypatch.setattr(os, call, refuse)

    with pytest.raises(FixRefusedError, match="Read-only file system"):
        subject.apply(fix)

    assert without_journal(subject) == before
    assert list(subject.journal.entries()) == []


@pytest.fixture
def as_an_ordinary_user() -> Iterator[Path]:
    """Give an empty directory in which even root is an ordinary user for the time of the test."""
    with tempfile.TemporaryDirectory() as directory:
        is_root = os.geteuid() == 0
        if is_root:
            os.chown(directory, NOBODY, NOBODY)
            os.setegid(NOBODY)
            os.seteuid(NOBODY)
        try:
            yield Path(directory)
        finally:
            if is_root:
                os.seteuid(0)
                os.setegid(0)


@pytest.mark.parametrize("fix", [CLEAR, RETIRE, SELECT])
def test_a_read_only_directory_is_refused(as_an_ordinary_user: Path, fix: str) -> None:
    subject = case(as_an_ordinary_user, {WORK: {"version": "1.0"}})
    for directory in (subject.config.parent, subject.config.parents[1]):
        directory.chmod(0o500)
    before = without_journal(subject)

    with pytest.raises(FixRefusedError, match="Permission denied"):
        subject.apply(fix)

    assert without_journal(subject) == before
    assert list(subject.journal.entries()) == []


def test_a_file_of_someone_else_is_not_taken_over(as_an_ordinary_user: Path) -> None:
    subject = case(as_an_ordinary_user)
    if os.getuid() == 0:
        os.seteuid(0)
        os.chown(subject.config, 0, 0)
        os.seteuid(NOBODY)
        with pytest.raises(FixRefusedError, match="not permitted"):
            subject.apply(CLEAR)
        assert subject.config.stat().st_uid == 0
    else:
        subject.apply(CLEAR)
        assert subject.config.stat().st_uid == os.getuid()


def test_a_journal_that_leads_out_of_the_home_is_refused(subject: Case, tmp_path: Path) -> None:
    (tmp_path / "outside").mkdir(mode=0o755)
    (subject.built.home / ".local").symlink_to(tmp_path / "outside")

    with pytest.raises(FixRefusedError, match="leads out of"):
        subject.apply(CLEAR)

    assert list((tmp_path / "outside").iterdir()) == []


def test_a_lock_that_is_a_link_out_of_the_home_is_refused(subject: Case, tmp_path: Path) -> None:
    (tmp_path / "precious").write_text("x")
    subject.journal.prepare()
    subject.journal.lock_path.symlink_to(tmp_path / "precious")

    with pytest.raises(FixRefusedError, match="leads out of"):
        subject.apply(CLEAR)

    assert (tmp_path / "precious").read_text() == "x"


def test_the_journal_is_private_and_holds_no_secret_but_in_its_copies(subject: Case) -> None:
    for fix in (CLEAR, RETIRE):
        again = read_again(subject)
        again.apply(fix)

    for path in subject.journal.directory.rglob("*"):
        wanted = 0o700 if path.is_dir() else 0o600
        assert stat.S_IMODE(path.stat().st_mode) == wanted, path
        if path.name == "entry.json":
            assert_no_canary(path.read_text())


def test_writing_keeps_the_old_file_when_it_cannot_be_replaced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "x"
    path.write_text("old")

    def refuse(source: str, target: str) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", refuse)
    with pytest.raises(OSError, match="No space"):
        write_atomically(path, b"new")

    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_new_file_is_private_unless_told(tmp_path: Path) -> None:
    write_atomically(tmp_path / "x", CANARY.encode())
    write_atomically(tmp_path / "y", b"", 0o644)

    assert stat.S_IMODE((tmp_path / "x").stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "y").stat().st_mode) == 0o644
