"""What the server answers to, each request and notification in a few lines; and `serve`."""

from __future__ import annotations

import asyncio
import logging
import os
import sys
from collections.abc import Callable
from contextlib import redirect_stdout
from typing import Any, cast

from lsprotocol import types
from pygls.exceptions import JsonRpcInvalidParams

from billing_lens.lsp.code_actions import OPTIONS as CODE_ACTIONS
from billing_lens.lsp.code_actions import CodeActions, can_resolve, resolved_from
from billing_lens.lsp.commands import COMMANDS
from billing_lens.lsp.conversion import path_of
from billing_lens.lsp.folders import Folder, asked_folder
from billing_lens.lsp.language_server import STATUS, BillingLensServer
from billing_lens.lsp.publishing import PULL_OPTIONS, can_pull
from billing_lens.lsp.settings import SECTION
from billing_lens.lsp.text_features import explain_in_the_text, offer_lenses
from billing_lens.lsp.wire import DiagnosticsPull, Eventually
from billing_lens.lsp.workspace_edits import EditWriter
from billing_lens.output.json import Document, status_document


def make_server() -> BillingLensServer:
    """Return a server with every feature, not yet speaking."""
    server = BillingLensServer()
    _synchronize_documents(server)
    _follow_the_client(server)
    _answer_requests(server)
    explain_in_the_text(server)
    _run_commands(server)
    return server


def _synchronize_documents(server: BillingLensServer) -> None:
    """Put our own documents in the place of pygls's."""

    def opened(params: types.DidOpenTextDocumentParams) -> None:
        server.open(params.text_document)

    def closed(params: types.DidCloseTextDocumentParams) -> None:
        server.close(params.text_document.uri)

    server.replace_builtin(types.TEXT_DOCUMENT_DID_OPEN, opened)
    server.replace_builtin(types.TEXT_DOCUMENT_DID_CHANGE, server.change)
    server.replace_builtin(types.TEXT_DOCUMENT_DID_CLOSE, closed)


def _follow_the_client(server: BillingLensServer) -> None:
    @server.feature(types.INITIALIZE)
    def initialize(params: types.InitializeParams) -> None:
        server.prepare(params)
        offer_lenses(server, params)
        if can_pull(params.capabilities):
            _answer_pulls(server)

    @server.feature(types.INITIALIZED)
    async def initialized(_params: types.InitializedParams) -> None:
        await server.start()

    @server.feature(types.WORKSPACE_DID_CHANGE_CONFIGURATION)
    async def configuration_changed(params: types.DidChangeConfigurationParams) -> None:
        settings = params.settings
        if isinstance(settings, dict) and SECTION in settings:
            server.take_settings(cast("dict[str, object]", settings)[SECTION])
        else:
            await server.pull_settings()

    @server.feature(types.WORKSPACE_DID_CHANGE_WORKSPACE_FOLDERS)
    async def folders_changed(_params: types.DidChangeWorkspaceFoldersParams) -> None:
        await server.change_folders()

    @server.feature(types.WORKSPACE_DID_CHANGE_WATCHED_FILES)
    def files_changed(_params: types.DidChangeWatchedFilesParams) -> None:
        server.look_soon()

    @server.feature(types.TEXT_DOCUMENT_DID_SAVE)
    def saved(_params: types.DidSaveTextDocumentParams) -> None:
        server.look_soon()


def _answer_pulls(server: BillingLensServer) -> None:
    @server.feature(types.TEXT_DOCUMENT_DIAGNOSTIC, PULL_OPTIONS)
    def diagnostics(params: DiagnosticsPull) -> Eventually[types.DocumentDiagnosticReport]:
        if not server.has_started:
            return diagnostics_later(params)
        server.show_edited(params.text_document.uri)
        return server.channels.pull(params.text_document.uri, params.previous_result_id)

    async def diagnostics_later(params: DiagnosticsPull) -> types.DocumentDiagnosticReport:
        await server.pause()
        return server.channels.pull(params.text_document.uri, params.previous_result_id)


def _answer_requests(server: BillingLensServer) -> None:
    @server.feature(STATUS)
    def status(params: Any) -> Document:
        server.look_if_changed()
        return status_document(server.review_in(asked_folder(server.folders, params)))

    @server.feature(types.TEXT_DOCUMENT_CODE_ACTION, CODE_ACTIONS)
    def actions(params: types.CodeActionParams) -> list[types.CodeAction]:
        path = path_of(params.text_document.uri)
        if path is None:
            return []
        server.look_if_changed()
        shown = server.channels.found(server.documents.uri_at(path))
        return _code_actions(server, server.folders.of(path)).offered(path, params, shown)

    @server.feature(types.CODE_ACTION_RESOLVE)
    def resolve(action: types.CodeAction) -> types.CodeAction:
        if action.edit is not None:
            return action
        server.look_if_changed()
        uri, _ = resolved_from(action)
        folder = server.folders.named(uri) if uri else server.folders.first
        return _code_actions(server, folder or server.folders.first).resolved(action)


def _code_actions(server: BillingLensServer, folder: Folder) -> CodeActions:
    seen, capabilities = server.review_in(folder), server.client_capabilities
    return CodeActions(
        seen,
        EditWriter(seen.machine, server.documents, capabilities),
        folder=folder.uri,
        # What the editor's settings expect comes first; recording it elsewhere would be in vain.
        records=server.settings.wish is None,
        lazily=can_resolve(capabilities),
    )


def _run_commands(server: BillingLensServer) -> None:
    registered = cast("dict[str, Callable[..., object]]", server.protocol.fm.commands)
    running: set[asyncio.Task[object]] = set()

    async def execute(params: types.ExecuteCommandParams) -> object:
        task = cast("asyncio.Task[object]", asyncio.current_task())
        running.add(task)
        task.add_done_callback(running.discard)
        if params.command in COMMANDS:
            return await COMMANDS[params.command](server, params)
        if params.command in registered:
            return registered[params.command](*(params.arguments or ()))
        raise JsonRpcInvalidParams("There is no such command.")

    @server.feature(types.SHUTDOWN)
    async def shutdown(_params: None) -> None:
        server.rest()
        for task in running:
            task.cancel()
        # What they have started ends before we do.
        await asyncio.gather(*running, return_exceptions=True)

    for name in COMMANDS:
        server.command(name)(execute)
    # pygls's own way to run a command goes on with it when the request is cancelled.
    server.replace_builtin(types.WORKSPACE_EXECUTE_COMMAND, execute)


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
