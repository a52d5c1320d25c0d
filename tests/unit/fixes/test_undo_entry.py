"""Undoing is refused whenever it could lose something."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec.structs import replace

from billing_lens.fixes import apply as applying
from billing_lens.fixes.apply import FixRefusedError, undo_entry
from billing_lens.fixes.journal import ChangedFile
from tests.unit.fixes.headline_fixes import (
    ACTIVE_CONFIG,
    CLEAR,
    RETIRE,
    Case,
    case,
    read_again,
    without_journal,
)

SELECT = "select-profile:work"
WORK = ".config/anthropic/configs/work.json"


@pytest.fixture
def subject(tmp_path: Path) -> Case:
    return case(tmp_path, {WORK: {"version": "1.0"}})


def test_a_file_changed_since_the_fix(subject: Case) -> None:
    entry = subject.apply(CLEAR)
    subject.config.write_text("newer")

    with pytest.raises(FixRefusedError, match="changed since the fix"):
        undo_entry(entry, subject.journal)

    assert subject.config.read_text() == "newer"
    assert [kept.state for kept in subject.journal.entries()] == ["applied"]


def test_a_retired_file_changed_since(subject: Case) -> None:
    entry = subject.apply(RETIRE)
    aside = subject.config.with_name("default.json.off")
    aside.write_text("newer")

    with pytest.raises(FixRefusedError, match="changed since the fix"):
        undo_entry(entry, subject.journal)

    assert aside.read_text() == "newer"
    assert not subject.config.exists()


def test_a_new_file_stands_where_the_retired_one_was(subject: Case) -> None:
    entry = subject.apply(RETIRE)
    subject.config.write_text("newer")

    with pytest.raises(FixRefusedError, match=r"default\.json changed since"):
        undo_entry(entry, subject.journal)

    assert subject.config.read_text() == "newer"
    assert subject.config.with_name("default.json.off").exists()


def test_a_selection_changed_since(subject: Case) -> None:
    entry = subject.apply(SELECT)
    (subject.built.home / ACTIVE_CONFIG).write_text("third\n")

    with pytest.raises(FixRefusedError, match="changed since the fix"):
        undo_entry(entry, subject.journal)

    assert (subject.built.home / ACTIVE_CONFIG).read_text() == "third\n"


@pytest.mark.parametrize("copy", [None, b"damaged"])
def test_the_copy_is_gone_or_damaged(subject: Case, copy: bytes | None) -> None:
    entry = subject.apply(CLEAR)
    after = subject.config.read_bytes()
    kept = subject.journal.directory / entry.id / "0.before"
    kept.unlink() if copy is None else kept.write_bytes(copy)

    with pytest.raises(FixRefusedError, match=r"damaged|No such file"):
        undo_entry(entry, subject.journal)

    assert subject.config.read_bytes() == after


@pytest.mark.parametrize("action", ["edit", "rename", "create"])
def test_an_entry_that_names_a_file_outside_its_home(
    subject: Case, tmp_path: Path, action: str
) -> None:
    """A home from elsewhere brings its own journal, which could say anything."""
    victim = tmp_path / "victim"
    victim.write_text("precious")
    entry = subject.apply(CLEAR)
    digest = applying._digest(b"precious")  # pyright: ignore[reportPrivateUsage]
    forged = {
        "edit": ChangedFile("edit", str(victim), entry.files[0].before, digest),
        "rename": ChangedFile("rename", str(tmp_path / "moved"), digest, digest, to=str(victim)),
        "create": ChangedFile("create", str(victim), None, digest),
    }[action]

    with pytest.raises(FixRefusedError, match="leads out of"):
        undo_entry(replace(entry, files=(forged,)), subject.journal)

    assert victim.read_text() == "precious"


def test_several_fixes_in_reverse(subject: Case) -> None:
    before = without_journal(subject)
    first = subject.apply(CLEAR)
    second = read_again(subject).apply(RETIRE)

    undo_entry(second, subject.journal)
    undo_entry(first, subject.journal)

    assert without_journal(subject) == before
