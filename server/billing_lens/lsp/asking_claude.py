"""Asking the real Claude Code who pays, while the server goes on serving."""

from __future__ import annotations

import asyncio
import os
import signal
from asyncio.subprocess import DEVNULL, PIPE, Process
from contextlib import suppress

from billing_lens.machine.claude_program import (
    ANSWER_SECONDS,
    find_claude,
    read_status,
    status_call,
)
from billing_lens.machine.machine import Machine
from billing_lens.output.verification import (
    Verification,
    cannot_run,
    no_answer_in_time,
    no_status,
    not_found,
    verified,
)


async def ask_claude(machine: Machine) -> Verification:
    """Run ``claude auth status`` on this machine; when the task is cancelled, it is ended."""
    program = find_claude(machine)
    if program is None:
        return not_found()
    call = status_call(machine, program)
    starting = asyncio.ensure_future(
        asyncio.create_subprocess_exec(
            *call.arguments,
            cwd=call.cwd,
            env=call.environment,
            stdin=DEVNULL,
            stdout=PIPE,
            stderr=PIPE,
            start_new_session=True,
        )
    )
    try:
        # A start that is cancelled half-way ends the program, but waits for what that has started.
        process = await asyncio.shield(starting)
        output, log = await asyncio.wait_for(process.communicate(), ANSWER_SECONDS)
    except asyncio.TimeoutError:
        return no_answer_in_time()
    except OSError as error:
        return cannot_run(error)
    finally:
        with suppress(OSError):
            await _end(await starting)
    status = read_status(output)
    if status is None:
        return no_status(machine, process.returncode, log)
    return verified(machine, status)


async def _end(process: Process) -> None:
    """End what still runs, and on POSIX what it started too."""
    if process.returncode is not None:
        return
    with suppress(ProcessLookupError):
        if os.name == "posix":
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()
    await process.wait()
