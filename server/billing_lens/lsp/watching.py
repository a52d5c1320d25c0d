"""Noticing changes outside the editor: the client's watcher where it has one, and polling.

A watcher alone is not enough: in VS Code a file written right after its folder was created, and
the first file of a folder that did not exist at start, raise no event.
"""

from __future__ import annotations

import os
from collections.abc import Iterable

from lsprotocol import types

from billing_lens.lsp.conversion import uri_of
from billing_lens.machine.machine import Machine

POLL_SECONDS = 1.0


def can_watch(capabilities: types.ClientCapabilities) -> bool:
    """Return whether the client watches files outside the workspace on our behalf."""
    workspace = capabilities.workspace
    watched = workspace.did_change_watched_files if workspace else None
    return bool(watched and watched.dynamic_registration and watched.relative_pattern_support)


def watch_registration(machine: Machine) -> types.RegistrationParams:
    """Return the request to watch every folder that holds one of the machine's files."""
    watchers = [
        types.FileSystemWatcher(types.RelativePattern(base_uri=uri_of(folder), pattern="*"))
        for folder in _folders(machine.files)
    ]
    options = types.DidChangeWatchedFilesRegistrationOptions(watchers)
    method = types.WORKSPACE_DID_CHANGE_WATCHED_FILES
    return types.RegistrationParams([types.Registration("billing-lens-files", method, options)])


def _folders(paths: Iterable[str]) -> list[str]:
    """The folders, without the home itself: watching all of it would cost more than it gives."""
    folders = {os.path.dirname(path) for path in paths}
    return sorted(folder for folder in folders if os.path.isdir(folder))


def parent_is_gone(process_id: int | None) -> bool:
    """Return whether the process that started us, or that the client named, has ended."""
    if os.name == "posix" and os.getppid() == 1 and process_id != 1:
        return True
    if process_id is None or os.name != "posix":
        return False
    try:
        os.kill(process_id, 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return False
