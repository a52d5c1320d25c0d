"""Doing a fix on the disk, and undoing it: atomic, backed up, and only on what was looked at."""

from __future__ import annotations

import hashlib
import os
import stat
import tempfile
import time
from collections.abc import Generator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock, Timeout

from billing_lens.fixes.fix import Change, CreateFile, Fix, RenameFile, edited_text
from billing_lens.fixes.journal import ChangedFile, Entry, Journal
from billing_lens.machine.machine import Machine

LOCK_SECONDS = 10
"""How long to wait for another run of ours that is changing files."""


class FixRefusedError(Exception):
    """The fix was not applied (or undone), and nothing was changed. The message says why."""


@dataclass(frozen=True)
class _Step:
    """One change with the bytes it starts from and leads to."""

    change: Change
    target: Path
    """The file itself, behind any symbolic link."""
    before: bytes | None
    after: bytes | None


def apply_fix(fix: Fix, machine: Machine, journal: Journal, rule: str, resulting: str) -> Entry:
    """Apply `fix` to the disk and return its journal entry.

    Raises:
        FixRefusedError: a file changed since it was read, leads out of the home, or cannot be written.
    """
    with _alone(journal):
        steps = [_prepare(change, machine) for change in fix.changes]
        entry = Entry(
            id=journal.new_id(fix.id),
            at=time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
            home=str(machine.home),
            rule=rule,
            fix=fix.id,
            title=fix.title,
            resulting_route=resulting,
            files=tuple(map(_record, steps)),
        )
        backups = {i: step.before for i, step in enumerate(steps) if step.before is not None}
        journal.keep(entry, backups)
        for step in steps:
            _do(step)
        return journal.mark(entry, "applied")


def undo_entry(entry: Entry, journal: Journal) -> Entry:
    """Put every file of `entry` back as it was and return the entry marked ``undone``.

    Raises:
        FixRefusedError: a file is not as the fix left it any more; nothing was changed.
    """
    with _alone(journal):
        for file in entry.files:
            _refuse_unless_as_left(file)
        for index, file in reversed(list(enumerate(entry.files))):
            _put_back(file, entry, journal, index)
        return journal.mark(entry, "undone")


@contextmanager
def _alone(journal: Journal) -> Generator[None]:
    """Hold the journal's lock; turn the disk's refusals into ours."""
    try:
        journal.prepare()
        with FileLock(journal.lock_path, timeout=LOCK_SECONDS):
            yield
    except Timeout as error:
        raise FixRefusedError("another billing-lens is changing files; try again") from error
    except OSError as error:
        where = f" {error.filename}" if error.filename else ""
        raise FixRefusedError(f"{error.strerror or error}:{where}") from error


def _prepare(change: Change, machine: Machine) -> _Step:
    target = _behind_link(change, machine)
    if isinstance(change, CreateFile):
        if os.path.lexists(target):
            raise FixRefusedError(f"{target} is there already")
        return _Step(change, target, None, change.data)
    file = machine.files[change.path]
    before = target.read_bytes()
    if before != file.entry.data:
        raise FixRefusedError(f"{change.path} changed since it was read; look again")
    if isinstance(change, RenameFile):
        if os.path.lexists(change.to):
            raise FixRefusedError(f"{change.to} is there already")
        return _Step(change, target, before, before)
    return _Step(change, target, before, edited_text(file, change))


def _behind_link(change: Change, machine: Machine) -> Path:
    """Return the file to write. A rename moves the link itself; an edit goes through it.

    Raises:
        FixRefusedError: the file behind the link is not in the home.
    """
    path = Path(change.path)
    parent = path.parent if isinstance(change, RenameFile) else path
    real = Path(os.path.realpath(parent))
    if not real.is_relative_to(os.path.realpath(machine.home)):
        raise FixRefusedError(f"{change.path} leads out of {machine.home}; change it by hand")
    return path if isinstance(change, RenameFile) else real


def _record(step: _Step) -> ChangedFile:
    change = step.change
    if isinstance(change, RenameFile):
        digest = _digest(step.before)
        return ChangedFile("rename", change.path, digest, digest, to=change.to)
    action = "create" if isinstance(change, CreateFile) else "edit"
    mode = None if action == "create" else stat.S_IMODE(step.target.stat().st_mode)
    before, after = _digest(step.before), _digest(step.after)
    return ChangedFile(action, str(step.target), before, after, mode=mode)


def _do(step: _Step) -> None:
    change = step.change
    if isinstance(change, RenameFile):
        os.rename(change.path, change.to)
        _make_durable(Path(change.to).parent)
    else:
        mode = change.mode if isinstance(change, CreateFile) else None
        write_atomically(step.target, step.after or b"", mode)


def write_atomically(path: Path, data: bytes, mode: int | None = None) -> None:
    """Replace `path` by `data`, whole or not at all, keeping its mode and owner.

    Raises:
        OSError: the file cannot be written; the old one is untouched.
    """
    former = path.stat() if path.exists() else None
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            if hasattr(os, "fchmod"):
                kept = stat.S_IMODE(former.st_mode) if former else mode
                os.fchmod(descriptor, 0o600 if kept is None else kept)
            if former and hasattr(os, "fchown") and former.st_uid != os.geteuid():
                os.fchown(descriptor, former.st_uid, former.st_gid)
            os.fsync(descriptor)
        os.replace(temporary, path)
    except BaseException:
        with suppress(OSError):
            os.unlink(temporary)
        raise
    _make_durable(path.parent)


def _make_durable(directory: Path) -> None:
    """Make a rename in `directory` survive a power cut, where the platform can."""
    if os.name == "posix":
        descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _refuse_unless_as_left(file: ChangedFile) -> None:
    left_at = Path(file.to or file.path)
    now = _digest(left_at.read_bytes()) if left_at.is_file() else None
    if now != file.after:
        raise FixRefusedError(f"{left_at} changed since the fix; it is left as it is")
    if file.to and os.path.lexists(file.path):
        raise FixRefusedError(f"{file.path} is there again; it is left as it is")


def _put_back(file: ChangedFile, entry: Entry, journal: Journal, index: int) -> None:
    if file.to:
        os.rename(file.to, file.path)
        _make_durable(Path(file.path).parent)
    elif file.action == "create":
        os.unlink(file.path)
    else:
        write_atomically(Path(file.path), journal.backup(entry, index), file.mode)


def _digest(data: bytes | None) -> str | None:
    return hashlib.sha256(data).hexdigest() if data is not None else None
