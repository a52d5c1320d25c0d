"""The editor is asked to ask again for lenses and hints after changes it does not know of."""

from __future__ import annotations

import sys

import pytest
from lsprotocol import types

from tests.lsp.capabilities import capable
from tests.lsp.conftest import RunServer
from tests.lsp.editor import Editor
from tests.lsp.places import PROFILE, SETTINGS
from tests.machines import MadeUpMachine

ANNOTATIONS = (types.WORKSPACE_CODE_LENS_REFRESH, types.WORKSPACE_INLAY_HINT_REFRESH)

WITH_ANNOTATIONS = """
from billing_lens.lsp import server

make_server = server.make_server

def make_server_with_annotations():
    made = make_server()
    for feature in ("textDocument/codeLens", "textDocument/inlayHint"):
        if feature not in made.protocol.fm.features:
            made.feature(feature)(lambda params: [])
    return made

server.make_server = make_server_with_annotations
raise SystemExit(server.serve())
"""


async def start(
    run_server: RunServer, machine: MadeUpMachine, capabilities: types.ClientCapabilities
) -> Editor:
    editor = await run_server(machine, sys.executable, "-c", WITH_ANNOTATIONS)
    await editor.greet(capabilities)
    await editor.status()
    return editor


def asked(editor: Editor) -> list[int]:
    return [len(editor.told(method)) for method in ANNOTATIONS]


async def test_after_a_change_outside(run_server: RunServer, machine: MadeUpMachine) -> None:
    editor = await start(run_server, machine, capable(refreshing=True))
    before = asked(editor)
    editor.home(SETTINGS).write_text('{"model": "opus"}')
    await editor.wire.until(lambda: asked(editor) == [count + 1 for count in before])


async def test_after_typing_only_where_another_one_pays_for_it(
    run_server: RunServer, machine: MadeUpMachine
) -> None:
    editor = await start(run_server, machine, capable(refreshing=True))
    before = asked(editor)
    editor.open(editor.home(SETTINGS), "{}")
    editor.edit(editor.home(SETTINGS), '{"model": "opus"}')
    await editor.status()
    quiet = asked(editor)
    editor.open(editor.home(PROFILE), "{}")
    await editor.status()

    assert editor.payer == "subscription"
    assert asked(editor) == [count + 1 for count in quiet]
    # That the file is there is news: the status lists the files.
    assert quiet == [count + 1 for count in before]


@pytest.mark.parametrize("refreshing", [True, False])
async def test_never_for_what_the_editor_or_the_server_does_not_have(
    run_server: RunServer,
    start_editor: RunServer,
    machine: MadeUpMachine,
    refreshing: bool,
) -> None:
    if refreshing:
        editor = await start_editor(capabilities=capable(refreshing=True))
        announced = editor.capabilities_of_server
        lacking = [
            method
            for method, provider in zip(
                ANNOTATIONS,
                (announced.code_lens_provider, announced.inlay_hint_provider),
                strict=True,
            )
            if provider is None
        ]
    else:
        editor = await start(run_server, machine, capable(refreshing=False))
        lacking = [*ANNOTATIONS, types.WORKSPACE_DIAGNOSTIC_REFRESH]
    editor.home(PROFILE).unlink()
    await editor.wire.until(lambda: editor.payer == "subscription")
    await editor.status()

    assert [method for method in lacking if editor.told(method)] == []
