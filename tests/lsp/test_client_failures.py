"""Editors that refuse what they said they can do, never answer, or ask about what is not there."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from lsprotocol import types
from pygls.exceptions import JsonRpcException

from tests.lsp.capabilities import everything
from tests.lsp.conftest import RunServer
from tests.lsp.editor import UNDERSTOOD, Editor
from tests.lsp.places import PROFILE, PROFILE_TOKENS
from tests.machines import MadeUpMachine

REQUESTS = {*UNDERSTOOD, types.WORKSPACE_APPLY_EDIT}
FIX_ALL, VERIFY = "billingLens.server.fixAll", "billingLens.server.verify"
TAKES_OVER = ["profile-overrides-login", "organization-conflict"]


async def serves_all_the_same(editor: Editor) -> None:
    """What is open can be pulled, fixed and changed; what is not is pushed; the status follows."""
    path, other = editor.home(PROFILE), editor.home(PROFILE_TOKENS)
    text = editor.open(path)
    assert [each["code"] for each in (await editor.pull(path))["items"]] == TAKES_OVER
    assert await editor.actions(path, text, '"organization_id"')
    other.chmod(0o644)
    await editor.wire.until(lambda: "credentials-exposed" in editor.codes(other))
    path.unlink()
    editor.close(path)
    await editor.wire.until(lambda: editor.payer == "subscription")
    assert await editor.leave() == 0


async def test_an_editor_that_refuses_every_request_is_served(
    run_server: RunServer, machine: MadeUpMachine
) -> None:
    editor = await run_server(machine)
    editor.refuses, editor.settings = REQUESTS, JsonRpcException("Not here.")
    await editor.greet(everything())

    assert (await editor.execute(FIX_ALL))["applied"] is False
    verified = await editor.execute(VERIFY, {"confirmed": True})
    assert verified["agreement"] == "no answer"
    assert editor.told(types.PROGRESS) == []
    await serves_all_the_same(editor)
    assert set(editor.take_log().splitlines()) == {
        "WARNING The client does not tell its settings.",
        "WARNING The client does not watch files; changes are polled for.",
    }


async def test_an_editor_that_never_answers_is_served(
    run_server: RunServer, machine: MadeUpMachine
) -> None:
    editor = await run_server(machine)
    editor.silent, editor.settings = REQUESTS, asyncio.Event()
    await editor.greet(everything())

    verified = await editor.execute(VERIFY, {"confirmed": True})
    assert verified["agreement"] == "no answer"
    assert editor.told(types.PROGRESS) == []
    params = {"command": FIX_ALL}
    method = types.WORKSPACE_EXECUTE_COMMAND
    editor.say({"jsonrpc": "2.0", "id": "fix", "method": method, "params": params})
    await editor.wire.until(lambda: editor.told(types.WORKSPACE_APPLY_EDIT))
    await serves_all_the_same(editor)


async def test_an_answer_that_comes_too_late_does_no_harm(
    run_server: RunServer, machine: MadeUpMachine
) -> None:
    editor = await run_server(machine)
    editor.silent = {types.WINDOW_WORK_DONE_PROGRESS_CREATE}
    await editor.greet(everything())
    await editor.execute(VERIFY, {"confirmed": True})
    [request] = [
        each
        for each in editor.wire.messages
        if each.get("method") == types.WINDOW_WORK_DONE_PROGRESS_CREATE
    ]
    editor.say({"jsonrpc": "2.0", "id": request["id"], "result": None})

    await serves_all_the_same(editor)


STRANGE_ANSWERS: tuple[Any, ...] = (None, [], {}, 7, "text", [None], {"failureReason": 7})


@pytest.mark.parametrize("result", STRANGE_ANSWERS)
async def test_an_answer_that_makes_no_sense_counts_as_none(
    start_editor: RunServer, result: object
) -> None:
    editor = await start_editor(capabilities=everything())
    editor.silent = {types.WORKSPACE_APPLY_EDIT}
    params = {"command": FIX_ALL}
    method = types.WORKSPACE_EXECUTE_COMMAND
    editor.say({"jsonrpc": "2.0", "id": "fix", "method": method, "params": params})
    await editor.wire.until(lambda: editor.told(types.WORKSPACE_APPLY_EDIT))
    [asked] = [
        each for each in editor.wire.messages if each.get("method") == types.WORKSPACE_APPLY_EDIT
    ]
    editor.say({"jsonrpc": "2.0", "id": asked["id"], "result": result})

    answer = await editor.answer("fix")
    assert isinstance(answer, dict)
    assert answer["applied"] is False
    editor.take_log()


async def test_documents_that_are_not_there_can_be_changed_closed_saved_and_asked_about(
    start_editor: RunServer,
) -> None:
    editor = await start_editor(capabilities=everything())
    for uri in (editor.home(PROFILE).as_uri(), "file:///nowhere.json", "untitled:x", "x", ""):
        identifier = types.TextDocumentIdentifier(uri)
        versioned = types.VersionedTextDocumentIdentifier(7, uri)
        whole = types.TextDocumentContentChangeWholeDocument("{")
        editor.text_document_did_change(types.DidChangeTextDocumentParams(versioned, [whole]))
        editor.text_document_did_save(types.DidSaveTextDocumentParams(identifier))
        editor.text_document_did_close(types.DidCloseTextDocumentParams(identifier))
        pull = types.DocumentDiagnosticParams(identifier, previous_result_id="unknown")
        report = await editor.ask(types.TEXT_DOCUMENT_DIAGNOSTIC, pull)
        assert isinstance(report, dict)
        assert report["kind"] == "full"

    await serves_all_the_same(editor)
