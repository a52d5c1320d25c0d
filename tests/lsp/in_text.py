"""What an editor asks for while a person reads and writes a file."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import cast

from lsprotocol import types

from tests.lsp.capabilities import capable
from tests.lsp.editor import Editor
from tests.lsp.texts import position
from tests.lsp.wire import Message

CURSOR = "|"
PLAIN, MARKDOWN = types.MarkupKind.PlainText, types.MarkupKind.Markdown


def reading(
    *,
    formats: Sequence[types.MarkupKind] = (MARKDOWN, PLAIN),
    snippets: bool = True,
    tooltips: bool = True,
    encodings: Sequence[str] | None = None,
) -> types.ClientCapabilities:
    """An editor that shows everything in the text, or less where told so."""
    capabilities = capable(encodings=encodings)
    document = capabilities.text_document
    assert document
    document.hover = types.HoverClientCapabilities(content_format=formats)
    document.document_link = types.DocumentLinkClientCapabilities(tooltip_support=tooltips)
    document.completion = types.CompletionClientCapabilities(
        completion_item=types.ClientCompletionItemOptions(
            snippet_support=snippets, documentation_format=formats
        )
    )
    return capabilities


def identifier(path: Path) -> types.TextDocumentIdentifier:
    """A file as a request names it."""
    return types.TextDocumentIdentifier(path.as_uri())


async def hover_at(editor: Editor, path: Path, at: tuple[int, int]) -> Message | None:
    """The hover with the mouse at a position."""
    params = types.HoverParams(identifier(path), types.Position(*at))
    return cast("Message | None", await editor.ask(types.TEXT_DOCUMENT_HOVER, params))


async def hovered(
    editor: Editor, path: Path, text: str, at: str, encoding: str = "utf-16"
) -> Message | None:
    """The hover with the mouse within the first `at` in `text`."""
    return await hover_at(editor, path, position(text, text.index(at) + 1, encoding))


async def words_at(editor: Editor, path: Path, text: str, at: str) -> str:
    """What the hover says with the mouse within the first `at`."""
    hover = await hovered(editor, path, text, at)
    assert hover, at
    return hover["contents"]["value"]


async def hints_in(
    editor: Editor, path: Path, start: tuple[int, int] = (0, 0), end: tuple[int, int] = (9999, 0)
) -> list[Message]:
    """The inlay hints between two positions."""
    range_ = types.Range(types.Position(*start), types.Position(*end))
    params = types.InlayHintParams(identifier(path), range_)
    return cast("list[Message]", await editor.ask(types.TEXT_DOCUMENT_INLAY_HINT, params))


async def links_in(editor: Editor, path: Path) -> list[Message]:
    """The links of a file."""
    params = types.DocumentLinkParams(identifier(path))
    return cast("list[Message]", await editor.ask(types.TEXT_DOCUMENT_DOCUMENT_LINK, params))


async def lenses_of(editor: Editor, path: Path) -> list[Message]:
    """The code lenses of a file."""
    params = types.CodeLensParams(identifier(path))
    return cast("list[Message]", await editor.ask(types.TEXT_DOCUMENT_CODE_LENS, params))


async def completions_at(editor: Editor, path: Path, at: tuple[int, int]) -> list[Message]:
    """The completions at a position."""
    params = types.CompletionParams(identifier(path), types.Position(*at))
    return cast("list[Message]", await editor.ask(types.TEXT_DOCUMENT_COMPLETION, params))


async def typed(
    editor: Editor, path: Path, text: str, encoding: str = "utf-16"
) -> tuple[str, list[Message]]:
    """Put in a text with the cursor at its last ``|``; the text and what is offered there."""
    before, _, after = text.rpartition(CURSOR)
    editor.close(path)
    editor.open(path, before + after)
    at = position(before + after, len(before), encoding)
    return before + after, await completions_at(editor, path, at)


def token_positions(text: str) -> list[tuple[int, int]]:
    """A position within each word of a text."""
    return [position(text, match.start() + 1) for match in re.finditer(r"[\w.@:/-]+", text)]


def of_10_mb(state: str) -> str:
    """A state file with much in it that does not matter."""
    return json.dumps({"history": ["x" * 100] * 100_000, **json.loads(state)}, indent=1)
