"""The server: takes what the editor says, looks at the machine again, tells what it found."""

from __future__ import annotations

import asyncio
import logging
import os
import sys
from collections.abc import Generator
from dataclasses import replace
from pathlib import Path
from typing import Any

from lsprotocol import types
from pygls.lsp.server import LanguageServer
from pygls.protocol import LanguageServerProtocol, lsp_method
from pygls.uris import to_fs_path

from billing_lens import __version__
from billing_lens.lsp.code_actions import FIX_ALL, EditWriter, code_actions
from billing_lens.lsp.conversion import uri_of
from billing_lens.lsp.diagnostics import diagnostics_by_path
from billing_lens.lsp.documents import OpenDocuments, path_of
from billing_lens.lsp.settings import SECTION, Settings, read_settings
from billing_lens.lsp.watching import POLL_SECONDS, can_watch, parent_is_gone, watch_registration
from billing_lens.machine.machine import Machine
from billing_lens.machine.reading import MachineReader, this_machine
from billing_lens.output.json import Document, status_document
from billing_lens.review import Review, review
from billing_lens.text.positions import PositionEncoding

STATUS = "billingLens/status"
STATUS_CHANGED = "billingLens/statusChanged"
SETTLE_SECONDS = 0.03
"""How long to wait for the next keystroke before looking again."""

logger = logging.getLogger(__name__)


class BillingLensProtocol(LanguageServerProtocol):
    """pygls's protocol with our own documents instead of its text buffers."""

    _server: BillingLensServer

    @lsp_method(types.TEXT_DOCUMENT_DID_OPEN)
    def lsp_text_document__did_open(self, params: types.DidOpenTextDocumentParams) -> None:
        self._server.documents.open(params.text_document)
        self._server.look_again()

    @lsp_method(types.TEXT_DOCUMENT_DID_CHANGE)
    def lsp_text_document__did_change(self, params: types.DidChangeTextDocumentParams) -> None:
        self._server.documents.change(params)
        if self._server.concerns(params.text_document.uri):
            self._server.look_soon()

    @lsp_method(types.TEXT_DOCUMENT_DID_CLOSE)
    def lsp_text_document__did_close(self, params: types.DidCloseTextDocumentParams) -> None:
        self._server.documents.close(params.text_document.uri)
        self._server.look_soon()

    @lsp_method(types.INITIALIZE)
    def lsp_initialize(
        self, params: types.InitializeParams
    ) -> Generator[Any, Any, types.InitializeResult]:
        result = yield from super().lsp_initialize(params)
        self._server.prepare(params, result)
        return result


class BillingLensServer(LanguageServer):
    """The language server. One machine, looked at again after every change."""

    protocol: BillingLensProtocol

    def __init__(self) -> None:
        super().__init__("billing-lens", __version__, protocol_cls=BillingLensProtocol)
        self.documents = OpenDocuments()
        self.settings = Settings()
        self._reader = MachineReader(this_machine())
        self._review: Review | None = None
        self._published: dict[str, list[types.Diagnostic]] = {}
        self._status: Document | None = None
        self._pending: asyncio.TimerHandle | None = None
        self._polling: asyncio.Task[None] | None = None
        self._parent: int | None = None

    def prepare(self, params: types.InitializeParams, result: types.InitializeResult) -> None:
        """Take over what the client said of itself: encoding, parent, folder, settings."""
        encoding = result.capabilities.position_encoding or types.PositionEncodingKind.Utf16
        self.documents.encoding = PositionEncoding(getattr(encoding, "value", encoding))
        self._parent = params.process_id
        folder = _first_folder(params)
        if folder:
            self._reader = MachineReader(replace(this_machine(), cwd=folder))
        self.settings = read_settings(params.initialization_options)

    async def start(self) -> None:
        """Look for the first time, once the client is ready to be told."""
        self.look_again()
        if can_watch(self.client_capabilities):
            try:
                await self.client_register_capability_async(watch_registration(self.machine))
            except Exception as error:  # the client may refuse; polling notices the changes
                logger.warning("The client does not watch files: %s", type(error).__name__)
        await self.pull_settings()
        self._polling = asyncio.create_task(self._poll())

    @property
    def machine(self) -> Machine:
        """The machine as it was last looked at."""
        return self.review.machine

    @property
    def review(self) -> Review:
        """What was last found, up to date with every change that was announced."""
        if self._review is None or self._pending is not None:
            self.look_again()
        assert self._review is not None
        return self._review

    def concerns(self, uri: str) -> bool:
        """Return whether a document is one of the machine's config files."""
        path = path_of(uri)
        return self._review is None or path in self._review.machine.files

    def look_soon(self) -> None:
        """Look again when typing pauses."""
        if self._pending is not None:
            self._pending.cancel()
        self._pending = asyncio.get_running_loop().call_later(SETTLE_SECONDS, self.look_again)

    def look_again(self) -> None:
        """Read the machine, review it, and tell the client what changed."""
        if self._pending is not None:
            self._pending.cancel()
            self._pending = None
        machine = self._reader.read(self.documents.by_path())
        self._review = review(machine, self.settings.mode, self.settings.wish)
        self._publish(diagnostics_by_path(self._review, self.documents.encoding))
        status = status_document(self._review)
        if status != self._status:
            self._status = status
            self.protocol.notify(STATUS_CHANGED, status)

    def status(self) -> Document:
        """Return the JSON of ``billing-lens status``."""
        return status_document(self.review)

    def published(self, path: str) -> list[types.Diagnostic]:
        """Return the diagnostics last sent for a file."""
        return self._published.get(path, [])

    async def pull_settings(self) -> None:
        """Ask the client for our settings, where it can be asked."""
        workspace = self.client_capabilities.workspace
        if not (workspace and workspace.configuration):
            return
        item = types.ConfigurationItem(section=SECTION)
        params = types.ConfigurationParams([item])
        values = await self.workspace_configuration_async(params)
        self.take_settings(values[0] if values else None)

    def take_settings(self, value: object) -> None:
        """Use new settings and look again."""
        self.settings = read_settings(value)
        self.look_again()

    def _publish(self, found: dict[str, list[types.Diagnostic]]) -> None:
        for path in {*found, *self._published}:
            diagnostics = found.get(path, [])
            if diagnostics != self._published.get(path, []):
                document = self.documents.at_path(path)
                self.text_document_publish_diagnostics(
                    types.PublishDiagnosticsParams(
                        document.uri if document else uri_of(path),
                        diagnostics,
                        document.version if document else None,
                    )
                )
        self._published = found

    async def _poll(self) -> None:
        while True:
            await asyncio.sleep(POLL_SECONDS)
            if parent_is_gone(self._parent):
                logger.info("The client is gone; ending.")
                os._exit(0)
            if self._pending is None and self._changed_on_disk():
                self.look_again()

    def _changed_on_disk(self) -> bool:
        now = self._reader.read(self.documents.by_path()).files
        before = self.machine.files
        return now.keys() != before.keys() or any(now[path] is not before[path] for path in now)


def _first_folder(params: types.InitializeParams) -> Path | None:
    folders = params.workspace_folders or []
    uri = folders[0].uri if folders else params.root_uri
    path = to_fs_path(uri) if uri else None
    return Path(path) if path else None


def make_server() -> BillingLensServer:
    """Return a server with every feature, not yet speaking."""
    server = BillingLensServer()

    @server.feature(types.INITIALIZED)
    async def initialized(params: types.InitializedParams) -> None:
        await server.start()

    @server.feature(types.WORKSPACE_DID_CHANGE_CONFIGURATION)
    async def configuration(params: types.DidChangeConfigurationParams) -> None:
        settings = params.settings
        if isinstance(settings, dict) and SECTION in settings:
            server.take_settings(settings[SECTION])
        else:
            await server.pull_settings()

    @server.feature(types.WORKSPACE_DID_CHANGE_WATCHED_FILES)
    def watched(params: types.DidChangeWatchedFilesParams) -> None:
        server.look_soon()

    @server.feature(types.TEXT_DOCUMENT_DID_SAVE)
    def saved(params: types.DidSaveTextDocumentParams) -> None:
        server.look_soon()

    @server.feature(STATUS)
    def status(params: Any) -> Document:
        return server.status()

    options = types.CodeActionOptions([types.CodeActionKind.QuickFix, FIX_ALL])

    @server.feature(types.TEXT_DOCUMENT_CODE_ACTION, options)
    def actions(params: types.CodeActionParams) -> list[types.CodeAction]:
        path = path_of(params.text_document.uri)
        if path is None:
            return []
        seen = server.review
        writer = EditWriter(seen, server.documents, server.client_capabilities)
        return code_actions(seen, path, params, server.published(path), writer)

    return server


def serve() -> int:
    """Speak LSP on standard input and output until the client ends it; returns the exit code."""
    logging.basicConfig(
        stream=sys.stderr, level=logging.WARNING, format="%(levelname)s %(message)s"
    )
    logging.getLogger("pygls").setLevel(logging.ERROR)
    make_server().start_io()
    return 0
