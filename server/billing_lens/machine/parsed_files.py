"""Config files and backups by path, parsed once and kept until what stands there changes."""

from __future__ import annotations

import os
import re
from collections.abc import Container

from billing_lens.config.file import ConfigFile, OpenText
from billing_lens.config.file_entry import FileEntry, FileState
from billing_lens.config.kinds import DECLARING_KINDS, Kind, Scope
from billing_lens.config.models import ClaudeState
from billing_lens.machine.disk import Disk
from billing_lens.machine.machine import Backup

LARGEST_DECLARING = 512 * 1024
"""Bytes of a file that declares runs; GitHub and GitLab refuse to run much smaller ones."""
NEWEST_BACKUPS = 12
"""How many backups are read; Claude Code itself keeps a handful."""

_BACKUP_NAME = re.compile(r"\.claude\.json\.backup\.(\d{10,14})")
"""Milliseconds since 1970; 14 digits reach the year 5138, and a calendar ends at 9999."""


class ParsedFiles:
    """Reads config files and backups.

    A file and the text that an editor has open over it are kept side by side: nothing is parsed
    again when the machine is read with and without the open texts by turns.
    """

    def __init__(self, disk: Disk) -> None:
        self._disk = disk
        self._files: dict[tuple[object, ...], ConfigFile] = {}
        self._backups: dict[str, Backup] = {}

    def config_file(
        self, path: str, kind: Kind, scope: Scope | None = None, text: OpenText | None = None
    ) -> ConfigFile:
        """Return the config file at `path`, with `text` over it: the same one while both stay."""
        largest = LARGEST_DECLARING if kind in DECLARING_KINDS else None
        overlay = text.document.data if text else None
        entry = self._disk.entry(path, overlay=overlay, largest=largest)
        opened = text if entry.state is not FileState.UNREADABLE else None
        key = path, kind, scope, opened is None
        known = self._files.get(key)
        if known is None or not _is_same(known, entry, opened):
            known = self._files[key] = ConfigFile(path, kind, entry, scope, opened)
        return known

    def forget_closed(self, open_paths: Container[str]) -> None:
        """Let go of the texts that lie over any other file: they are not open any more."""
        files = self._files.items()
        for key in [key for key, it in files if it.opened and it.path not in open_paths]:
            del self._files[key]

    def backups(self, directory: str) -> tuple[Backup, ...]:
        """Return the newest backups in `directory`, oldest first; broken ones are passed over.

        A backup never changes, so it is read once, and only what it says of the account is kept.
        """
        times = {
            name: int(match[1])
            for name in self._disk.names_containing(directory, ".backup.")
            if (match := _BACKUP_NAME.fullmatch(name))
        }
        newest = sorted(times, key=lambda name: times[name])[-NEWEST_BACKUPS:]
        backups = (self._backup(os.path.join(directory, name), times[name]) for name in newest)
        return tuple(backup for backup in backups if backup)

    def _backup(self, path: str, at_ms: int) -> Backup | None:
        if path not in self._backups:
            entry = self._disk.entry(path, keep=False)
            state = ConfigFile(path, Kind.CLAUDE_STATE, entry).model(ClaudeState)
            if entry.state is not FileState.REGULAR or state is None:
                return None
            self._backups[path] = Backup(path, at_ms, state.oauthAccount)
        return self._backups[path]


def _is_same(known: ConfigFile, entry: FileEntry, opened: OpenText | None) -> bool:
    if opened is None:
        # What is not there, or cannot be read, comes as a new entry each time.
        return known.entry is entry or known.entry == entry
    aside = (entry.mode, entry.hides_bom)
    return known.opened is opened and (known.entry.mode, known.entry.hides_bom) == aside
