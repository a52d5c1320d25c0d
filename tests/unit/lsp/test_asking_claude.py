"""Asking the real Claude Code, ended at any moment."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

import pytest
from msgspec.structs import replace

from billing_lens.lsp.asking_claude import ask_claude
from billing_lens.machine.machine import Machine
from tests.machines import headline
from tests.unit.machine.snapshot import snapshot


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    """A machine whose program starts another one, and both come to no end."""
    program = tmp_path / "bin/claude"
    program.parent.mkdir()
    program.write_text(f"#!/bin/sh\necho $$ >> {tmp_path}/pids\nsleep 60 & wait\n")
    program.chmod(0o755)
    path = {"PATH": f"{program.parent}{os.pathsep}{os.defpath}"}
    return replace(snapshot(headline(), tmp_path / "machine"), environment=path)


async def gone(pid: int) -> None:
    """Wait until a process and all that it started have ended."""
    while True:
        try:
            os.killpg(pid, 0)
        except ProcessLookupError:
            return
        await asyncio.sleep(0.01)


@pytest.mark.timeout(30)
@pytest.mark.parametrize("turns", range(8))
async def test_cancelled_while_it_starts_the_program_it_leaves_nothing_running(
    machine: Machine, tmp_path: Path, turns: int
) -> None:
    asking = asyncio.ensure_future(ask_claude(machine))
    for _ in range(turns):
        await asyncio.sleep(0)
    asking.cancel()

    with pytest.raises(asyncio.CancelledError):
        await asking

    pids = (tmp_path / "pids").read_text() if (tmp_path / "pids").exists() else ""
    for pid in pids.split():
        await gone(int(pid))
