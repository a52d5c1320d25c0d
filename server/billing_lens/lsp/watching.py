"""Noticing changes outside the editor: the client's watcher where it has one, and polling.

A watcher alone is not enough: in VS Code a file written right after its folder was created, and
the first file of a folder that did not exist at start, raise no event.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Sequence
from contextlib import suppress

from lsprotocol import types
from pygls.capabilities import get_capability
from pygls.exceptions import JsonRpcException
from pygls.lsp.server import LanguageServer

from billing_lens.lsp.conversion import uri_of
from billing_lens.machine.machine import Machine

_METHOD = types.WORKSPACE_DID_CHANGE_WATCHED_FILES
_REGISTERED = "billing-lens-files"
_UNREGISTRATION = types.UnregistrationParams([types.Unregistration(_REGISTERED, _METHOD)])

logger = logging.getLogger(__name__)


class Watcher:
    """Has the client watch the folders of config files, where it can watch outside its own."""

    def __init__(self, server: LanguageServer) -> None:
        self._server = server
        self._is_watching = False

    async def watch(self, machines: Sequence[Machine]) -> None:
        """Have every folder watched that holds a file of one of the machines, and no others."""
        can = get_capability(self._server.client_capabilities, "workspace.did_change_watched_files")
        if not (can and can.dynamic_registration and can.relative_pattern_support):
            return
        was_watching, self._is_watching = self._is_watching, True
        try:
            if was_watching:
                await self._server.client_unregister_capability_async(_UNREGISTRATION)
            await self._server.client_register_capability_async(watch_registration(machines))
        except JsonRpcException:
            self._is_watching = False
            logger.warning("The client does not watch files; changes are polled for.")


def watch_registration(machines: Sequence[Machine]) -> types.RegistrationParams:
    """Return the request to watch every folder that is there and holds one of the machines' files.

    In the home only our own files: in many homes something is written all the time.
    """
    watched = {
        (folder, name if folder == str(machine.home) else "*")
        for machine in machines
        for folder, name in map(os.path.split, machine.files)
        if os.path.isdir(folder)
    }
    watchers = [
        types.FileSystemWatcher(types.RelativePattern(base_uri=uri_of(folder), pattern=pattern))
        for folder, pattern in sorted(watched)
    ]
    options = types.DidChangeWatchedFilesRegistrationOptions(watchers)
    return types.RegistrationParams([types.Registration(_REGISTERED, _METHOD, options)])


class Parent:
    """The process whose end ends the server: the one the client named, or the one that started us.

    A client that dies also closes our input, except where another process of its holds it open.
    """

    def __init__(self, process_id: int | None = None) -> None:
        self._process_id = process_id
        self._started_by = os.getppid()

    def is_gone(self) -> bool:
        """Return whether it has ended. On Windows this cannot be told and is False."""
        if os.name != "posix":
            return False
        if self._process_id is None:
            return os.getppid() != self._started_by
        with suppress(PermissionError, OverflowError):
            try:
                os.kill(self._process_id, 0)
            except ProcessLookupError:
                return True
        return False
