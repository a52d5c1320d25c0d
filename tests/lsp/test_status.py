"""The status document: the request, the notification, and the command line say the same."""

from __future__ import annotations

import asyncio
import json
import sys

from billing_lens.output.schemas import schema_text
from tests.cli.validation import closed, schema_errors
from tests.files import replace
from tests.lsp.conftest import RunServer
from tests.lsp.editor import Editor, environment
from tests.lsp.places import PROFILE, SETTINGS, STATE
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
    assert editor.statuses == [{**asked, "folder": None}]


async def test_the_status_has_the_contract_s_shape(start_editor: RunServer) -> None:
    editor = await start_editor()
    status = await editor.status()

    assert (status["schema"], status["mode"], status["asExpected"]) == (1, "interactive", False)
    assert (status["claudeCode"]["version"], status["claudeCode"]["from"]) == ("2.1.146", "state")
    strict = closed(json.loads(schema_text("status")))
    assert [schema_errors(strict, said) for said in (status, *editor.statuses)] == [[], []]
    assert status["route"]["location"] == {
        "path": str(editor.home(PROFILE)),
        "pointer": "/organization_id",
        "range": editor.shown(editor.home(PROFILE))[0]["range"],
    }
    assert {each["rule"] for each in status["findings"]} == set(editor.codes(editor.home(PROFILE)))


async def test_the_status_names_the_config_files_there_are_and_could_be(
    start_editor: RunServer,
) -> None:
    editor = await start_editor()
    files = {each["path"]: each for each in (await editor.status())["files"]}

    state, settings = str(editor.home(STATE)), str(editor.home(SETTINGS))
    assert files[state] == {
        "path": state,
        "kind": "claude-state",
        "scope": None,
        "exists": True,
    }
    assert files[settings] == {
        "path": settings,
        "kind": "claude-settings",
        "scope": "user",
        "exists": False,
    }
    replace(editor.home(SETTINGS), "{}")
    await editor.wire.until(lambda: len(editor.statuses) == 2)
    [there] = [each for each in editor.statuses[1]["files"] if each["path"] == settings]
    assert there["exists"] is True


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
