"""Our own faults: the server goes on, and says where but never what text was at hand.

The real server with a fault put into it from outside.
"""

from __future__ import annotations

import json
import sys
import time

import pytest
from lsprotocol import types

from tests.lsp.capabilities import capable
from tests.lsp.conftest import RunServer, with_version
from tests.lsp.editor import RequestRefusedError
from tests.lsp.places import LOGIN, PROFILE, PROFILE_TOKENS
from tests.machines import CANARY, MadeUpMachine

INTERNAL_ERROR = -32603

FAILING_FEATURES = f"""
from billing_lens.lsp import server

make_server = server.make_server

def make_failing_server():
    made = make_server()

    @made.feature("test/fails")
    def fails(params):
        raise ValueError("{CANARY}")

    @made.feature("test/prints")
    def prints(params):
        print("stray")

    @made.feature("test/failsLater")
    async def fails_later(params):
        raise ValueError("{CANARY}")

    return made

server.make_server = make_failing_server
raise SystemExit(server.serve())
"""

FAILING_LOOKS = f"""
import os
from billing_lens.lsp import folders, server

review = folders.review

def failing_review(*arguments):
    if os.path.exists(os.path.expanduser("~/fail")):
        raise ValueError("{CANARY}")
    return review(*arguments)

folders.review = failing_review
raise SystemExit(server.serve())
"""

QUICKLY_AGING = """
import os, time
from billing_lens.lsp import looking, server

now = time.time_ns
hour = 3600 * 10**9
time.time_ns = lambda: now() + hour * os.path.exists(os.path.expanduser("~/an hour later"))
looking.MAXIMUM_AGE_SECONDS = 0.5
raise SystemExit(server.serve())
"""


async def test_a_request_that_fails_is_answered_without_the_reason(
    run_server: RunServer, machine: MadeUpMachine
) -> None:
    editor = await run_server(machine, sys.executable, "-c", FAILING_FEATURES)
    await editor.greet(capable())
    for method in ("test/fails", "test/failsLater"):
        with pytest.raises(RequestRefusedError) as refused:
            await editor.ask(method, {})
        assert refused.value.code == INTERNAL_ERROR
        assert refused.value.error.keys() == {"code", "message"}
        editor.protocol.notify(method, {})
    await editor.status()
    # What a notification does goes on after what is asked next is answered.
    await editor.status()

    assert editor.told(types.WINDOW_SHOW_MESSAGE) == []
    lines = editor.take_log().splitlines()
    assert len(lines) == 4
    assert all(line.startswith("ERROR ValueError < <string>:") for line in lines)
    assert CANARY not in "".join(lines)


async def test_what_is_printed_stays_out_of_the_messages(
    run_server: RunServer, machine: MadeUpMachine
) -> None:
    editor = await run_server(machine, sys.executable, "-c", FAILING_FEATURES)
    await editor.greet(capable())
    await editor.ask("test/prints", {})

    assert editor.take_log() == "stray\n"
    assert await editor.leave() == 0


async def test_a_look_that_fails_is_followed_by_one_that_does_not(
    run_server: RunServer, machine: MadeUpMachine
) -> None:
    editor = await run_server(machine, sys.executable, "-c", FAILING_LOOKS)
    await editor.greet(capable())
    editor.home("fail").touch()
    editor.home(PROFILE).unlink()
    event = types.FileEvent(editor.home(PROFILE).as_uri(), types.FileChangeType.Deleted)
    editor.workspace_did_change_watched_files(types.DidChangeWatchedFilesParams([event]))
    await editor.wire.until(lambda: b"ERROR" in editor.wire.log)
    for _ in range(2):
        with pytest.raises(RequestRefusedError):
            await editor.status()
    editor.home("fail").unlink()
    await editor.wire.until(lambda: editor.payer == "subscription")

    log = editor.take_log()
    assert log.count("ERROR ValueError < <string>:") >= 3
    assert CANARY not in log


async def test_a_sign_in_that_runs_out_is_noticed(run_server: RunServer) -> None:
    """No file that counts changes then; sooner than the server would otherwise look."""
    machine = with_version("2.1.330").without(PROFILE, PROFILE_TOKENS)
    editor = await run_server(machine, sys.executable, "-c", QUICKLY_AGING)
    await editor.greet(capable())
    login = {"accessToken": f"sk-ant-oat01-{CANARY}", "scopes": ["user:inference"]}
    ends = round((time.time() + 1800) * 1000)
    editor.home(LOGIN).write_text(json.dumps({"claudeAiOauth": {**login, "expiresAt": ends}}))
    assert (await editor.status())["route"]["works"] is True
    editor.home("an hour later").touch()
    await editor.wire.until(lambda: editor.statuses[-1]["route"]["works"] is False)
