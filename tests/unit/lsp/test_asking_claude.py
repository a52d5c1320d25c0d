"""Claude Code is ended when nobody wants its answer any more, at whatever moment that is."""

from __future__ import annotations

import asyncio
import sys
from contextlib import suppress
from pathlib import Path

import pytest
from msgspec.structs import replace

from billing_lens.lsp.asking_claude import ask_claude
from billing_lens.machine.machine import Machine
from tests.lsp.waiting import until
from tests.machines import headline
from tests.unit.machine.snapshot import snapshot

HANGS = "#!/bin/sh\nsleep 60 & wait\n"
AWAITS = 25
"""More turns of the loop than the start of a program takes."""


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    """A machine whose ``claude`` starts another program and waits for it."""
    program = tmp_path / "bin" / "claude"
    program.parent.mkdir()
    program.write_text(HANGS)
    program.chmod(0o755)
    return replace(
        snapshot(headline(), tmp_path), environment={"PATH": f"{program.parent}:/bin:/usr/bin"}
    )


def processes_of(machine: Machine) -> list[str]:
    """The ids of all processes with this machine's variables."""
    path = f"PATH={machine.environment['PATH']}".encode()
    found: list[str] = []
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if path in (process / "environ").read_bytes().split(b"\0"):
                found.append(process.name)
    return found


@pytest.mark.skipif(sys.platform != "linux", reason="looks for processes in /proc")
async def test_cancelled_at_any_moment_of_its_start_nothing_is_left(machine: Machine) -> None:
    for turns in range(AWAITS):
        asking = asyncio.create_task(ask_claude(machine))
        for _ in range(turns):
            await asyncio.sleep(0)
        asking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asyncio.wait_for(asking, 20)

        await until(lambda: not processes_of(machine), f"all ended, cancelled in turn {turns}")
