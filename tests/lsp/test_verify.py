"""The editor's question to the real Claude Code, on the made-up machine."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest
from lsprotocol import types

from tests.claude_code.program import program
from tests.lsp.capabilities import everything
from tests.lsp.conftest import RunServer, with_version
from tests.lsp.editor import RequestRefusedError
from tests.lsp.waiting import until
from tests.machines import MadeUpMachine

pytestmark = [
    pytest.mark.claude_code,
    pytest.mark.skipif(sys.platform != "linux", reason="the program is fetched for Linux"),
]

VERIFY, CONFIRMED = "billingLens.server.verify", {"confirmed": True}
VERSION = "2.1.146"


def on_path(folder: Path, version: str) -> str:
    """A search path on which this version of the real program is ``claude``."""
    (folder / "bin").mkdir()
    (folder / "bin" / "claude").symlink_to(program(version))
    return f"{folder / 'bin'}:/bin:/usr/bin"


async def test_the_real_program_agrees(run_server: RunServer, tmp_path: Path) -> None:
    search_path = on_path(tmp_path, VERSION)
    editor = await run_server(with_version(VERSION), search_path=search_path)
    await editor.greet(everything())
    result = await editor.execute(VERIFY, CONFIRMED)

    assert result["agreement"] == "agrees", result["text"]
    assert "They agree." in result["text"]
    assert [each["value"]["kind"] for each in editor.told(types.PROGRESS)] == ["begin", "end"]


async def test_the_real_program_can_be_ended_while_it_runs(
    run_server: RunServer, machine: MadeUpMachine, tmp_path: Path
) -> None:
    editor = await run_server(machine, search_path=on_path(tmp_path, VERSION))
    await editor.greet(everything())
    params = {"command": VERIFY, "arguments": [CONFIRMED]}
    method = types.WORKSPACE_EXECUTE_COMMAND
    editor.say({"jsonrpc": "2.0", "id": "v", "method": method, "params": params})
    await editor.wire.until(lambda: editor.told(types.PROGRESS))
    await until(lambda: _children(editor.process.pid), "the program runs")
    editor.cancel_request(types.CancelParams("v"))
    with pytest.raises(RequestRefusedError) as refused:
        await editor.answer("v")

    assert refused.value.code == types.LSPErrorCodes.RequestCancelled
    await editor.status()
    assert _children(editor.process.pid) == []


def _children(pid: int) -> list[str]:
    """The processes that a process has started and that still are there."""
    tasks = Path(f"/proc/{pid}/task")
    return [
        child
        for task in os.listdir(tasks)
        for child in (tasks / task / "children").read_text().split()
    ]
