"""Applying and undoing: whole or not at all, only on what was looked at, nothing ever lost."""

from __future__ import annotations

import json
import os
import signal
import stat
import subprocess
import sys
import tempfile
import textwrap
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from filelock import FileLock
from tests.cli.command_line import SERVER, fingerprint
from tests.machines import CANARY, assert_no_canary, headline
from tests.unit.fixes.headline_fixes import ACTIVE_CONFIG, CLEAR, CONFIG, RETIRE, Case, case
from tests.unit.machine.snapshot import reader_of

from billing_lens.fixes import apply as applying
from billing_lens.fixes.apply import FixRefusedError, undo_entry, write_atomically
from billing_lens.fixes.journal import ChangedFile, Entry, Journal

NOBODY = 65534
SELECT = "select-profile:work"
WORK = ".config/anthropic/configs/work.json"


def without_journal(subject: Case) -> dict[str, tuple[str, int, str]]:
    """Return what is in the home, the journal aside."""
    seen = fingerprint(subject.built.home)
    return {path: what for path, what in seen.items() if not path.startswith(".local")}


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
        again = case_of(subject)
        again.apply(fix)

    for path in subject.journal.directory.rglob("*"):
        wanted = 0o700 if path.is_dir() else 0o600
        assert stat.S_IMODE(path.stat().st_mode) == wanted, path
        if path.name == "entry.json":
            assert_no_canary(path.read_text())


def case_of(subject: Case) -> Case:
    """Return the same machine, read again."""
    return replace(subject, machine=reader_of(subject.built, subject.version).read())


class TestUndoing:
    """Undoing is refused whenever it could lose something."""

    def test_a_file_changed_since_the_fix(self, subject: Case) -> None:
        entry = subject.apply(CLEAR)
        subject.config.write_text("newer")

        with pytest.raises(FixRefusedError, match="changed since the fix"):
            undo_entry(entry, subject.journal)

        assert subject.config.read_text() == "newer"
        assert [kept.state for kept in subject.journal.entries()] == ["applied"]

    def test_a_retired_file_changed_since(self, subject: Case) -> None:
        entry = subject.apply(RETIRE)
        aside = subject.config.with_name("default.json.off")
        aside.write_text("newer")

        with pytest.raises(FixRefusedError, match="changed since the fix"):
            undo_entry(entry, subject.journal)

        assert aside.read_text() == "newer"
        assert not subject.config.exists()

    def test_a_new_file_stands_where_the_retired_one_was(self, subject: Case) -> None:
        entry = subject.apply(RETIRE)
        subject.config.write_text("newer")

        with pytest.raises(FixRefusedError, match=r"default\.json changed since"):
            undo_entry(entry, subject.journal)

        assert subject.config.read_text() == "newer"
        assert subject.config.with_name("default.json.off").exists()

    def test_a_selection_changed_since(self, subject: Case) -> None:
        entry = subject.apply(SELECT)
        (subject.built.home / ACTIVE_CONFIG).write_text("third\n")

        with pytest.raises(FixRefusedError, match="changed since the fix"):
            undo_entry(entry, subject.journal)

        assert (subject.built.home / ACTIVE_CONFIG).read_text() == "third\n"

    @pytest.mark.parametrize("copy", [None, b"damaged"])
    def test_the_copy_is_gone_or_damaged(self, subject: Case, copy: bytes | None) -> None:
        entry = subject.apply(CLEAR)
        after = subject.config.read_bytes()
        kept = subject.journal.directory / entry.id / "0.before"
        kept.unlink() if copy is None else kept.write_bytes(copy)

        with pytest.raises(FixRefusedError, match=r"damaged|No such file"):
            undo_entry(entry, subject.journal)

        assert subject.config.read_bytes() == after

    @pytest.mark.parametrize("action", ["edit", "rename", "create"])
    def test_an_entry_that_names_a_file_outside_its_home(
        self, subject: Case, tmp_path: Path, action: str
    ) -> None:
        """A home from elsewhere brings its own journal, which could say anything."""
        victim = tmp_path / "victim"
        victim.write_text("precious")
        entry = subject.apply(CLEAR)
        digest = applying._digest(b"precious")  # pyright: ignore[reportPrivateUsage]
        forged = {
            "edit": ChangedFile("edit", str(victim), entry.files[0].before, digest),
            "rename": ChangedFile(
                "rename", str(tmp_path / "moved"), digest, digest, to=str(victim)
            ),
            "create": ChangedFile("create", str(victim), None, digest),
        }[action]

        with pytest.raises(FixRefusedError, match="leads out of"):
            undo_entry(replace(entry, files=(forged,)), subject.journal)

        assert victim.read_text() == "precious"

    def test_several_fixes_in_reverse(self, subject: Case) -> None:
        before = without_journal(subject)
        first = subject.apply(CLEAR)
        second = case_of(subject).apply(RETIRE)

        undo_entry(second, subject.journal)
        undo_entry(first, subject.journal)

        assert without_journal(subject) == before


class TestAtOnce:
    """Two runs never change files at the same time."""

    def test_a_run_waits_for_another(self, subject: Case) -> None:
        subject.journal.prepare()
        done = threading.Event()

        def apply() -> None:
            subject.apply(CLEAR)
            done.set()

        with FileLock(subject.journal.lock_path):
            waiting = threading.Thread(target=apply)
            waiting.start()
            assert not done.wait(0.3)
            assert b"authentication" in subject.config.read_bytes()
        waiting.join(10)
        assert done.is_set()

    def test_a_run_that_waits_too_long_gives_up(
        self, subject: Case, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(applying, "LOCK_SECONDS", 0.1)
        subject.journal.prepare()
        held = program_that(f"""
            import sys
            from filelock import FileLock
            with FileLock({str(subject.journal.lock_path)!r}):
                print("held", flush=True)
                sys.stdin.read()
        """)
        assert held.stdout is not None
        assert held.stdout.readline() == b"held\n"

        with pytest.raises(FixRefusedError, match="another billing-lens"):
            subject.apply(CLEAR)

        held.communicate(timeout=10)
        subject.apply(CLEAR)


def program_that(code: str, *arguments: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(code), *arguments],
        env={**os.environ, "PYTHONPATH": f"{SERVER}{os.pathsep}{SERVER.parent}"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )


KILLED_WHILE_REPLACING = """
    import os, signal, sys
    from pathlib import Path
    from billing_lens.cli.main import main

    home, fix, at = sys.argv[1:4]
    for name in ("replace", "rename"):
        def cut_off(source, target, real=getattr(os, name)):
            journaled = ".local" in str(target)
            if at == "before" and not journaled:
                os.kill(os.getpid(), signal.SIGKILL)
            real(source, target)
            if at == "after" and not journaled:
                os.kill(os.getpid(), signal.SIGKILL)
        setattr(os, name, cut_off)
    main(["fix", "--yes", "--fix", fix, "--home", home, "--no-env", "--claude-version", "2.1.146"])
"""


@pytest.mark.parametrize("fix", [CLEAR, RETIRE])
@pytest.mark.parametrize("at", ["before", "after"])
def test_a_run_that_is_killed_leaves_the_old_or_the_new_and_can_be_undone(
    tmp_path: Path, fix: str, at: str
) -> None:
    subject = case(tmp_path)
    before = without_journal(subject)
    text = subject.config.read_bytes()

    killed = program_that(KILLED_WHILE_REPLACING, str(subject.built.home), fix, at)
    killed.communicate(timeout=60)

    assert killed.returncode == -signal.SIGKILL
    if at == "before":
        assert subject.config.read_bytes() == text
    elif fix == CLEAR:
        assert json.loads(subject.config.read_bytes()) == {"version": "1.0"}
    else:
        assert subject.config.with_name("default.json.off").read_bytes() == text
    (entry,) = subject.journal.entries()
    assert entry.state == "pending"

    undo_entry(entry, subject.journal)

    left_behind = {path for path in without_journal(subject) if "/.default.json." in path}
    now = {path: what for path, what in without_journal(subject).items() if path not in left_behind}
    assert now == before
    assert subject.config.read_bytes() == text


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
