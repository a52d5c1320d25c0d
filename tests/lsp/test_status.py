"""The status document: the request, the notification, and the command line say the same."""

from __future__ import annotations

import asyncio
import json
import sys

from tests.lsp.conftest import RunServer
from tests.lsp.editor import Editor, environment
from tests.lsp.places import PROFILE
from tests.lsp.wire import Message


async def status_in_the_terminal(editor: Editor) -> Message:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "billing_lens", "status", "--json"),
        cwd=editor.machine.cwd,
        env=environment(editor.machine),
        stdout=asyncio.subprocess.PIPE,
    )
    output, _ = await process.communicate()
    return json.loads(output)


async def test_editor_and_terminal_say_the_same(start_editor: RunServer) -> None:
    editor = await start_editor()
    asked = await editor.status()

    assert asked == await status_in_the_terminal(editor)
    assert editor.statuses == [asked]


async def test_the_status_has_the_contract_s_shape(start_editor: RunServer) -> None:
    editor = await start_editor()
    status = await editor.status()

    assert (status["schema"], status["mode"], status["asExpected"]) == (1, "interactive", False)
    assert status["claudeCode"] == {"version": "2.1.146", "from": "state"}
    assert status["route"]["location"] == {
        "path": str(editor.home(PROFILE)),
        "pointer": "/organization_id",
        "range": editor.shown(editor.home(PROFILE))[0]["range"],
    }
    assert {each["rule"] for each in status["findings"]} == set(editor.codes(editor.home(PROFILE)))


async def test_the_status_is_told_once_for_each_change(start_editor: RunServer) -> None:
    editor = await start_editor()
    path = editor.home(PROFILE)
    for text in ("{}", "{ }", None, "{}"):
        editor.open(path, text)
        await editor.status()
        editor.close(path)
        await editor.status()

    payers = [status["route"]["billing"] for status in editor.statuses]
    assert payers == ["api_usage", *(["subscription", "api_usage"] * 3)]
