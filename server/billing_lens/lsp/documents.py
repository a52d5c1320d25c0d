"""The documents an editor has open, kept incrementally on our own buffer.

pygls's own documents split the whole text on every change and split lines where LSP does not.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from lsprotocol import types
from pygls.uris import to_fs_path

from billing_lens.config.file import OpenText
from billing_lens.text.buffer import BufferEdit, TextBuffer
from billing_lens.text.json_document import Dialect, JsonDocument
from billing_lens.text.positions import Position, PositionEncoding, Range


def path_of(uri: str) -> str | None:
    """Return the file's path as the machine names it; None for what is not a local file."""
    if not uri.startswith("file:"):
        return None
    path = to_fs_path(uri)
    return os.path.normpath(path) if path else None


@dataclass
class OpenDocument:
    """One open document. `version` is the client's; `text` changes with every edit."""

    uri: str
    version: int
    text: OpenText


class OpenDocuments:
    """All open documents of local files, by URI."""

    def __init__(self) -> None:
        self.encoding = PositionEncoding.UTF16
        self._documents: dict[str, OpenDocument] = {}

    def open(self, document: types.TextDocumentItem) -> None:
        """Take over a document's text."""
        jsonc = document.language_id == "jsonc"
        buffer = TextBuffer(document.text)
        parsed = JsonDocument.parse(buffer.data, Dialect.JSONC if jsonc else Dialect.JSON)
        self._documents[document.uri] = OpenDocument(
            document.uri, document.version, OpenText(buffer, parsed, _if_valid(parsed))
        )

    def change(self, params: types.DidChangeTextDocumentParams) -> None:
        """Apply the changes in their order; a document that is not open is passed over."""
        document = self._documents.get(params.text_document.uri)
        if document is None:
            return
        buffer, edits = document.text.buffer, list[BufferEdit]()
        parsed = document.text.document
        for change in params.content_changes:
            whole = isinstance(change, types.TextDocumentContentChangeWholeDocument)
            range_ = None if whole else _range(change.range)
            edit = buffer.replace(range_, change.text, self.encoding)
            if edit is None:
                parsed, edits = JsonDocument.parse(buffer.data, parsed.dialect), []
            else:
                edits.append(edit)
        parsed = parsed.edited(buffer.data, edits) if edits else parsed
        last_good = _if_valid(parsed) or document.text.last_good
        document.version = params.text_document.version
        document.text = OpenText(buffer, parsed, last_good)

    def close(self, uri: str) -> None:
        """Forget a document."""
        self._documents.pop(uri, None)

    def get(self, uri: str) -> OpenDocument | None:
        """Return an open document."""
        return self._documents.get(uri)

    def by_path(self) -> Mapping[str, OpenText]:
        """Return the open texts by the path of their file."""
        return {path: document.text for path, document in self._with_paths()}

    def at_path(self, path: str) -> OpenDocument | None:
        """Return the open document of a file, under whatever URI the client opened it."""
        return next((document for known, document in self._with_paths() if known == path), None)

    def _with_paths(self) -> Iterator[tuple[str, OpenDocument]]:
        for document in self._documents.values():
            path = path_of(document.uri)
            if path:
                yield path, document


def _if_valid(document: JsonDocument) -> JsonDocument | None:
    return None if document.problems else document


def _range(range_: types.Range) -> Range:
    start, end = range_.start, range_.end
    return Range(Position(start.line, start.character), Position(end.line, end.character))
