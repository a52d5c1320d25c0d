"""The documents an editor has open, kept incrementally on our own buffer.

pygls's own documents split the whole text on every change and split lines where LSP does not.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from lsprotocol import types
from msgspec import Struct

from billing_lens.config.document import document_of
from billing_lens.config.file import OpenText
from billing_lens.config.kinds import Kind
from billing_lens.lsp.conversion import our_range, path_of, uri_of
from billing_lens.lsp.wire import DocumentChange
from billing_lens.text.buffer import TextBuffer
from billing_lens.text.edits import BufferEdit
from billing_lens.text.positions import PositionEncoding


class OpenDocument(Struct):
    """One open document. `version` is the client's; `text` changes with every edit."""

    uri: str
    path: str
    version: int
    text: OpenText


class OpenDocuments:
    """All open documents of local files, by URI. Others are passed over."""

    def __init__(self) -> None:
        self.encoding = PositionEncoding.UTF16
        self._documents: dict[str, OpenDocument] = {}

    def open(self, document: types.TextDocumentItem, kind: Kind | None) -> None:
        """Take over a document's text. `kind` is that of the config file, None for another file.

        What Claude Code accepts depends on the kind, not on the language the editor takes it for.
        """
        path = path_of(document.uri)
        if path is None:
            return
        buffer = TextBuffer(document.text)
        parsed = document_of(kind, buffer.data)
        is_good = kind is not None and not parsed.problems
        text = OpenText(buffer, parsed, parsed if is_good else None)
        self._documents[document.uri] = OpenDocument(document.uri, path, document.version, text)

    def change(self, params: DocumentChange, kind: Kind | None) -> None:
        """Apply the changes in their order; a document that is not open is passed over."""
        document = self._documents.get(params.text_document.uri)
        if document is None:
            return
        buffer, edits = document.text.buffer, list[BufferEdit]()
        parsed = document.text.document
        for change in params.content_changes:
            range_ = our_range(change.range) if change.range else None
            edit = buffer.replace(range_, change.text, self.encoding)
            if edit is None:
                parsed, edits = document_of(kind, buffer.data), []
            else:
                edits.append(edit)
        parsed = parsed.edited(buffer.unread, edits) if edits else parsed
        if parsed is document.text.last_good:
            buffer.share(parsed.data)
        is_good = kind is not None and not parsed.problems
        document.text = OpenText(buffer, parsed, parsed if is_good else document.text.last_good)
        document.version = params.text_document.version

    def close(self, uri: str) -> None:
        """Forget a document."""
        self._documents.pop(uri, None)

    def texts(self) -> Mapping[str, OpenText]:
        """Return the open texts by the path of their file."""
        return {document.path: document.text for document in self._documents.values()}

    def at(self, path: str) -> OpenDocument | None:
        """Return the open document of a file, under whatever URI the client opened it."""
        documents: Iterator[OpenDocument] = reversed(self._documents.values())
        return next((document for document in documents if document.path == path), None)

    def uri_at(self, path: str) -> str:
        """Return the URI of a file, spelled as the client spelled it when it opened it."""
        document = self.at(path)
        return document.uri if document else uri_of(path)

    def version_of(self, uri: str) -> int | None:
        """Return the client's version of an open document, None when it is not open."""
        document = self._documents.get(uri)
        return document.version if document else None
