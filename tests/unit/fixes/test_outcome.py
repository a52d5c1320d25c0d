"""Who pays after a fix is kept with it, and never brings an undone change back."""

from __future__ import annotations

from pathlib import Path

import pytest

from billing_lens.fixes import apply as applying
from billing_lens.fixes.apply import FixRefusedError, note_outcome, undo_entry
from tests.unit.fixes.headline_fixes import CLEAR, OCCASION, Case, case


@pytest.fixture
def subject(tmp_path: Path) -> Case:
    return case(tmp_path)


def test_an_entry_says_why_and_what_was_promised(subject: Case) -> None:
    entry = subject.apply(CLEAR)

    assert (entry.rule, entry.title) == (OCCASION.rule, OCCASION.title)
    assert (entry.finding, entry.mode) == (OCCASION.finding, OCCASION.mode)
    assert (entry.before_route, entry.resulting_route) == ("before", "promised")
    assert (entry.claude_version, entry.observed, entry.as_expected) == ("2.1.146", False, None)


def test_the_outcome_replaces_the_promise(subject: Case) -> None:
    entry = note_outcome(subject.apply(CLEAR), subject.journal, "after", as_expected=True)

    assert (entry.resulting_route, entry.observed, entry.as_expected) == ("after", True, True)
    assert list(subject.journal.entries()) == [entry]


def test_an_entry_that_was_undone_meanwhile_stays_undone(subject: Case) -> None:
    entry = subject.apply(CLEAR)
    undone = undo_entry(entry, subject.journal)

    assert note_outcome(entry, subject.journal, "after", as_expected=True) == entry
    assert list(subject.journal.entries()) == [undone]


def test_a_journal_that_cannot_be_written_keeps_the_promise(
    subject: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    entry = subject.apply(CLEAR)

    def fail(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(subject.journal.__class__, "observe", fail)
    with pytest.raises(FixRefusedError, match="No space left"):
        note_outcome(entry, subject.journal, "after", as_expected=True)
    assert list(subject.journal.entries()) == [entry]


def test_a_change_that_fails_leaves_no_entry(
    subject: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(applying, "_do", fail)
    with pytest.raises(FixRefusedError, match="No space left"):
        subject.apply(CLEAR)
    assert list(subject.journal.entries()) == []
