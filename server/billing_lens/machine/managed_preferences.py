"""Managed settings in macOS' managed preferences, which a device management server delivers.

The domain is ``com.anthropic.claudecode``, with the keys of ``managed-settings.json`` at the top
level (https://code.claude.com/docs/en/managed-settings, "Where each mechanism stores the policy").
That a user's own, in a directory of their name, hide the computer's was measured on 2.1.112 in the
way that machine/keychain.py tells.
"""

from __future__ import annotations

import json
from pathlib import PurePosixPath

from msgspec.structs import replace

from billing_lens.config.file_entry import FileEntry, FileState

MANAGED_PREFERENCES = PurePosixPath("/Library/Managed Preferences")
PREFERENCES_FILE = "com.anthropic.claudecode.plist"


def preference_places(directory: PurePosixPath, user: str) -> tuple[PurePosixPath, ...]:
    """Return where the domain's preferences can stand, in order: the first readable ones count.

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
