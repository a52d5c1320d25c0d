"""From initialize to exit, and every way an editor can be gone."""

from __future__ import annotations

import asyncio
import sys

import pytest
from lsprotocol import types

from billing_lens import __version__
from tests.lsp.capabilities import BARE, capable
from tests.lsp.conftest import RunServer
from tests.lsp.editor import SERVE, RequestRefusedError
from tests.lsp.places import PROFILE, PROFILE_TOKENS
from tests.lsp.waiting import PATIENCE_S
from tests.machines import MadeUpMachine

NOT_INITIALIZED = -32002
INVALID_REQUEST = -32600


async def test_files_that_nobody_opened_are_marked_once_initialized(
    run_server: RunServer, machine: MadeUpMachine
) -> None:
    editor = await run_server(machine)
    result = await editor.greet(capable())

    assert result.server_info == types.ServerInfo("billing-lens", __version__)
    assert result.capabilities.text_document_sync == types.TextDocumentSyncOptions(
        open_close=True, change=types.TextDocumentSyncKind.Incremental, save=True
    )
    assert editor.codes(editor.home(PROFILE)) == [
        "profile-overrides-login",
        "organization-conflict",
    ]
    assert editor.codes(editor.home(PROFILE_TOKENS)) == ["organization-conflict"]
    assert editor.payer == "api_usage"
    assert await editor.leave() == 0


async def test_nothing_is_said_before_initialized(
    run_server: RunServer, machine: MadeUpMachine
) -> None:
    editor = await run_server(machine)
    await editor.ask(types.INITIALIZE, types.InitializeParams(capabilities=BARE))
    editor.open(editor.home(PROFILE))
    with pytest.raises(RequestRefusedError):
        await editor.ask("billingLens/unknown", {})

    assert [each for each in editor.wire.messages if "method" in each] == []


async def test_exit_without_shutdown_is_a_failure(
    run_server: RunServer, machine: MadeUpMachine
) -> None:
    editor = await run_server(machine)
    await editor.greet(capable())
    editor.exit(None)

    assert await editor.ended() == 1


async def test_requests_before_initialize_and_after_shutdown_are_refused(
    run_server: RunServer, machine: MadeUpMachine
) -> None:
    editor = await run_server(machine)
    with pytest.raises(RequestRefusedError) as early:
        await editor.status()
    await editor.greet(capable())
    with pytest.raises(RequestRefusedError) as second:
        await editor.ask(types.INITIALIZE, types.InitializeParams(capabilities=BARE))
    await editor.shutdown_async(None)
    with pytest.raises(RequestRefusedError) as late:
        await editor.status()
    editor.exit(None)

    assert early.value.code == NOT_INITIALIZED
    assert second.value.code == INVALID_REQUEST
    assert late.value.code == INVALID_REQUEST
    assert await editor.ended() == 0


async def test_nothing_is_published_after_shutdown(start_editor: RunServer) -> None:
    editor = await start_editor()
    await editor.shutdown_async(None)
    said = len(editor.wire.messages)
    editor.home(PROFILE).unlink()
    await asyncio.sleep(1.3)

    assert len(editor.wire.messages) == said


async def test_the_server_ends_when_its_input_closes(
    run_server: RunServer, machine: MadeUpMachine
) -> None:
    editor = await run_server(machine)
    await editor.greet(capable())
    assert editor.process.stdin
    editor.process.stdin.close()

    assert await editor.ended() == 1


async def test_the_server_ends_when_the_process_named_by_the_editor_ends(
    run_server: RunServer, machine: MadeUpMachine
) -> None:
    process = await asyncio.create_subprocess_exec("sleep", "60")
    editor = await run_server(machine)
    await editor.greet(capable(), process_id=process.pid)
    process.kill()
    await process.wait()

    assert await editor.ended() == 1


STARTER = """
import signal, subprocess, sys
subprocess.Popen(sys.argv[1:])
signal.pause()
"""


async def test_the_server_ends_when_whoever_started_it_ends(
    run_server: RunServer, machine: MadeUpMachine
) -> None:
    """The editor named no process, and our end of the pipe stays open."""
    editor = await run_server(machine, sys.executable, "-c", STARTER, *SERVE)
    await editor.greet(capable(), process_id=None)
    editor.process.kill()

    await asyncio.wait_for(editor.wire.ended.wait(), PATIENCE_S)
