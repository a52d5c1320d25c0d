"""The server: takes what the editor says, looks at the machine again, tells what it found."""

from __future__ import annotations

import asyncio
import logging
import os
import sys
from collections.abc import Container, Sequence
from typing import Any, cast

from lsprotocol import types
from pygls.exceptions import JsonRpcException

from billing_lens import __version__
from billing_lens.config.file import ConfigFile
from billing_lens.config.kinds import Kind
from billing_lens.lsp.conversion import path_of
from billing_lens.lsp.debounce import Debounce
from billing_lens.lsp.diagnostics import (
    DiagnosticSupport,
    diagnostics_at,
    diagnostics_by_path,
    merged,
)
from billing_lens.lsp.documents import OpenDocuments
from billing_lens.lsp.folders import Folder, Folders
from billing_lens.lsp.publishing import DiagnosticChannels
from billing_lens.lsp.refreshing import RefreshSupport
from billing_lens.lsp.settings import SECTION, Settings, read_settings
from billing_lens.lsp.watching import POLL_SECONDS, Parent, Watcher
from billing_lens.lsp.wire import (
    BillingLensProtocol,
    DocumentChange,
    StandardStreamsServer,
    fault,
    message_converter,
)
from billing_lens.machine.machine import Machine
from billing_lens.review import Review
from billing_lens.text.positions import PositionEncoding

STATUS = "billingLens/status"
STATUS_CHANGED = "billingLens/statusChanged"

SETTINGS_SECONDS = 0.5
"""How long the first look waits for the client's settings."""
LOOK_ANYWAY_SECONDS = 60.0
"""How often to look although nothing changed: sign-ins run out."""

logger = logging.getLogger(__name__)


class BillingLensServer(StandardStreamsServer):
    """The language server. One machine for each folder, looked at again after every change."""

    def __init__(self) -> None:
        super().__init__(  # pyright: ignore[reportUnknownMemberType] - pygls leaves *args bare
            "billing-lens",
            __version__,
            protocol_cls=BillingLensProtocol,
            converter_factory=message_converter,
        )
        self.documents = OpenDocuments()
        self.settings = Settings()
        self.folders = Folders()
        self.channels = DiagnosticChannels(self._push)
        self._watcher = Watcher(self)
        self._support = DiagnosticSupport()
        self._refreshes = RefreshSupport()
        self._settling = Debounce(self.look_if_changed)
        self._started = asyncio.Event()
        self._looked_at = 0.0
        self._typed_in: set[str] | None = set()
        """The documents edited since the last look; None when something else changed too."""
        self._client_knows = False
        """Whether the client itself made the change that is looked at next."""
        self._polling: asyncio.Task[None] | None = None
        self._parent = Parent()
        self._resting = False

    @property
    def has_started(self) -> bool:
        """Whether there was a first look, with the client's settings."""
        return self._started.is_set()

    @property
    def exit_code(self) -> int:
        """What the process ends with."""
        return cast("BillingLensProtocol", self.protocol).exit_code

    def prepare(self, params: types.InitializeParams) -> None:
        """Take over what the client said of itself: encoding, folders, parent, settings."""
        encoding = self.workspace.position_encoding or types.PositionEncodingKind.Utf16
        self.documents.encoding = PositionEncoding(encoding)
        self._support = DiagnosticSupport.of(params.capabilities)
        self._parent = Parent(params.process_id)
        self.settings = read_settings(params.initialization_options)
        self._use_folders()

    async def start(self) -> None:
        """Look for the first time, once the client is ready to be told."""
        asyncio.get_running_loop().set_exception_handler(_log_fault)
        self._refreshes = RefreshSupport.of(self.client_capabilities, self._features)
        self._polling = asyncio.create_task(self._poll())
        pulling = asyncio.create_task(self.pull_settings())
        await asyncio.wait([pulling], timeout=SETTINGS_SECONDS)
        if not self._has_looked:
            self.look_again()
        self._started.set()
        await self._watcher.watch(self.machines)

    async def change_folders(self) -> None:
        """Look at the folders that the client has open now."""
        self._use_folders()
        if self._started.is_set():
            self.look_again()
            await self._watcher.watch(self.machines)

    def rest(self) -> None:
        """Look no more; the client said that it is leaving."""
        self._resting = True
        self._settling.cancel()

    @property
    def machines(self) -> list[Machine]:
        """The machine of each folder, as it was last looked at."""
        return [folder.review.machine for folder in self.folders if folder.review]

    @property
    def review(self) -> Review:
        """What was found in the first folder, up to date with every change that was announced."""
        return self.review_in(self.folders.first)

    def review_in(self, folder: Folder) -> Review:
        """Return what was found in a folder, up to date with every change that was announced."""
        if folder.review is None or self._settling.due:
            self.look_if_changed()
        assert folder.review is not None
        return folder.review

    def review_of(self, path: str) -> Review:
        """Return what was found in the folder that counts for a file."""
        return self.review_in(self.folders.of(path))

    def open(self, document: types.TextDocumentItem) -> None:
        """Take over a document's text."""
        file = self._config_file_now(document.uri)
        self.documents.open(document, file.kind if file else None)
        if file and self._has_looked:
            self._client_knows = True
            self.look_again()

    def change(self, params: DocumentChange) -> None:
        """Change a document's text."""
        uri = params.text_document.uri
        kind = self._kind_of(uri)
        self.documents.change(params, kind)
        if kind is not None:
            self.channels.edited(uri)
            self._client_knows = True
            if self._typed_in is not None:
                self._typed_in.add(uri)
            self._soon()

    def close(self, uri: str) -> None:
        """Forget a document's text; what stands on the disk counts again."""
        self.documents.close(uri)
        self.channels.closed(uri)
        if self._kind_of(uri) is not None:
            self._client_knows = True
            self.look_soon()

    def look_soon(self) -> None:
        """Look again when typing pauses: something else than a document changed."""
        self._typed_in = None
        self._soon()

    def _soon(self) -> None:
        if self._has_looked:
            self._settling.soon()

    def look_again(self) -> None:
        """Read every folder's machine, review it, and tell the client what changed."""
        self._take([(folder, self._read(folder)) for folder in self.folders])

    def look_if_changed(self) -> None:
        """Look again where a file, or the installed version, is not what it was."""
        aged = asyncio.get_running_loop().time() - self._looked_at > LOOK_ANYWAY_SECONDS
        now = [(folder, self._read(folder)) for folder in self.folders]
        self._take([(it, machine) for it, machine in now if aged or it.differs(machine)])

    async def pause(self) -> None:
        """Wait until the client pauses; everything that it announced has then been looked at."""
        if not self._started.is_set():
            waiting = asyncio.ensure_future(self._started.wait())
            await asyncio.wait([waiting], timeout=SETTINGS_SECONDS)
        await self._settling.pause()
        if self._settling.due or not self._has_looked:
            self.look_if_changed()

    def show_edited(self, uri: str) -> None:
        """Have the diagnostics of an open document up to date.

        The look at the next pause in typing stays due where the text means what it meant.
        """
        if self._settling.due and not self._shown_while_typing(uri):
            self.look_if_changed()

    def _shown_while_typing(self, uri: str) -> bool:
        path = path_of(uri)
        text = self.documents.texts().get(path) if path else None
        if path is None or text is None or self._typed_in != {uri}:
            return False
        by_folder: list[dict[str, list[types.Diagnostic]]] = []
        for folder in self.folders:
            review = folder.while_typing(path, text)
            if review is None:
                return False
            in_use = self.documents.encoding, self._support
            by_folder.append({path: diagnostics_at(path, review, folder.redactor, *in_use)})
        self.channels.show_in(uri, merged(by_folder).get(path, []))
        return True

    async def pull_settings(self) -> None:
        """Ask the client for our settings, where it can be asked."""
        workspace = self.client_capabilities.workspace
        if not (workspace and workspace.configuration):
            return
        params = types.ConfigurationParams([types.ConfigurationItem(section=SECTION)])
        try:
            values = await self.workspace_configuration_async(params)
        except JsonRpcException:
            logger.warning("The client does not tell its settings.")
        else:
            self.take_settings(values[0] if values else None)

    def take_settings(self, value: object) -> None:
        """Use new settings and look again."""
        self.settings = read_settings(value)
        self.look_again()

    def report_server_error(self, error: Exception, source: object) -> None:
        """Log where something went wrong, and no message: it may quote a document."""
        del source
        if not isinstance(error, JsonRpcException) or error.code == types.ErrorCodes.InternalError:
            logger.error("%s", fault(sys.exc_info()[1] or error))

    @property
    def _features(self) -> Container[str]:
        return cast("dict[str, object]", self.protocol.fm.features)

    @property
    def _has_looked(self) -> bool:
        return all(folder.review for folder in self.folders)

    def _use_folders(self) -> None:
        uris = [folder.uri for folder in self.workspace.folders.values()]
        root = self.workspace.root_uri
        self.folders.use(uris or ([root] if root else []))

    def _read(self, folder: Folder) -> Machine:
        return folder.read(self.documents.texts())

    def _config_file_now(self, uri: str) -> ConfigFile | None:
        """Return the config file a document is, also one that was none at the last look."""
        path = path_of(uri)
        if path is None:
            return None
        read = (self._read(folder).files.get(path) for folder in self.folders)
        return next(filter(None, read), None)

    def _kind_of(self, uri: str) -> Kind | None:
        """Return the kind of config file a document was at the last look, None for any other."""
        path = path_of(uri)
        known = self.folders.config_file(path) if path else None
        file = known or (None if self._has_looked else self._config_file_now(uri))
        return file.kind if file else None

    def _take(self, looked: Sequence[tuple[Folder, Machine]]) -> None:
        """Review what is new, and tell the client what is new to it."""
        changed = [folder for folder, machine in looked if folder.take(machine, self.settings)]
        self._settling.cancel()
        self._typed_in = set()
        client_knows, self._client_knows = self._client_knows, False
        if not looked:
            return
        self._looked_at = asyncio.get_running_loop().time()
        self._show()
        for folder in changed:
            self.protocol.notify(STATUS_CHANGED, {**(folder.status or {}), "folder": folder.uri})
        self._refreshes.ask(
            self.protocol.send_request,
            diagnostics=self.channels.outdated,
            annotations=bool(changed) or not client_knows,
        )

    def _show(self) -> None:
        """Let the client have the diagnostics of every file for which they are new."""
        in_use = self.documents.encoding, self._support
        found = merged(
            [
                diagnostics_by_path(folder.review, folder.redactor, *in_use)
                for folder in self.folders
                if folder.review
            ]
        )
        self.channels.show({self.documents.uri_at(path): it for path, it in found.items()})

    def _push(self, uri: str, diagnostics: list[types.Diagnostic]) -> None:
        version = self.documents.version_of(uri) if self._support.version else None
        params = types.PublishDiagnosticsParams(uri, diagnostics, version)
        self.text_document_publish_diagnostics(params)

    async def _poll(self) -> None:
        while True:
            await asyncio.sleep(POLL_SECONDS)
            if self._parent.is_gone():
                # The thread that waits for input would keep an orderly end waiting for ever.
                os._exit(self.exit_code)
            try:
                if not self._resting:
                    self.look_if_changed()
            except Exception as error:  # noqa: BLE001 - the next look may succeed again
                self.report_server_error(error, type(error))


def _log_fault(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """Log an exception that nobody awaited."""
    del loop
    error = context.get("exception")
    logger.error("%s", fault(error) if error else "A task ended unexpectedly.")
