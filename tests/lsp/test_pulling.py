"""Diagnostics that the editor asks for: only if it can, only for what it has open, never twice."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import cast

import pytest
from lsprotocol import types

from tests.lsp.capabilities import capable
from tests.lsp.conftest import RunServer
from tests.lsp.editor import Editor, RequestRefusedError, read
from tests.lsp.places import PROFILE, PROFILE_TOKENS, SETTINGS
from tests.lsp.texts import marked
from tests.lsp.wire import Message
from tests.machines import CONSOLE_ORGANIZATION, SUBSCRIPTION_ORGANIZATION, MadeUpMachine

REFRESH = types.WORKSPACE_DIAGNOSTIC_REFRESH
TAKES_OVER = ["profile-overrides-login", "organization-conflict"]
HINT = 4
METHOD_NOT_FOUND = -32601
REQUEST_CANCELLED = -32800


async def codes(editor: Editor, path: Path) -> list[str]:
    return [each["code"] for each in (await editor.pull(path))["items"]]


@pytest.mark.parametrize("pulling", [True, False])
async def test_only_an_editor_that_can_pull_is_told_that_it_may(
    run_server: RunServer, machine: MadeUpMachine, pulling: bool
) -> None:
    editor = await run_server(machine)
    result = await editor.greet(capable(pulling=pulling))
    announced = result.capabilities.diagnostic_provider
    if pulling:
        assert announced == types.DiagnosticOptions(
            inter_file_dependencies=True, workspace_diagnostics=False
        )
    else:
        assert announced is None
        with pytest.raises(RequestRefusedError) as refused:
            await editor.pull(editor.home(PROFILE))
        assert refused.value.code == METHOD_NOT_FOUND


async def test_what_is_open_is_pulled_and_what_is_not_is_pushed(start_editor: RunServer) -> None:
    editor = await start_editor(capabilities=capable(pulling=True))
    path, other = editor.home(PROFILE), editor.home(PROFILE_TOKENS)
    pushed = editor.shown(path)
    assert [each["code"] for each in pushed] == TAKES_OVER

    text = editor.open(path)
    report = await editor.pull(path)
    assert report["kind"] == "full"
    assert report["items"] == pushed
    assert editor.shown(path) == []
    so_far = len(editor.publications(path))
    assert editor.codes(other) == ["organization-conflict"]

    editor.edit(path, text.replace(CONSOLE_ORGANIZATION, SUBSCRIPTION_ORGANIZATION))
    assert await codes(editor, path) == ["profile-overrides-login", "profile-drift"]
    await editor.status()
    assert len(editor.publications(path)) == so_far

    editor.edit(path, "{}")
    assert await codes(editor, path) == []
    assert [each["severity"] for each in editor.shown(other)] == [HINT]


async def test_what_was_pushed_stays_until_the_document_is_pulled(start_editor: RunServer) -> None:
    """So that nothing is gone for a moment, and nothing stays away if the editor never asks."""
    editor = await start_editor(capabilities=capable(pulling=True))
    path = editor.home(PROFILE)
    editor.open(path)
    await editor.status()
    assert editor.codes(path) == TAKES_OVER

    await editor.pull(path)
    withdrawn, answer = [
        each for each in editor.wire.messages if _is_about(each, path) or _is_report(each)
    ][-2:]
    assert withdrawn["params"]["diagnostics"] == []
    assert answer["result"]["items"]


async def test_a_closed_document_is_pushed_again(start_editor: RunServer) -> None:
    editor = await start_editor(capabilities=capable(pulling=True))
    path = editor.home(PROFILE)
    editor.open(path)
    await editor.pull(path)
    editor.edit(path, "{}")
    assert await codes(editor, path) == []
    editor.close(path)
    await editor.status()

    assert editor.codes(path) == TAKES_OVER


async def test_what_did_not_change_is_not_sent_again(start_editor: RunServer) -> None:
    editor = await start_editor(capabilities=capable(pulling=True))
    path = editor.home(PROFILE)
    text = editor.open(path)
    first = await editor.pull(path)
    end = (text.count("\n"), len(text.rpartition("\n")[2]))
    editor.edit(path, (end, end, "\n"))
    again = await editor.pull(path, first["resultId"])
    assert again == {"kind": "unchanged", "resultId": first["resultId"]}

    editor.edit(path, ((0, 0), (0, 0), "\n"))
    moved = await editor.pull(path, first["resultId"])
    assert moved["kind"] == "full"
    assert moved["resultId"] != first["resultId"]
    assert {marked("\n" + text, each["range"]) for each in moved["items"]} == {
        f'"organization_id": "{CONSOLE_ORGANIZATION}"'
    }
    without_id = await editor.pull(path)
    assert without_id == moved


async def test_a_document_without_findings_and_one_of_no_interest_are_answered(
    start_editor: RunServer,
) -> None:
    editor = await start_editor(capabilities=capable(pulling=True))
    for path in (editor.home(SETTINGS), editor.machine.cwd / "package.json"):
        editor.open(path, "{}")
        assert (await editor.pull(path))["items"] == []


async def test_many_pulls_while_typing_cost_few_looks_and_end_up_right(
    start_editor: RunServer,
) -> None:
    editor = await start_editor(capabilities=capable(pulling=True))
    path = editor.home(PROFILE)
    text = editor.open(path)
    params = types.DocumentDiagnosticParams(types.TextDocumentIdentifier(path.as_uri()))
    for number in range(30):
        editor.edit(path, ((0, 0), (0, 0), "\n"))
        editor.protocol.send_request(types.TEXT_DOCUMENT_DIAGNOSTIC, params, msg_id=f"p{number}")
    last = await editor.answer("p29")

    items = cast("Message", last)["items"]
    assert {marked("\n" * 30 + text, each["range"]) for each in items} == {
        f'"organization_id": "{CONSOLE_ORGANIZATION}"'
    }


async def test_the_editor_is_asked_to_pull_again_after_a_change_outside(
    start_editor: RunServer,
) -> None:
    editor = await start_editor(capabilities=capable(pulling=True, refreshing=True))
    path, other = editor.home(PROFILE), editor.home(PROFILE_TOKENS)
    editor.open(path)
    editor.open(other)
    assert await codes(editor, path) == TAKES_OVER
    assert await codes(editor, other) == ["organization-conflict"]
    before = len(editor.told(REFRESH))

    editor.home(PROFILE_TOKENS).chmod(0o644)
    await editor.wire.until(lambda: len(editor.told(REFRESH)) > before)
    assert "credentials-exposed" in await codes(editor, other)
    assert editor.shown(other) == []


async def test_the_editor_pulls_by_itself_what_it_changed_and_is_told_of_the_rest(
    start_editor: RunServer,
) -> None:
    editor = await start_editor(capabilities=capable(pulling=True, refreshing=True))
    path, other = editor.home(PROFILE), editor.home(PROFILE_TOKENS)
    editor.open(path)
    await editor.pull(path)
    before = len(editor.told(REFRESH))
    editor.edit(path, ((0, 0), (0, 0), "\n"))
    await editor.status()
    assert len(editor.told(REFRESH)) == before
    assert await codes(editor, path) == TAKES_OVER

    editor.open(other)
    await editor.pull(other)
    editor.edit(path, "{}")
    await editor.status()
    assert len(editor.told(REFRESH)) == before + 1
    assert [each["severity"] for each in (await editor.pull(other))["items"]] == [HINT]


async def just_started(editor: Editor, settings: object) -> Path:
    """Open the profile when the server has not looked yet, for it waits for these settings."""
    editor.settings = settings
    params = types.InitializeParams(capabilities=capable(pulling=True, configuration=True))
    editor.capabilities = params.capabilities
    await editor.initialize_async(params)
    path = editor.home(PROFILE)
    editor.initialized(types.InitializedParams())
    editor.open_uri(path.as_uri(), read(path))
    return path


async def test_a_document_pulled_before_the_settings_are_there_waits_for_them(
    run_server: RunServer, machine: MadeUpMachine
) -> None:
    editor = await run_server(machine)
    path = await just_started(editor, {"expected": {"billing": "api_usage"}})

    assert await codes(editor, path) == []


async def test_a_pull_that_waits_can_be_cancelled(
    run_server: RunServer, machine: MadeUpMachine
) -> None:
    editor = await run_server(machine)
    settings = asyncio.Event()
    path = await just_started(editor, settings)
    document = {"textDocument": {"uri": path.as_uri()}}
    pull = {"jsonrpc": "2.0", "method": types.TEXT_DOCUMENT_DIAGNOSTIC, "params": document}
    editor.say({**pull, "id": 1})
    editor.say(pull)
    editor.say({"jsonrpc": "2.0", "method": types.CANCEL_REQUEST, "params": {"id": 1}})
    with pytest.raises(RequestRefusedError) as refused:
        await editor.answer(1)
    assert refused.value.code == REQUEST_CANCELLED
    settings.set()
    assert await codes(editor, path) == TAKES_OVER


def _is_about(message: Message, path: Path) -> bool:
    return "uri" in (message.get("params") or ()) and message["params"]["uri"] == path.as_uri()


def _is_report(message: Message) -> bool:
    return "items" in (message.get("result") or ())
