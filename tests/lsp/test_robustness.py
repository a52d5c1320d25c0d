"""Whatever is sent and however large: an answer, a server that goes on, and no text given away."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest
from lsprotocol import types

from tests.lsp.capabilities import BARE, capable
from tests.lsp.conftest import RunServer, check_everything_it_wrote
from tests.lsp.editor import Editor, RequestRefusedError, read
from tests.lsp.places import LOGIN, PROFILE, STATE
from tests.machines import CANARY, MadeUpMachine

METHOD_NOT_FOUND = -32601
INVALID_PARAMS = -32602

WITHIN = 5
"""Seconds for an answer about a text that no one has."""

WRONG_PARAMETERS: tuple[Any, ...] = (
    *(None, [], {}, "text", 7, {"textDocument": 1, "range": {}, "context": {}}),
    {
        "textDocument": {"uri": "file:///x"},
        "range": {"start": CANARY},
        "context": {},
        "previousResultId": 7,
    },
)

UNKNOWN_DOCUMENT = {"textDocument": {"uri": "file:///x"}}
NO_MESSAGES: tuple[Any, ...] = (
    *(None, [], {}, 7, "text", [{}], {"jsonrpc": "1.0", "id": 1, "result": 1}),
    {"jsonrpc": "2.0", "id": "never asked", "result": CANARY},
    {"jsonrpc": "2.0", "id": "never asked", "error": CANARY},
    {"jsonrpc": "2.0", "method": "textDocument/didChange", "params": {"contentChanges": CANARY}},
    {"jsonrpc": "2.0", "method": "textDocument/diagnostic", "params": {"textDocument": CANARY}},
    {"jsonrpc": "2.0", "method": "textDocument/diagnostic", "id": [], "params": UNKNOWN_DOCUMENT},
    {"jsonrpc": "2.0", "method": "textDocument/diagnostic", "params": UNKNOWN_DOCUMENT},
    {"jsonrpc": "2.0", "method": "textDocument/didOpen", "params": {"textDocument": CANARY}},
    {"jsonrpc": "2.0", "method": "billingLens/unknown", "params": {"text": CANARY}},
    {"jsonrpc": "2.0", "method": "$/cancelRequest", "params": {"id": 12345}},
    {"jsonrpc": "2.0", "method": 7},
)


@pytest.mark.parametrize(
    "method", [types.TEXT_DOCUMENT_CODE_ACTION, types.TEXT_DOCUMENT_DIAGNOSTIC]
)
async def test_wrong_parameters_are_refused_and_the_next_request_is_served(
    start_editor: RunServer, method: str
) -> None:
    editor = await start_editor(capabilities=capable(pulling=True))
    for number, params in enumerate(WRONG_PARAMETERS):
        editor.say({"jsonrpc": "2.0", "id": number, "method": method, "params": params})
        with pytest.raises(RequestRefusedError) as refused:
            await editor.answer(number)
        assert refused.value.code == INVALID_PARAMS
        assert refused.value.error.keys() == {"code", "message"}

    assert (await editor.status())["route"]["billing"] == "api_usage"
    assert "WARNING A message does not fit" in editor.take_log()


async def test_unknown_requests_are_refused(start_editor: RunServer) -> None:
    editor = await start_editor()
    for method in ("billingLens/unknown", types.TEXT_DOCUMENT_RENAME, types.SHUTDOWN + "s"):
        editor.say({"jsonrpc": "2.0", "id": method, "method": method})
        with pytest.raises(RequestRefusedError) as refused:
            await editor.answer(method)
        assert refused.value.code == METHOD_NOT_FOUND
    editor.say({"jsonrpc": "2.0", "id": "no name", "method": ["billingLens/status"]})
    with pytest.raises(RequestRefusedError) as refused:
        await editor.answer("no name")
    assert refused.value.code == METHOD_NOT_FOUND
    editor.say({"jsonrpc": "1.0", "id": 1, "method": "billingLens/status", "params": {}})
    with pytest.raises(RequestRefusedError):
        await editor.answer(1)
    editor.take_log()


async def test_parameters_may_be_left_out_where_there_are_none(start_editor: RunServer) -> None:
    editor = await start_editor()
    editor.say({"jsonrpc": "2.0", "id": 1, "method": "billingLens/status"})
    assert await editor.answer(1) == await editor.status()

    editor.say({"jsonrpc": "2.0", "id": 2, "method": "shutdown"})
    assert await editor.answer(2) is None
    editor.say({"jsonrpc": "2.0", "method": "exit"})
    assert await editor.ended() == 0


async def test_what_is_no_message_is_passed_over(start_editor: RunServer) -> None:
    editor = await start_editor(capabilities=capable(pulling=True))
    for message in NO_MESSAGES:
        editor.say(message)
    for body in (b"{", b"\xff\xfe", b"[" * 100_000, b"{}" * 10):
        editor.send_bytes(body)

    assert (await editor.status())["route"]["billing"] == "api_usage"
    assert all(line[:4] in ("WARN", "ERRO") for line in editor.take_log().splitlines())
    assert all(isinstance(it.get("id", ""), str | int) for it in editor.wire.messages)
    assert editor.told(types.WINDOW_SHOW_MESSAGE) == []


async def test_settings_that_look_like_a_message_are_settings(start_editor: RunServer) -> None:
    editor = await start_editor()
    inner = {"jsonrpc": "2.0", "trace": {"jsonrpc": "1.0"}, "expected": {"billing": "api_usage"}}
    params = {"settings": {"billingLens": inner}}
    editor.say({"jsonrpc": "2.0", "method": "workspace/didChangeConfiguration", "params": params})

    assert (await editor.status())["asExpected"] is True


async def test_documents_with_strange_addresses_do_no_harm(start_editor: RunServer) -> None:
    editor = await start_editor()
    for uri in ("", "file:", "file://[", "file:///%00", "file:///%FF.json", "x", "file://host/a"):
        editor.open_uri(uri, "{")
        identifier = types.TextDocumentIdentifier(uri)
        nowhere = types.Range(types.Position(9, 9), types.Position(0, 0))
        params = types.CodeActionParams(identifier, nowhere, types.CodeActionContext([]))
        assert await editor.ask(types.TEXT_DOCUMENT_CODE_ACTION, params) == []

    assert (await editor.status())["route"]["billing"] == "api_usage"


async def test_edits_of_what_is_not_open_or_not_there_do_no_harm(start_editor: RunServer) -> None:
    editor = await start_editor()
    path = editor.home(PROFILE)
    editor.close(path)
    editor.open(path)
    editor.edit(path, ((900, 900), (900, 901), ""), ((0, 50), (0, 0), "\n"), ((2, 0), (1, 0), ""))
    editor.close(path)
    version = types.VersionedTextDocumentIdentifier(9, path.as_uri())
    change = types.TextDocumentContentChangeWholeDocument("{}")
    editor.text_document_did_change(types.DidChangeTextDocumentParams(version, [change]))

    assert (await editor.status())["route"]["billing"] == "api_usage"


async def test_half_a_character_is_typed_and_taken_back(start_editor: RunServer) -> None:
    """JavaScript sends what its strings may hold: a surrogate without the other."""
    editor = await start_editor()
    path = editor.home(PROFILE)
    editor.open(path)
    before = editor.codes(path)
    place = (0, 0), (0, 0)
    editor.edit(path, (*place, "\ud83d"))
    await editor.status()
    assert "invalid-config" in editor.codes(path)
    editor.edit(path, ((0, 0), (0, 1), ""))
    await editor.status()
    assert editor.codes(path) == before


async def answer_within_limit(editor: Editor) -> float:
    start = time.monotonic()
    await editor.status()
    took = time.monotonic() - start
    assert took < WITHIN
    return took


async def test_a_state_file_of_10_mb_is_edited_without_a_wait(start_editor: RunServer) -> None:
    editor = await start_editor()
    path = editor.home(STATE)
    state = json.loads(read(path))
    state["history"] = ["x" * 100] * 100_000
    editor.open(path, json.dumps(state, indent=1))
    await answer_within_limit(editor)
    assert editor.payer == "api_usage"

    editor.edit(path, ((1, 1), (1, 1), "1"))
    await answer_within_limit(editor)
    assert editor.codes(path) == ["invalid-config"]
    editor.edit(path, ((1, 1), (1, 2), ""))
    await answer_within_limit(editor)
    assert editor.codes(path) == []


async def test_100_000_brackets_are_no_more_than_a_broken_file(start_editor: RunServer) -> None:
    editor = await start_editor()
    path = editor.home(PROFILE)
    for text in ("[" * 100_000, '{"a":' * 100_000, "[" * 100_000 + "]" * 100_000):
        editor.open(path, text)
        await answer_within_limit(editor)
        assert editor.codes(path) == ["invalid-config"]
        editor.edit(path, ((0, 50), (0, 51), ""), ((0, 7), (0, 7), "["))
        await answer_within_limit(editor)
        await editor.actions(path, text, "")
        editor.close(path)


async def test_tokens_are_given_away_by_no_message(
    start_editor: RunServer, machine: MadeUpMachine
) -> None:
    """Tokens where they belong and where they do not, whole and while they are typed."""
    key, shapeless = f"sk-ant-api03-{CANARY}", f"{CANARY}-gateway"
    leaky = machine.with_files(
        {
            ".claude/settings.json": {"env": {"ANTHROPIC_API_KEY": key}, "apiKeyHelper": [key]},
            ".config/anthropic/active_config": f"{shapeless}\n",
            ".config/anthropic/configs/work.json": {"organization_id": key, "base_url": [key]},
        }
    ).with_env(ANTHROPIC_API_KEY=key, ANTHROPIC_AUTH_TOKEN=shapeless)
    editor = await start_editor(leaky, BARE)
    await editor.status()
    for name in (LOGIN, ".claude/settings.json", STATE):
        text = editor.open(editor.home(name))
        for cut in range(0, len(text), 97):
            editor.edit(editor.home(name), text[:cut])
            await editor.status()
        editor.edit(editor.home(name), text.replace('"', "", 1))
        await editor.status()
    editor.take_log()


async def test_the_check_of_everything_written_would_notice_a_token(
    start_editor: RunServer,
) -> None:
    editor = await start_editor(capabilities=capable())
    editor.wire.log += CANARY.encode()
    with pytest.raises(AssertionError, match="a token leaked"):
        check_everything_it_wrote(editor)
    editor.take_log()
    editor.wire.output += b"print"
    with pytest.raises(AssertionError):
        check_everything_it_wrote(editor)
    del editor.wire.output[-5:]
