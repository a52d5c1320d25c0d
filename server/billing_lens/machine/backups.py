"""The backups Claude Code makes of its state file: who was logged in when."""

from __future__ import annotations

import os
import re

from billing_lens.config.file import ConfigFile
from billing_lens.config.file_entry import FileState
from billing_lens.config.kinds import Kind
from billing_lens.config.models import ClaudeState
from billing_lens.machine.disk import Disk
from billing_lens.machine.machine import Backup

_NAME = r"\.claude\.json\.backup\.(\d{10,14})"
"""Milliseconds since 1970; 14 digits reach the year 5138, and a calendar ends at 9999."""
_MOST = 12
"""How many of the newest backups are read; Claude Code itself keeps a handful."""


class BackupReader:
    """Reads backups once each: a backup never changes, only what it says of the account is kept."""

    def __init__(self, disk: Disk) -> None:
        self._disk = disk
        self._read: dict[str, Backup] = {}

    def read(self, directory: str) -> tuple[Backup, ...]:
        """Return the newest backups in `directory`, oldest first; broken ones are passed over."""
        named = {
            name: int(match[1])
            for name in self._disk.names_containing(directory, ".backup.")
            if (match := re.fullmatch(_NAME, name))
        }
        newest = sorted(named, key=lambda name: named[name])[-_MOST:]
        backups = (self._backup(os.path.join(directory, name), named[name]) for name in newest)
        return tuple(backup for backup in backups if backup)

    def _backup(self, path: str, at_ms: int) -> Backup | None:
        if path not in self._read:
            entry = self._disk.entry(path, keep=False)
            state = ConfigFile(path, Kind.CLAUDE_STATE, entry).model(ClaudeState)
            if entry.state is not FileState.REGULAR or state is None:
                return None
            self._read[path] = Backup(path, at_ms, state.oauthAccount)
        return self._read[path]
