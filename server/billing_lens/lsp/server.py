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
from pygls.capabilities import get_capability
from pygls.exceptions import JsonRpcInvalidParams

from billing_lens.lsp.code_actions import ACTION_OPTIONS, CodeActions, can_resolve, resolved_from
from billing_lens.lsp.code_lens import EXPLAIN_ROUTE, code_lenses, explanation, lens_command
from billing_lens.lsp.commands import COMMANDS
from billing_lens.lsp.completion import TRIGGERS, completions
from billing_lens.lsp.conversion import our_position, our_range, path_of
from billing_lens.lsp.document_links import document_links
from billing_lens.lsp.folders import Folder, asked_folder
from billing_lens.lsp.hover import hover
from billing_lens.lsp.inlay_hints import inlay_hints
from billing_lens.lsp.language_server import STATUS, BillingLensServer
from billing_lens.lsp.looking import State
from billing_lens.lsp.markup import wants_markdown
from billing_lens.lsp.publishing import PULL_OPTIONS, can_pull
from billing_lens.lsp.settings import SECTION
from billing_lens.lsp.wire import DiagnosticsPull, Eventually
from billing_lens.lsp.workspace_edits import EditWriter
from billing_lens.output.json import Document, status_document


def make_server() -> BillingLensServer:
    """Return a server with every feature, not yet speaking."""
    server = BillingLensServer()
    _synchronize_documents(server)
    _follow_the_client(server)
    _answer_requests(server)
    _explain_texts(server)
    _run_commands(server)
    return server


def _path_in(params: Any) -> str:
    """Return the path of the document a request is about, empty where that is no local file."""
    return path_of(params.text_document.uri) or ""


def _synchronize_documents(server: BillingLensServer) -> None:
    """Put our own documents in the place of pygls's."""
    server.replace_builtin(types.TEXT_DOCUMENT_DID_OPEN, server.open)
    server.replace_builtin(types.TEXT_DOCUMENT_DID_CHANGE, server.change)
    server.replace_builtin(types.TEXT_DOCUMENT_DID_CLOSE, server.close)


def _follow_the_client(server: BillingLensServer) -> None:
    @server.feature(types.INITIALIZE)
    def initialize(params: types.InitializeParams) -> None:
        server.prepare(params)
        _offer_lenses(server, params)
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
        server.schedule.changed()

    @server.feature(types.TEXT_DOCUMENT_DID_SAVE)
    def saved(_params: types.DidSaveTextDocumentParams) -> None:
        server.schedule.changed()


def _answer_pulls(server: BillingLensServer) -> None:
    @server.feature(types.TEXT_DOCUMENT_DIAGNOSTIC, PULL_OPTIONS)
    def diagnostics(params: DiagnosticsPull) -> Eventually[types.DocumentDiagnosticReport]:
        if server.schedule.state is State.STARTING:
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

    @server.feature(types.TEXT_DOCUMENT_CODE_ACTION, ACTION_OPTIONS)
    def actions(params: types.CodeActionParams) -> list[types.CodeAction]:
        path = _path_in(params)
        if not path:
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


def _explain_texts(server: BillingLensServer) -> None:
    """Offer what explains a config file where it stands, and helps to write it."""

    @server.feature(types.TEXT_DOCUMENT_HOVER)
    def hovered(params: types.HoverParams) -> types.Hover | None:
        path, position = _path_in(params), our_position(params.position)
        formats = get_capability(server.client_capabilities, "text_document.hover.content_format")
        review, encoding = server.review_of(path), server.documents.encoding
        return hover(review, path, position, encoding, markdown=wants_markdown(formats))

    @server.feature(types.TEXT_DOCUMENT_INLAY_HINT)
    def hints(params: types.InlayHintParams) -> list[types.InlayHint]:
        path, range_ = _path_in(params), our_range(params.range)
        return inlay_hints(server.review_of(path), path, range_, server.documents.encoding)

    @server.feature(types.TEXT_DOCUMENT_DOCUMENT_LINK)
    def links(params: types.DocumentLinkParams) -> list[types.DocumentLink]:
        path, client = _path_in(params), server.client_capabilities
        tooltips = get_capability(client, "text_document.document_link.tooltip_support", False)  # noqa: FBT003
        review, encoding = server.review_of(path), server.documents.encoding
        return document_links(review, path, encoding, tooltips=tooltips)

    @server.feature(types.TEXT_DOCUMENT_COMPLETION, types.CompletionOptions(TRIGGERS))
    def completion(params: types.CompletionParams) -> list[types.CompletionItem]:
        path, position = _path_in(params), our_position(params.position)
        client, nothing = server.client_capabilities, types.ClientCompletionItemOptions()
        item = get_capability(client, "text_document.completion.completion_item", nothing)
        review, encoding = server.review_of(path), server.documents.encoding
        return completions(review, path, position, encoding, item)

    @server.command(EXPLAIN_ROUTE)
    def explain() -> None:
        text = explanation(server.review_in(server.folders.first))
        server.window_show_message(types.ShowMessageParams(types.MessageType.Info, text))


def _offer_lenses(server: BillingLensServer, params: types.InitializeParams) -> None:
    """Offer code lenses that run what this client can run."""
    command = lens_command(params.initialization_options)

    @server.feature(types.TEXT_DOCUMENT_CODE_LENS)
    def lenses(params: types.CodeLensParams) -> list[types.CodeLens]:
        path = _path_in(params)
        return code_lenses(server.review_of(path), path, command)


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
        server.schedule.rest()
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
