"""The editor is asked to ask again for lenses and hints after changes it does not know of."""

from __future__ import annotations

from lsprotocol import types

from tests.files import replace
from tests.lsp.capabilities import capable
from tests.lsp.conftest import RunServer
from tests.lsp.editor import Editor
from tests.lsp.places import PROFILE, SETTINGS

ANNOTATIONS = (types.WORKSPACE_CODE_LENS_REFRESH, types.WORKSPACE_INLAY_HINT_REFRESH)


def asked(editor: Editor) -> list[int]:
    return [len(editor.told(method)) for method in ANNOTATIONS]


async def test_after_a_change_outside(start_editor: RunServer) -> None:
    editor = await start_editor(capabilities=capable(refreshing=True))
    await editor.status()
    before = asked(editor)
    replace(editor.home(SETTINGS), '{"model": "opus"}')
    await editor.wire.until(lambda: asked(editor) == [count + 1 for count in before])


async def test_after_typing_only_where_another_one_pays_for_it(start_editor: RunServer) -> None:
    editor = await start_editor(capabilities=capable(refreshing=True))
    await editor.status()
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


async def test_never_for_an_editor_that_cannot(start_editor: RunServer) -> None:
    editor = await start_editor(capabilities=capable(refreshing=False))
    editor.home(PROFILE).unlink()
    await editor.wire.until(lambda: editor.payer == "subscription")
    await editor.status()

    methods = (*ANNOTATIONS, types.WORKSPACE_DIAGNOSTIC_REFRESH)
    assert [method for method in methods if editor.told(method)] == []
