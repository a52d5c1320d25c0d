"""Files as editors open them: under other schemes, and without their byte order mark."""

from __future__ import annotations

import json
from typing import cast

import pytest
from lsprotocol import types

from tests.lsp.capabilities import capable
from tests.lsp.conftest import RunServer, with_version
from tests.lsp.editor import Editor, read
from tests.lsp.places import LOGIN, PROFILE
from tests.lsp.texts import applied, marked
from tests.lsp.wire import Message
from tests.machines import MadeUpMachine

USER_SETTINGS = ".config/Code/User/settings.json"
MARK = "\ufeff"


def editor_sets_a_key() -> MadeUpMachine:
    """VS Code's user settings hand Claude Code a token."""
    variables = [{"name": "ANTHROPIC_AUTH_TOKEN", "value": "made-up-token"}]
    settings = json.dumps({"claudeCode.environmentVariables": variables}, indent=2)
    return with_version("2.1.330").with_files({USER_SETTINGS: settings})


@pytest.mark.parametrize("pulling", [False, True])
async def test_vs_code_s_user_settings_are_known_under_its_own_scheme(
    start_editor: RunServer, pulling: bool
) -> None:
    editor = await start_editor(editor_sets_a_key(), capable(pulling=pulling))
    path = editor.home(USER_SETTINGS)
    codes = editor.codes(path)
    assert codes

    uri = path.as_uri().replace("file://", "vscode-userdata:")
    text = editor.open_uri(uri, read(path), "jsonc")
    await editor.status()
    identifier = types.TextDocumentIdentifier(uri)
    if pulling:
        pull = types.DocumentDiagnosticParams(identifier)
        report = await editor.ask(types.TEXT_DOCUMENT_DIAGNOSTIC, pull)
        shown = cast("Message", report)["items"]
    else:
        shown = [each for each in editor.publications() if each["uri"] == uri][-1]["diagnostics"]
    assert [each["code"] for each in shown] == codes
    assert editor.shown(path) == []

    at = types.Position(**shown[0]["range"]["start"])
    cursor = types.Range(at, at)
    params = types.CodeActionParams(identifier, cursor, types.CodeActionContext([]))
    actions = await editor.ask(types.TEXT_DOCUMENT_CODE_ACTION, params)
    [change] = cast("list[Message]", actions)[0]["edit"]["documentChanges"]
    assert change["textDocument"] == {"uri": uri, "version": 1}
    assert '"ANTHROPIC_AUTH_TOKEN"' not in applied(text, change["edits"])


async def test_user_data_that_is_no_file_of_ours_gets_nothing(start_editor: RunServer) -> None:
    editor = await start_editor()
    before = len(editor.wire.messages)
    for uri in ("vscode-userdata:/User/settings.json", "vscode-userdata:", "vscode-userdata:x"):
        editor.open_uri(uri, "{", "jsonc")
    await editor.status()

    assert len(editor.wire.messages) == before + 1


async def in_an_editor_without_the_mark(start_editor: RunServer, name: str) -> tuple[Editor, str]:
    """An editor that keeps back the byte order mark of the file it opens; the text it shows."""
    text = read_of(name)
    marked_file = {"__file__": {"content": text, "mode": "600", "bom": True}}
    editor = await start_editor(with_version("2.1.330").with_files({name: marked_file}))
    path = editor.home(name)
    assert "invalid-config" in editor.codes(path)
    assert read(path) == MARK + text
    editor.open(path, text)
    await editor.status()
    return editor, text


def read_of(name: str) -> str:
    return json.dumps(with_version("2.1.330").files[name], indent=2)


@pytest.mark.parametrize("name", [LOGIN, PROFILE])
async def test_a_byte_order_mark_that_the_editor_keeps_back_is_still_found(
    start_editor: RunServer, name: str
) -> None:
    editor, text = await in_an_editor_without_the_mark(start_editor, name)
    path = editor.home(name)
    [mark] = [each for each in editor.shown(path) if each["code"] == "invalid-config"]
    assert "byte order mark" in mark["message"]
    assert marked(text, mark["range"]) == "{"


async def test_who_pays_stays_the_same_when_the_file_is_opened(start_editor: RunServer) -> None:
    editor, text = await in_an_editor_without_the_mark(start_editor, LOGIN)
    assert {each["route"]["source"] for each in editor.statuses} == {"profile"}

    path = editor.home(LOGIN)
    path.write_text(text)
    assert (await editor.status())["route"]["source"] == "claude_ai_login"
    assert "invalid-config" not in editor.codes(path)


async def test_a_changed_text_is_judged_as_it_stands_in_the_editor(
    start_editor: RunServer,
) -> None:
    editor, text = await in_an_editor_without_the_mark(start_editor, LOGIN)
    path = editor.home(LOGIN)
    editor.edit(path, ((0, 1), (0, 1), "\n"))
    await editor.status()
    assert "invalid-config" not in editor.codes(path)

    editor.edit(path, text)
    await editor.status()
    assert "invalid-config" in editor.codes(path)
