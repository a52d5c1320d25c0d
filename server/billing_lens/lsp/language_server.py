"""The server: takes what the editor says, looks at the machines, tells what it found."""

from __future__ import annotations

import asyncio
import logging
import os
import sys
from typing import Any, cast

from lsprotocol import types
from pygls.capabilities import get_capability
from pygls.exceptions import JsonRpcException

from billing_lens import __version__
from billing_lens.lsp.conversion import path_of
from billing_lens.lsp.diagnostics import DiagnosticWriter
from billing_lens.lsp.documents import OpenDocuments
from billing_lens.lsp.folders import Folder, Folders
from billing_lens.lsp.looking import POLL_SECONDS, SETTINGS_SECONDS, LookSchedule, State
from billing_lens.lsp.publishing import DiagnosticChannels, refresh_requests
from billing_lens.lsp.settings import SECTION, Settings, read_settings
from billing_lens.lsp.watching import Parent, Watcher
from billing_lens.lsp.wire import (
    BillingLensProtocol,
    DocumentChange,
    StandardStreamsServer,
    fault,
    message_converter,
)
from billing_lens.review import Review
from billing_lens.text.positions import PositionEncoding

STATUS = "billingLens/status"
STATUS_CHANGED = "billingLens/statusChanged"

logger = logging.getLogger(__name__)


class BillingLensServer(StandardStreamsServer):
    """The language server. One machine for each folder, looked at when `schedule` says so."""

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
        self.schedule = LookSchedule(self.look_if_changed)
        self._watcher = Watcher(self)
        self._parent = Parent()
        self._polling: asyncio.Task[None] | None = None

    @property
    def exit_code(self) -> int:
        """What the process ends with."""
        return cast("BillingLensProtocol", self.protocol).exit_code

    def prepare(self, params: types.InitializeParams) -> None:
        """Take over what the client said of itself: encoding, folders, parent, settings."""
        encoding = self.workspace.position_encoding or types.PositionEncodingKind.Utf16
        self.documents.encoding = PositionEncoding(encoding)
        self._parent = Parent(params.process_id)
        self.settings = read_settings(params.initialization_options)
        self._use_folders()

    async def start(self) -> None:
        """Look for the first time, once the client is ready to be told."""
        asyncio.get_running_loop().set_exception_handler(_log_fault)
        self._polling = asyncio.create_task(self._poll())
        pulling = asyncio.create_task(self.pull_settings())
        await asyncio.wait([pulling], timeout=SETTINGS_SECONDS)
        self.schedule.start()
        self.look_if_changed()
        await self._watcher.watch(self.folders.machines)

    async def change_folders(self) -> None:
        """Look at the folders that the client has open now."""
        self._use_folders()
        if self.schedule.state is not State.STARTING:
            self._look(anyway=True)
            await self._watcher.watch(self.folders.machines)

    def review_in(self, folder: Folder) -> Review:
        """Return what was found in a folder, up to date with every change that was announced."""
        if folder.review is None or self.schedule.is_due:
            self.look_if_changed()
        assert folder.review is not None
        return folder.review

    def review_of(self, path: str) -> Review:
        """Return what was found in the folder that counts for a file."""
        return self.review_in(self.folders.of(path))

    def open(self, params: types.DidOpenTextDocumentParams) -> None:
        """Take over a document's text."""
        document = params.text_document
        path = path_of(document.uri)
        file = self.folders.config_file_now(path, self.documents.texts()) if path else None
        self.documents.open(document, file.kind if file else None)
        if file and self.schedule.state is not State.STARTING:
            self.schedule.edited(document.uri)
            self.look_if_changed()

    def change(self, params: DocumentChange) -> None:
        """Change a document's text."""
        uri = params.text_document.uri
        path = path_of(uri)
        file = self.folders.config_file(path) if path else None
        if path and file is None and self.schedule.state is State.STARTING:
            file = self.folders.config_file_now(path, self.documents.texts())
        self.documents.change(params, file.kind if file else None)
        if file:
            self.channels.edited(uri)
            self.schedule.edited(uri)

    def close(self, params: types.DidCloseTextDocumentParams) -> None:
        """Forget a document's text; what stands on the disk counts again."""
        uri = params.text_document.uri
        self.documents.close(uri)
        self.channels.closed(uri)
        path = path_of(uri)
        if path and self.folders.config_file(path):
            self.schedule.edited(uri)

    def look_if_changed(self) -> None:
        """Look again where a file, or the installed version, is not what it was."""
        self._look(anyway=self.schedule.is_old)

    async def pause(self) -> None:
        """Wait until the client pauses; everything that it announced has then been looked at."""
        await self.schedule.pause()
        if self.schedule.is_due:
            self.look_if_changed()

    def show_edited(self, uri: str) -> None:
        """Have the diagnostics of an open document up to date.

        The look at the next pause in typing stays due where the text means what it meant.
        """
        if not self.schedule.is_due:
            return
        path = path_of(uri)
        document = self.documents.at(path) if path else None
        found = None
        if document and self.schedule.is_edited_alone(uri):
            found = self.folders.diagnostics_while_typing(document, self._writer)
        if found is None:
            self.look_if_changed()
        else:
            self.channels.show_in(uri, found)

    async def pull_settings(self) -> None:
        """Ask the client for our settings, where it can be asked."""
        if not get_capability(self.client_capabilities, "workspace.configuration"):
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
        self._look(anyway=True)

    def report_server_error(self, error: Exception, source: object) -> None:
        """Log where something went wrong, and no message: it may quote a document."""
        del source
        if not isinstance(error, JsonRpcException) or error.code == types.ErrorCodes.InternalError:
            logger.error("%s", fault(sys.exc_info()[1] or error))

    @property
    def _writer(self) -> DiagnosticWriter:
        nothing = types.PublishDiagnosticsClientCapabilities()
        field = "text_document.publish_diagnostics"
        understood = get_capability(self.client_capabilities, field, nothing)
        return DiagnosticWriter(self.documents.encoding, understood)

    def _use_folders(self) -> None:
        uris = [folder.uri for folder in self.workspace.folders.values()]
        root = self.workspace.root_uri
        self.folders.use(uris or ([root] if root else []))

    def _look(self, *, anyway: bool) -> None:
        """Read every machine, review what differs, or `anyway`, and tell what is new."""
        texts = self.documents.texts()
        read = [(folder, folder.read(texts)) for folder in self.folders]
        to_review = [one for one in read if anyway or one[0].differs(one[1])]
        changed = [folder for folder, machine in to_review if folder.take(machine, self.settings)]
        client_knows = self.schedule.state is State.EDITED
        self.schedule.looked(reviewed=bool(to_review))
        if not to_review:
            return
        found = self.folders.diagnostics(self._writer)
        self.channels.show({self.documents.uri_at(path): it for path, it in found.items()})
        for folder in changed:
            self.protocol.notify(STATUS_CHANGED, {**(folder.status or {}), "folder": folder.uri})
        for request in refresh_requests(
            self.client_capabilities,
            diagnostics=self.channels.outdated,
            annotations=bool(changed) or not client_knows,
        ):
            # What the client answers, an error too, changes nothing.
            self.protocol.send_request(request)

    def _push(self, uri: str, diagnostics: list[types.Diagnostic]) -> None:
        versioned = self._writer.understood.version_support
        version = self.documents.version_of(uri) if versioned else None
        params = types.PublishDiagnosticsParams(uri, diagnostics, version)
        self.text_document_publish_diagnostics(params)

    async def _poll(self) -> None:
        while True:
            await asyncio.sleep(POLL_SECONDS)
            if self._parent.is_gone():
                # Nobody is left to ask for an orderly end.
                os._exit(self.exit_code)
            try:
                self.schedule.poll()
            except Exception as error:  # noqa: BLE001 - the next look may succeed again
                self.report_server_error(error, type(error))


def _log_fault(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """Log an exception that nobody awaited."""
    del loop
    error = context.get("exception")
    logger.error("%s", fault(error) if error else "A task ended unexpectedly.")
