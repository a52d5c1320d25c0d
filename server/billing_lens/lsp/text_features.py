"""What is answered while a person reads and writes a file: the features of the text, registered."""

from __future__ import annotations

from lsprotocol import types

from billing_lens.lsp.code_lens import EXPLAIN_ROUTE, code_lenses, explanation, lens_command
from billing_lens.lsp.completion import TRIGGERS, CompletionSupport, completions
from billing_lens.lsp.conversion import our_position, our_range, path_of
from billing_lens.lsp.document_links import document_links
from billing_lens.lsp.hover import hover
from billing_lens.lsp.inlay_hints import inlay_hints
from billing_lens.lsp.language_server import BillingLensServer
from billing_lens.lsp.markup import wants_markdown


def explain_in_the_text(server: BillingLensServer) -> None:
    """Offer hovers, inlay hints, links and completion."""

    @server.feature(types.TEXT_DOCUMENT_HOVER)
    def hovered(params: types.HoverParams) -> types.Hover | None:
        path = path_of(params.text_document.uri)
        document = server.client_capabilities.text_document
        understood = document.hover if document else None
        markdown = wants_markdown(understood.content_format if understood else None)
        position, encoding = our_position(params.position), server.documents.encoding
        return (
            hover(server.review_of(path), path, position, encoding, markdown=markdown)
            if path
            else None
        )

    @server.feature(types.TEXT_DOCUMENT_INLAY_HINT)
    def hints(params: types.InlayHintParams) -> list[types.InlayHint]:
        path, range_ = path_of(params.text_document.uri), our_range(params.range)
        return (
            inlay_hints(server.review_of(path), path, range_, server.documents.encoding)
            if path
            else []
        )

    @server.feature(types.TEXT_DOCUMENT_DOCUMENT_LINK)
    def links(params: types.DocumentLinkParams) -> list[types.DocumentLink]:
        path = path_of(params.text_document.uri)
        document = server.client_capabilities.text_document
        understood = document.document_link if document else None
        tooltips = bool(understood and understood.tooltip_support)
        encoding = server.documents.encoding
        return (
            document_links(server.review_of(path), path, encoding, tooltips=tooltips)
            if path
            else []
        )

    @server.feature(types.TEXT_DOCUMENT_COMPLETION, types.CompletionOptions(TRIGGERS))
    def completion(params: types.CompletionParams) -> list[types.CompletionItem]:
        path = path_of(params.text_document.uri)
        support = CompletionSupport.of(server.client_capabilities)
        position, encoding = our_position(params.position), server.documents.encoding
        return (
            completions(server.review_of(path), path, position, encoding, support) if path else []
        )

    @server.command(EXPLAIN_ROUTE)
    def explain() -> None:
        message = types.ShowMessageParams(types.MessageType.Info, explanation(server.review))
        server.window_show_message(message)


def offer_lenses(server: BillingLensServer, params: types.InitializeParams) -> None:
    """Offer code lenses that run what this client can run."""
    command = lens_command(params.initialization_options)

    @server.feature(types.TEXT_DOCUMENT_CODE_LENS)
    def lenses(params: types.CodeLensParams) -> list[types.CodeLens]:
        path = path_of(params.text_document.uri)
        return code_lenses(server.review_of(path), path, command) if path else []
