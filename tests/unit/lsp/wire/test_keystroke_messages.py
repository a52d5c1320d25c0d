"""A keystroke's messages say what they say to lsprotocol, and what is none of them is refused."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from lsprotocol import types
from pygls.protocol import default_converter

from billing_lens.lsp.wire.keystroke_messages import (
    PARAMETERS,
    ContentChange,
    DiagnosticsPull,
    DocumentChange,
)

CONVERTER = default_converter()
URI = "file:///home/dev/.claude.json"
TEXTS = st.text(st.characters(exclude_categories=()))
UINTEGERS = st.integers(0, 2**31 - 1)
POSITIONS = st.builds(types.Position, UINTEGERS, UINTEGERS)
RANGES = st.builds(types.Range, POSITIONS, POSITIONS)
CHANGES = st.builds(types.TextDocumentContentChangeWholeDocument, TEXTS) | st.builds(
    types.TextDocumentContentChangePartial, RANGES, TEXTS, st.none() | UINTEGERS
)
VERSIONED = st.builds(
    types.VersionedTextDocumentIdentifier, st.integers(-(2**31), 2**31 - 1), TEXTS
)
NO_OBJECTS: tuple[Any, ...] = (None, [], {}, "text", 7)
WRONG: tuple[tuple[str, Any], ...] = (
    *((method, params) for method in PARAMETERS for params in NO_OBJECTS),
    (types.TEXT_DOCUMENT_DIAGNOSTIC, {"textDocument": {"uri": 7}}),
    (types.TEXT_DOCUMENT_DID_CHANGE, {"textDocument": {"uri": URI, "version": 1}}),
    (types.TEXT_DOCUMENT_DID_CHANGE, {"textDocument": {"uri": URI}, "contentChanges": []}),
)
WRONG_CHANGES: tuple[Any, ...] = (
    *(None, {}, {"text": None}, {"text": "", "range": {}}),
    {"text": "", "range": {"start": {"line": -1, "character": 0}}},
)


def converted(method: str, params: Any) -> Any:
    return msgspec.convert(params, PARAMETERS[method])


@given(st.builds(types.DidChangeTextDocumentParams, VERSIONED, st.lists(CHANGES)))
def test_a_change_is_what_the_client_says(params: types.DidChangeTextDocumentParams) -> None:
    read = converted(types.TEXT_DOCUMENT_DID_CHANGE, CONVERTER.unstructure(params))
    assert isinstance(read, DocumentChange)
    assert read.text_document.uri == params.text_document.uri
    assert read.text_document.version == params.text_document.version
    assert [*map(as_said, read.content_changes)] == [*map(as_said, params.content_changes)]


def as_said(change: ContentChange | types.TextDocumentContentChangeEvent) -> object:
    range_ = (
        None if isinstance(change, types.TextDocumentContentChangeWholeDocument) else change.range
    )
    if range_ is None:
        return change.text, None
    places = ((it.line, it.character) for it in (range_.start, range_.end))
    return change.text, tuple(places)


@given(TEXTS, st.none() | TEXTS, st.none() | TEXTS)
def test_a_pull_is_what_the_client_says(
    uri: str, identifier: str | None, previous: str | None
) -> None:
    document = types.TextDocumentIdentifier(uri)
    params = types.DocumentDiagnosticParams(document, identifier, previous)
    read = converted(types.TEXT_DOCUMENT_DIAGNOSTIC, CONVERTER.unstructure(params))
    assert isinstance(read, DiagnosticsPull)
    assert (read.text_document.uri, read.previous_result_id) == (uri, previous)


@pytest.mark.parametrize(("method", "params"), WRONG)
def test_what_lacks_something_is_refused(method: str, params: Any) -> None:
    with pytest.raises(msgspec.ValidationError):
        converted(method, params)


@pytest.mark.parametrize("change", WRONG_CHANGES)
def test_a_change_that_says_not_what_or_where_is_refused(change: Any) -> None:
    document = {"uri": URI, "version": 1}
    with pytest.raises(msgspec.ValidationError):
        converted(
            types.TEXT_DOCUMENT_DID_CHANGE,
            {"textDocument": document, "contentChanges": [change]},
        )
