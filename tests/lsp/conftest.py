"""Editors on made-up machines; at the end of each test every byte the server wrote is checked."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any, cast

import pytest
import pytest_asyncio
from lsprotocol import types

from tests.lsp.capabilities import capable
from tests.lsp.editor import PYTHON, Editor
from tests.lsp.places import STATE
from tests.lsp.preloaded import KEEP, READY
from tests.machines import MadeUpMachine, assert_no_canary, headline

PRELOADED = str(Path(__file__).with_name("preloaded.py"))
THREADED_INPUT = str(Path(__file__).with_name("threaded_input"))

NO_SETTINGS: object = {}

RunServer = Callable[..., Awaitable[Editor]]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--threaded-input",
        action="store_true",
        help="let a thread copy the input of every server, as on Windows, which cannot poll it",
    )


def pytest_configure(config: pytest.Config) -> None:
    if config.getoption("--threaded-input", default=False):
        PYTHON["PYTHONPATH"] = os.pathsep.join((THREADED_INPUT, PYTHON["PYTHONPATH"]))


@pytest.fixture
def machine() -> MadeUpMachine:
    """The headline case with the version of Claude Code that bills the profile."""
    return with_version("2.1.146")


def with_version(version: str) -> MadeUpMachine:
    """The headline case after some use of this version of Claude Code."""
    state = cast("dict[str, object]", headline().files[STATE])
    return headline().with_files({STATE: {**state, "lastOnboardingVersion": version}})


@pytest.fixture(scope="session")
def preloaded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, ...]]:
    """A command that does what ``billing-lens serve`` does, and starts sooner."""
    address = str(tmp_path_factory.mktemp("preloaded") / "socket")
    command = [sys.executable, PRELOADED, KEEP, address]
    with subprocess.Popen(command, stdout=subprocess.PIPE, env=PYTHON) as keeper:
        assert keeper.stdout
        assert keeper.stdout.readline() == READY
        yield (sys.executable, "-S", PRELOADED, address)
        keeper.terminate()


@pytest_asyncio.fixture
async def run_server(tmp_path: Path) -> AsyncIterator[RunServer]:
    """Runs a server on a machine, by ``billing-lens serve`` or another command.

    It finds the programs that are on `search_path`, by default none.
    """
    editors: list[Editor] = []

    async def run(
        machine: MadeUpMachine, *command: str, at: Path | None = None, search_path: str = ""
    ) -> Editor:
        editor = Editor(machine.build(at or tmp_path / f"machine{len(editors)}"))
        editor.search_path = search_path
        editors.append(editor)
        await editor.run(*command)
        return editor

    yield run
    for editor in editors:
        await end(editor)
        check_everything_it_wrote(editor)


@pytest_asyncio.fixture
async def start_editor(
    run_server: RunServer, preloaded: tuple[str, ...], machine: MadeUpMachine
) -> RunServer:
    """Runs a server and initializes it; the keyword arguments are those of `Editor.greet`."""

    async def start(
        on: MadeUpMachine | None = None,
        capabilities: types.ClientCapabilities | None = None,
        settings: object = NO_SETTINGS,
        at: Path | None = None,
        **greeting: Any,
    ) -> Editor:
        editor = await run_server(on or machine, *preloaded, at=at)
        editor.settings = settings
        await editor.greet(capabilities or capable(), **greeting)
        return editor

    return start


async def end(editor: Editor) -> None:
    """Hang up on a server that is still there, and have it ended."""
    editor.answering.set()
    await asyncio.sleep(0.05 if editor.silent else 0)
    assert editor.process.stdin
    editor.process.stdin.close()
    try:
        await editor.ended()
    except asyncio.TimeoutError:
        editor.process.kill()
        raise
    finally:
        await editor.stop()


def check_everything_it_wrote(editor: Editor) -> None:
    """Nothing but messages on standard output, nothing unexpected in the log, a token nowhere."""
    assert editor.wire.rest == b""
    for message in editor.wire.messages:
        # The output itself has escapes, whose digits can look like the start of a token's end.
        assert_no_canary(json.dumps(message, ensure_ascii=False))
    assert_no_canary(editor.wire.log.decode())
    assert editor.wire.log.decode() == ""
