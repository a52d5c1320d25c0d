"""The journal: where it is, who can read it, and that nothing in it can hurt."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from billing_lens.fixes.journal import ChangedFile, Entry, Journal, journal_directory

ENTRY = Entry(
    id="20260101-000000-00-x",
    at="2026-01-01T00:00:00Z",
    home="/home/dev",
    rule="a-rule",
    fix="x",
    title="X",
    resulting_route="Claude Max",
    files=(ChangedFile("edit", "/home/dev/x", "aa", "bb", mode=0o644),),
)


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    journal = Journal(tmp_path / "state" / "billing-lens")
    journal.prepare()
    return journal


def permissions(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_our_own_journal_is_in_our_state_directory(
    own_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert journal_directory(own_home) == own_home / ".local/state/billing-lens"
    monkeypatch.setenv("XDG_STATE_HOME", "/elsewhere/state")
    assert journal_directory(own_home) == Path("/elsewhere/state/billing-lens")


@pytest.mark.parametrize(
    ("state_home", "inside"),
    [
        (None, ".local/state/billing-lens"),
        ("@HOME@/state", "state/billing-lens"),
        ("/elsewhere/state", ".local/state/billing-lens"),
    ],
)
def test_a_foreign_home_keeps_its_own_journal(
    own_home: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    state_home: str | None,
    inside: str,
) -> None:
    if state_home:
        monkeypatch.setenv("XDG_STATE_HOME", state_home.replace("@HOME@", str(own_home)))

    assert journal_directory(tmp_path) == tmp_path / inside


def test_only_the_user_can_read_it(journal: Journal) -> None:
    journal.directory.chmod(0o755)
    journal.prepare()
    journal.keep(ENTRY, {0: b"before"})

    folder = journal.directory / ENTRY.id
    assert permissions(journal.directory) == permissions(folder) == 0o700
    assert {path.name: permissions(path) for path in folder.iterdir()} == {
        "entry.json": 0o600,
        "0.before": 0o600,
    }


def test_what_is_kept_comes_back(journal: Journal) -> None:
    journal.keep(ENTRY, {0: b"\xff\r\n\0"})

    assert list(journal.entries()) == [ENTRY]
    assert journal.backup(ENTRY, 0) == b"\xff\r\n\0"


def test_an_entry_can_be_marked_and_dropped(journal: Journal) -> None:
    journal.keep(ENTRY, {})

    journal.mark(ENTRY, "applied")
    assert [entry.state for entry in journal.entries()] == ["applied"]
    journal.drop(ENTRY)
    assert list(journal.entries()) == []


def test_an_entry_of_an_earlier_version_can_be_read(journal: Journal) -> None:
    (journal.directory / ENTRY.id).mkdir()
    (journal.directory / ENTRY.id / "entry.json").write_text(
        """{"id": "20260101-000000-00-x", "at": "2026-01-01T00:00:00Z", "home": "/home/dev",
        "rule": "a-rule", "fix": "x", "title": "X", "resulting_route": "Claude Max",
        "files": [{"action": "edit", "path": "/home/dev/x", "before": "aa", "after": "bb",
        "to": null, "mode": 420}], "state": "pending"}"""
    )

    assert list(journal.entries()) == [ENTRY]


def test_what_was_observed_is_kept_for_the_user_alone(journal: Journal) -> None:
    journal.keep(ENTRY, {})

    seen = journal.observe(ENTRY, "API usage", as_expected=False)

    assert (seen.resulting_route, seen.observed, seen.as_expected) == ("API usage", True, False)
    assert list(journal.entries()) == [seen]
    assert permissions(journal.directory / ENTRY.id / "entry.json") == 0o600


def test_ids_are_never_used_twice_and_sort_by_time(journal: Journal) -> None:
    ids: list[str] = []
    for number in range(50):
        ids.append(journal.new_id("a" if number % 2 else "retire-profile:../../x y"))
        (journal.directory / ids[-1]).mkdir()

    assert len(set(ids)) == 50
    assert sorted(ids) == ids
    assert ids[0].endswith("-00-retire-profile-x-y")


def test_an_entry_is_never_written_over_another(journal: Journal) -> None:
    journal.keep(ENTRY, {0: b"first"})

    with pytest.raises(FileExistsError):
        journal.keep(ENTRY, {0: b"second"})

    assert journal.backup(ENTRY, 0) == b"first"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "5",
        '"x"',
        "{}",
        '{"id": 5}',
        (
            '{"id": "other", "at": "", "home": "", "rule": "", "fix": "", "title": "", '
            '"resulting_route": "", "files": []}'
        ),
        "[" * 100_000,
    ],
)
def test_what_is_no_entry_is_passed_over(journal: Journal, text: str) -> None:
    journal.keep(ENTRY, {})
    for name in ("0-before", "z-after"):
        (journal.directory / name).mkdir()
        (journal.directory / name / "entry.json").write_text(text)
    (journal.directory / "empty").mkdir()
    (journal.directory / "a-file").write_text("x")

    assert list(journal.entries()) == [ENTRY]


def test_there_are_no_entries_without_a_journal(tmp_path: Path) -> None:
    assert list(Journal(tmp_path / "none").entries()) == []
