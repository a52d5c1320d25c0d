r"""Managed settings that reach a machine through its operating system instead of a JSON file.

Windows: the registry's ``HKLM\SOFTWARE\Policies\ClaudeCode``, value ``Settings`` of type REG_SZ or
REG_EXPAND_SZ, and the same below HKCU, each one JSON text. macOS: the managed preferences of the
domain ``com.anthropic.claudecode``, which a device management server delivers, with the keys of
``managed-settings.json`` at the top level
(https://code.claude.com/docs/en/managed-settings, "Where each mechanism stores the policy").
Measured on 2.1.112 in the way that machine/keychain.py tells, with a program `reg`; so was that a
user's own managed preferences, in a directory of their name, hide the computer's.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from enum import Enum
from pathlib import PurePosixPath

from msgspec.structs import replace

from billing_lens.config.file_entry import FileEntry, FileState
from billing_lens.config.kinds import Platform
from billing_lens.machine.disk import Disk
from billing_lens.machine.keychain import user_name

POLICY_KEY = r"SOFTWARE\Policies\ClaudeCode"
POLICY_VALUE = "Settings"
MANAGED_PREFERENCES = PurePosixPath("/Library/Managed Preferences")
PREFERENCES_FILE = "com.anthropic.claudecode.plist"


class Hive(str, Enum):
    """The part of the registry a policy stands in."""

    LOCAL_MACHINE = "HKEY_LOCAL_MACHINE"
    """Only an administrator can write there."""
    CURRENT_USER = "HKEY_CURRENT_USER"

    @property
    def place(self) -> str:
        """Where the policy stands, as the registry editor writes it; it serves as a path."""
        return rf"{self.value}\{POLICY_KEY}\{POLICY_VALUE}"


RegistryReader = Callable[[Hive], str | None]
"""Returns the JSON text of a hive's policy, None when it has none."""


if sys.platform == "win32":
    import winreg

    def read_windows_registry(hive: Hive) -> str | None:
        """Return the JSON text of a hive's policy as it stands, its ``%NAMES%`` not expanded.

        None when the hive has none, and when it may not be read.
        """
        roots = {
            Hive.LOCAL_MACHINE: winreg.HKEY_LOCAL_MACHINE,
            Hive.CURRENT_USER: winreg.HKEY_CURRENT_USER,
        }
        try:
            with winreg.OpenKey(roots[hive], POLICY_KEY) as key:
                value, kind = winreg.QueryValueEx(key, POLICY_VALUE)
        except OSError:
            return None
        return value if kind in (winreg.REG_SZ, winreg.REG_EXPAND_SZ) else None

else:

    def read_windows_registry(hive: Hive) -> str | None:
        """Return None: there is no registry here."""
        del hive


def preference_files(directory: PurePosixPath, user: str) -> tuple[PurePosixPath, ...]:
    """Return the files the domain's preferences can be in: the first property list counts.

    `user` is the system's name of the user, not what USER says.
    """
    own = (directory / user / PREFERENCES_FILE,) if user else ()
    return (*own, directory / PREFERENCES_FILE)


def as_settings(entry: FileEntry) -> FileEntry:
    """Return a property list as the JSON of one line that it stands for.

    Positions in it are of that line, not of the property list. What is no property list, or holds
    what JSON cannot, becomes an unreadable entry that says so.
    """
    if entry.state is not FileState.REGULAR:
        return entry
    import plistlib  # noqa: PLC0415 most runs need none of it
    from xml.parsers.expat import ExpatError  # noqa: PLC0415

    try:
        data = json.dumps(plistlib.loads(entry.data), ensure_ascii=False).encode()
    except (ExpatError, LookupError, OverflowError, RecursionError, TypeError, ValueError):
        reason = "The file is not a property list that could stand for JSON."
        return replace(entry, state=FileState.UNREADABLE, data=b"", reason=reason)
    return replace(entry, data=data)


def system_policies(
    platform: Platform, disk: Disk, registry: RegistryReader, preferences: PurePosixPath
) -> Iterator[FileEntry]:
    """Yield the policies there are as JSON texts, the strongest first; none on Linux.

    `preferences` is the directory of macOS's managed preferences.
    """
    if platform is Platform.WIN32:
        for hive in Hive:
            text = registry(hive)
            if text is not None:
                yield FileEntry(hive.place, FileState.REGULAR, text.encode(errors="replace"))
    elif platform is Platform.DARWIN:
        for path in preference_files(preferences, user_name()):
            entry = as_settings(disk.entry(str(path)))
            if entry.exists:
                yield entry
            if entry.state is FileState.REGULAR:
                return
