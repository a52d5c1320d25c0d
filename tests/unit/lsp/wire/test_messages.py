"""Messages are read as ``json`` and, at a keystroke, lsprotocol read them; others are refused."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from lsprotocol import types
from pygls.protocol import default_converter

from billing_lens.lsp.wire.messages import (
    PARAMETERS,
    ContentChange,
    DiagnosticsPull,
    DocumentChange,
    decoded,
    encoded,
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


PIECES = (
    *(b"{", b"}", b"[", b"]", b":", b",", b'"a"', b"1", b"-0", b"1.5e3", b"1e999", b"9" * 25),
    *(b"null", b"NaN", b"-Infinity", b"01", b"+1", b".5", b" ", b"\n", b"\x0b", b"\xef\xbb\xbf"),
    *(b'"\\ud83d\\ude00"', b'"\\ud83d"', b'"\\ude00\\ud83d"', b'"\xc3\xa9"', b'"\xed\xa0\x80"'),
    *(b'"\x01"', b'"\\x"', b'"\\/"', b'"\\u0000"', b"//", b"\xff", b""),
)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(st.characters(exclude_categories=())),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
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


def outcome(read: Callable[[bytes], object], body: bytes) -> str:
    try:
        return repr(read(body))
    except ValueError:
        return "refused"


@given(st.lists(st.sampled_from(PIECES), max_size=8).map(b"".join))
def test_a_body_is_read_or_refused_as_json_has_it(body: bytes) -> None:
    assert outcome(decoded, body) == outcome(json.loads, body)


@given(VALUES)
def test_what_is_written_is_read_again(value: object) -> None:
    body = encoded(value)
    assert json.loads(body) == value
    assert b"\n" not in body


def test_what_json_has_not_is_refused() -> None:
    with pytest.raises(TypeError):
        encoded({"a": object()})
