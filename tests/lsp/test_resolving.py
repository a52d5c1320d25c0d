"""Code actions whose edits are made once the user has chosen one, for the text as it is then."""

from __future__ import annotations

import json
from typing import cast

import pytest
from lsprotocol import types

from tests.lsp.capabilities import capable
from tests.lsp.conftest import RunServer
from tests.lsp.editor import Editor, RequestRefusedError
from tests.lsp.places import PROFILE
from tests.lsp.texts import applied
from tests.lsp.wire import Message

ORGANIZATION = '"organization_id"'
CAN_RESOLVE = capable(resolving=True)
CONTENT_MODIFIED, INVALID_PARAMS = -32801, -32602


async def resolve(editor: Editor, action: Message) -> Message:
    return cast("Message", await editor.ask(types.CODE_ACTION_RESOLVE, action))


async def test_an_action_gets_its_edit_when_it_is_resolved(start_editor: RunServer) -> None:
    lazy, plain = await start_editor(capabilities=CAN_RESOLVE), await start_editor()
    for only in (None, ["source.fixAll"]):
        texts = [editor.open(editor.home(PROFILE)) for editor in (lazy, plain)]
        offered = await lazy.actions(lazy.home(PROFILE), texts[0], ORGANIZATION, only)
        at_once = await plain.actions(plain.home(PROFILE), texts[1], ORGANIZATION, only)
        assert offered
        assert not any("edit" in action for action in offered)
        resolved = [await resolve(lazy, action) for action in offered]
        homes = str(lazy.machine.home), str(plain.machine.home)
        edits = [json.dumps(action["edit"]).replace(homes[0], homes[1]) for action in resolved]
        assert edits == [json.dumps(action["edit"]) for action in at_once]
        assert [each["title"] for each in resolved] == [each["title"] for each in at_once]


async def test_an_edit_is_made_for_the_text_as_it_is_by_then(start_editor: RunServer) -> None:
    editor = await start_editor(capabilities=CAN_RESOLVE)
    path = editor.home(PROFILE)
    text = editor.open(path)
    clear, *_ = await editor.actions(path, text, ORGANIZATION)
    version = editor.edit(path, ((0, 1), (0, 1), '\n"note": "😀",'))
    text = text.replace("{", '{\n"note": "😀",', 1)
    [change] = (await resolve(editor, clear))["edit"]["documentChanges"]

    assert change["textDocument"]["version"] == version
    assert json.loads(applied(text, change["edits"])) == {"note": "😀", "version": "1.0"}


async def test_what_is_no_longer_offered_is_refused(start_editor: RunServer) -> None:
    editor = await start_editor(capabilities=CAN_RESOLVE)
    path = editor.home(PROFILE)
    text = editor.open(path)
    clear, *_ = await editor.actions(path, text, ORGANIZATION)
    editor.edit(path, "{}")
    with pytest.raises(RequestRefusedError) as refused:
        await resolve(editor, clear)
    assert refused.value.code == CONTENT_MODIFIED

    editor.edit(path, text)
    assert (await resolve(editor, clear))["edit"]


async def test_what_would_now_lead_elsewhere_is_refused(start_editor: RunServer) -> None:
    """The title says who pays afterwards, and that is what the user chose."""
    editor = await start_editor(capabilities=CAN_RESOLVE)
    path = editor.home(PROFILE)
    clear, *_ = await editor.actions(path, editor.open(path), ORGANIZATION)
    with pytest.raises(RequestRefusedError) as refused:
        await resolve(editor, {**clear, "title": clear["title"].replace("20x", "5x")})

    assert refused.value.code == CONTENT_MODIFIED


@pytest.mark.parametrize("data", [None, 7, "fix", [], {}, {"fix": 1}, {"fix": "x", "folder": 1}])
async def test_an_action_of_another_server_is_refused(
    start_editor: RunServer, data: object
) -> None:
    editor = await start_editor(capabilities=CAN_RESOLVE)
    with pytest.raises(RequestRefusedError) as refused:
        await resolve(editor, {"title": "Fix", "data": data})

    assert refused.value.code == INVALID_PARAMS


async def test_an_action_that_has_its_edit_stays_as_it_is(start_editor: RunServer) -> None:
    editor = await start_editor()
    path = editor.home(PROFILE)
    clear, *_ = await editor.actions(path, editor.open(path), ORGANIZATION)
    editor.edit(path, "{}")

    assert await resolve(editor, clear) == clear
