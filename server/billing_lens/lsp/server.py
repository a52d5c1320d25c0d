"""What the server answers to, each request and notification in a few lines; and `serve`."""

from __future__ import annotations

import logging
import os
import sys
from contextlib import redirect_stdout
from typing import Any, cast

from lsprotocol import types

from billing_lens.lsp.code_actions import KINDS, code_actions
from billing_lens.lsp.conversion import path_of
from billing_lens.lsp.in_the_text import explain_in_the_text, offer_lenses
from billing_lens.lsp.language_server import STATUS, BillingLensServer
from billing_lens.lsp.settings import SECTION
from billing_lens.lsp.workspace_edits import EditWriter
from billing_lens.output.json import Document, status_document


def make_server() -> BillingLensServer:
    """Return a server with every feature, not yet speaking."""
    server = BillingLensServer()
    _synchronize_documents(server)
    _follow_the_client(server)
    _answer_requests(server)
    explain_in_the_text(server)
    return server


def _synchronize_documents(server: BillingLensServer) -> None:
    """Put our own documents in the place of pygls's."""

    def opened(params: types.DidOpenTextDocumentParams) -> None:
        server.open(params.text_document)

    def closed(params: types.DidCloseTextDocumentParams) -> None:
        server.close(params.text_document.uri)

    features = cast("Any", server.protocol.fm)
    features.add_builtin_feature(types.TEXT_DOCUMENT_DID_OPEN, opened)
    features.add_builtin_feature(types.TEXT_DOCUMENT_DID_CHANGE, server.change)
    features.add_builtin_feature(types.TEXT_DOCUMENT_DID_CLOSE, closed)


def _follow_the_client(server: BillingLensServer) -> None:
    @server.feature(types.INITIALIZE)
    def initialize(params: types.InitializeParams) -> None:
        server.prepare(params)
        offer_lenses(server, params)

    @server.feature(types.INITIALIZED)
    async def initialized(_params: types.InitializedParams) -> None:
        await server.start()

    @server.feature(types.SHUTDOWN)
    def shutdown(_params: None) -> None:
        server.rest()

    @server.feature(types.WORKSPACE_DID_CHANGE_CONFIGURATION)
    async def configuration_changed(params: types.DidChangeConfigurationParams) -> None:
        settings = params.settings
        if isinstance(settings, dict) and SECTION in settings:
            server.take_settings(cast("dict[str, object]", settings)[SECTION])
        else:
            await server.pull_settings()

    @server.feature(types.WORKSPACE_DID_CHANGE_WORKSPACE_FOLDERS)
    def folders_changed(_params: types.DidChangeWorkspaceFoldersParams) -> None:
        server.use_first_folder()
        server.look_soon()

    @server.feature(types.WORKSPACE_DID_CHANGE_WATCHED_FILES)
    def files_changed(_params: types.DidChangeWatchedFilesParams) -> None:
        server.look_soon()

    @server.feature(types.TEXT_DOCUMENT_DID_SAVE)
    def saved(_params: types.DidSaveTextDocumentParams) -> None:
        server.look_soon()


def _answer_requests(server: BillingLensServer) -> None:
    @server.feature(STATUS)
    def status(_params: Any) -> Document:
        server.look_if_changed()
        return status_document(server.review)

    @server.feature(types.TEXT_DOCUMENT_CODE_ACTION, types.CodeActionOptions(KINDS))
    def actions(params: types.CodeActionParams) -> list[types.CodeAction]:
        path = path_of(params.text_document.uri)
        if path is None:
            return []
        server.look_if_changed()
        seen = server.review
        writer = EditWriter(seen.machine, server.documents, server.client_capabilities)
        # What the editor's settings expect comes first; recording it elsewhere would be in vain.
        records = server.settings.wish is None
        return code_actions(seen, path, params, server.published(path), writer, records=records)


def serve() -> int:
    """Speak LSP on standard input and output until the client ends it; returns the exit code."""
    logging.basicConfig(
        stream=sys.stderr, level=logging.WARNING, format="%(levelname)s %(message)s"
    )
    # pygls logs whole messages, and with them the text of documents.
    logging.getLogger("pygls").setLevel(logging.CRITICAL + 1)
    server = make_server()
    # pygls closes its output when the client says exit, and a stray print must not get into it.
    output = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    with redirect_stdout(sys.stderr):
        server.start_io(stdout=output)
    return server.exit_code
