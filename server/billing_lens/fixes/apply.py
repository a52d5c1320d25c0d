"""Doing a fix on the disk, and undoing it: atomic, backed up, and only on what was looked at."""

from __future__ import annotations

import hashlib
import os
import stat
import tempfile
import time
from collections.abc import Generator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from filelock import FileLock, Timeout
from msgspec import Struct

from billing_lens.fixes.fix import Change, CreateFile, Fix, RenameFile, edited_text
from billing_lens.fixes.journal import (
    Action,
    ChangedFile,
    Entry,
    Journal,
    Occasion,
    make_durable,
)
from billing_lens.fixes.uninterrupted import uninterrupted
from billing_lens.machine.machine import Machine

LOCK_SECONDS = 10
"""How long to wait for another run of ours that is changing files."""


class FixRefusedError(Exception):
    """The fix was not applied (or undone), and nothing was changed. The message says why."""


class _Step(Struct, frozen=True):
    """One change with the bytes it starts from and leads to."""

    change: Change
    target: Path
    """The file itself, behind any symbolic link."""
    before: bytes | None
    after: bytes


def apply_fix(fix: Fix, machine: Machine, journal: Journal, occasion: Occasion) -> Entry:
    """Apply `fix` to the disk and return its journal entry. Ctrl-C waits until it is done.

    Raises:
        FixRefusedError: a file changed since it was read, leads out of the home or cannot be
            written; nothing was changed.
    """
    with _alone(journal, str(machine.home)):
        steps = [_prepare(change, machine) for change in fix.changes]
        entry = _entry(fix, machine, journal.new_id(fix.id), occasion, steps)
        backups = {i: step.before for i, step in enumerate(steps) if step.before is not None}
        with uninterrupted():
            journal.keep(entry, backups)
            try:
                for step in steps:
                    _do(step)
            except (OSError, FixRefusedError):
                done = [pair for pair in enumerate(entry.files) if _is_as_left(pair[1])]
                _put_back(done, entry, journal)
                journal.drop(entry)
                raise
            return journal.mark(entry, "applied")


def _entry(
    fix: Fix, machine: Machine, identifier: str, occasion: Occasion, steps: Sequence[_Step]
) -> Entry:
    return Entry(
        id=identifier,
        at=time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        home=str(machine.home),
        rule=occasion.rule,
        fix=fix.id,
        title=occasion.title,
        resulting_route=occasion.promised_route,
        files=tuple(map(_record, steps)),
        finding=occasion.finding,
        mode=occasion.mode,
        claude_version=machine.version.text,
        before_route=occasion.before_route,
    )


def note_outcome(
    entry: Entry, journal: Journal, resulting_route: str, *, as_expected: bool | None
) -> Entry:
    """Keep who pays after a fix, as read from the disk, and return the entry with it.

    An entry that was undone in the meantime is left alone.

    Raises:
        FixRefusedError: it cannot be written; the entry keeps what the fix promised.
    """
    with _alone(journal, entry.home):
        if entry not in journal.entries():
            return entry
        return journal.observe(entry, resulting_route, as_expected=as_expected)


def undo_entry(entry: Entry, journal: Journal) -> Entry:
    """Put every file of `entry` back as it was and return the entry marked ``undone``.

    What a run that was cut off had not changed yet stays as it is. Ctrl-C waits until it is done.

    Raises:
        FixRefusedError: a file is not as the fix left it any more, or leads out of the entry's
            home; nothing was changed.
    """
    with _alone(journal, entry.home):
        changed = [pair for pair in enumerate(entry.files) if not _is_as_before(pair[1])]
        for index, file in changed:
            _refuse_unless_as_left(file, journal.backup_path(entry, index))
        with uninterrupted():
            _put_back(changed, entry, journal)
            return journal.mark(entry, "undone")


@contextmanager
def _alone(journal: Journal, home: str) -> Generator[None]:
    """Hold the journal's lock; turn the disk's refusals into ours."""
    try:
        if journal.directory.is_relative_to(home):
            _refuse_outside(journal.lock_path, home)
        journal.prepare()
        with FileLock(journal.lock_path, timeout=LOCK_SECONDS, mode=0o600):
            yield
    except Timeout as error:
        raise FixRefusedError("another billing-lens is changing files; try again") from error
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        raise FixRefusedError(f"{where}{error.strerror or error}") from error


def _refuse_outside(path: Path, home: str) -> None:
    """Raise FixRefusedError when the way to `path`, or `path` as a link, leads out of `home`."""
    if not Path(os.path.realpath(path)).is_relative_to(os.path.realpath(home)):
        raise FixRefusedError(f"{path} leads out of {home}; it is not touched")


def _prepare(change: Change, machine: Machine) -> _Step:
    target = _behind_link(change, machine)
    if isinstance(change, CreateFile):
        _refuse_taken(target)
        return _Step(change, target, None, change.data)
    file = machine.files[change.path]
    before = file.entry.raw
    _refuse_unless_still(target, before)
    if isinstance(change, RenameFile):
        _refuse_taken(Path(change.to))
        return _Step(change, target, before, before)
    return _Step(change, target, before, file.entry.encoded(edited_text(file, change)))


def _behind_link(change: Change, machine: Machine) -> Path:
    """Return the file to write. A rename moves the link itself; an edit goes through it."""
    path = Path(change.path)
    home = str(machine.home)
    if isinstance(change, RenameFile):
        _refuse_outside(path.parent, home)
        return path
    _refuse_outside(path, home)
    return Path(os.path.realpath(path))


def _refuse_unless_still(path: Path, data: bytes) -> None:
    if path.read_bytes() != data:
        raise FixRefusedError(f"{path} changed since it was read; look again")


def _refuse_taken(path: Path) -> None:
    if os.path.lexists(path):
        raise FixRefusedError(f"{path} is there already")


def _record(step: _Step) -> ChangedFile:
    change = step.change
    if isinstance(change, RenameFile):
        digest = _digest(step.after)
        return ChangedFile("rename", change.path, digest, digest, to=change.to)
    action: Action = "create" if isinstance(change, CreateFile) else "edit"
    mode = None if action == "create" else stat.S_IMODE(step.target.stat().st_mode)
    before = _digest(step.before) if step.before is not None else None
    return ChangedFile(action, str(step.target), before, _digest(step.after), mode=mode)


def _do(step: _Step) -> None:
    change = step.change
    if isinstance(change, RenameFile):
        _refuse_taken(Path(change.to))
        _rename(change.path, change.to)
    elif isinstance(change, CreateFile):
        _refuse_taken(step.target)
        write_atomically(step.target, step.after, change.mode)
    else:
        write_atomically(step.target, step.after, still=step.before)


def write_atomically(
    path: Path, data: bytes, mode: int | None = None, *, still: bytes | None = None
) -> None:
    """Replace `path` by `data`, whole or not at all, keeping its mode and owner.

    A file that is not there yet gets `mode`, 0600 if that is None.

    Raises:
        OSError: the file cannot be written; the old one is untouched.
        FixRefusedError: the file holds something else than `still`; it is untouched.
    """
    former = path.stat() if path.exists() else None
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            if os.name == "posix":
                _take_over(descriptor, former, mode)
            os.fsync(descriptor)
        if still is not None:
            _refuse_unless_still(path, still)
        os.replace(temporary, path)
    except BaseException:
        with suppress(OSError):
            os.unlink(temporary)
        raise
    make_durable(path.parent)


def _take_over(descriptor: int, former: os.stat_result | None, mode: int | None) -> None:
    """Give an open file the owner and mode of the one it will replace."""
    own = os.fstat(descriptor)
    if former and (former.st_uid, former.st_gid) != (own.st_uid, own.st_gid):
        os.fchown(descriptor, former.st_uid, former.st_gid)
    kept = stat.S_IMODE(former.st_mode) if former else mode
    os.fchmod(descriptor, 0o600 if kept is None else kept)


def _rename(path: str, to: str) -> None:
    os.rename(path, to)
    make_durable(Path(to).parent)


def _put_back(files: Sequence[tuple[int, ChangedFile]], entry: Entry, journal: Journal) -> None:
    """Put back these files of `entry`, each with its index, or none of them."""
    backups: dict[int, bytes] = {}
    for index, file in files:
        for path in filter(None, (file.path, file.to)):
            _refuse_outside(Path(path).parent, entry.home)
        if file.action == "edit":
            backups[index] = journal.backup(entry, index)
            if _digest(backups[index]) != file.before:
                raise FixRefusedError(f"the copy of {file.path} that was kept is damaged")
    for index, file in reversed(files):
        if file.to:
            _rename(file.to, file.path)
        elif file.action == "create":
            os.unlink(file.path)
        else:
            write_atomically(Path(file.path), backups[index], file.mode)


def _is_as_before(file: ChangedFile) -> bool:
    moved = file.to is not None and os.path.lexists(file.to)
    return _digest_at(file.path) == file.before and not moved


def _is_as_left(file: ChangedFile) -> bool:
    is_free = file.to is None or not os.path.lexists(file.path)
    return _digest_at(file.to or file.path) == file.after and is_free


def _refuse_unless_as_left(file: ChangedFile, backup: Path) -> None:
    if not _is_as_left(file):
        changed = file.path if os.path.lexists(file.path) else file.to or file.path
        kept = f"; what stood there before is kept in {backup}" if backup.is_file() else ""
        raise FixRefusedError(f"{changed} changed since the fix, so it is left as it is{kept}")


def _digest_at(path: str) -> str | None:
    """Return the digest of a regular file, None when there is none."""
    return _digest(Path(path).read_bytes()) if os.path.isfile(path) else None


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
