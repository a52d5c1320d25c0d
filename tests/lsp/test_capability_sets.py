"""One case with editors that can do more or less: each gets it right in its own terms."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, cast

import pytest
from lsprotocol import types

from tests.lsp.capabilities import BARE, capable, everything
from tests.lsp.conftest import RunServer
from tests.lsp.editor import Editor, read
from tests.lsp.places import PROFILE
from tests.lsp.texts import applied, marked, position
from tests.lsp.wire import Message
from tests.machines import CONSOLE_ORGANIZATION

EDITORS: dict[str, types.ClientCapabilities] = {
    "can everything": everything(),
    "bare": BARE,
    "no change annotations": everything(annotations=False),
    "no dynamic registration": everything(watching=False),
    "no resource operations": everything(operations=()),
    "no document changes": everything(document_changes=False),
    "no pulling": everything(pulling=False),
    "no resolving": everything(resolving=False),
    "utf-8 first": everything(encodings=["utf-8", "utf-16"]),
    "utf-32 alone": everything(encodings=["utf-32"]),
    "an encoding nobody knows": everything(encodings=["utf-7"]),
    "pushing in utf-8": capable(encodings=["utf-8", "utf-16"]),
}
RENAMES = {*EDITORS} - {"bare", "no resource operations", "no document changes"}

MEMBER = f'"organization_id": "{CONSOLE_ORGANIZATION}"'
PROFILE_TEXT = (
    f'{{\n  "authentication": {{"type": "user_oauth"}},\n  "note": "é 漢 😀", {MEMBER}\n}}\n'
)


@pytest.mark.parametrize("name", EDITORS)
async def test_the_case_is_shown_fixed_and_followed(start_editor: RunServer, name: str) -> None:
    editor = await start_editor(capabilities=EDITORS[name])
    path = editor.home(PROFILE)
    path.write_text(PROFILE_TEXT)
    text, encoding = editor.open(path), _encoding(editor)
    assert await _marked(editor, path, text, encoding) == {MEMBER}

    actions = await editor.actions_at(path, position(text, text.index(MEMBER), encoding))
    titles = [each["title"] for each in actions]
    assert any("Clear the cached organization" in title for title in titles)
    assert any("Retire profile" in title for title in titles) is (name in RENAMES)
    clear = await _with_edit(editor, actions[0])
    fixed = applied(text, _edits(clear["edit"], path), encoding)
    assert json.loads(fixed) == {"note": "é 漢 😀"}

    editor.edit(path, fixed)
    assert (await editor.status())["asExpected"] is True
    assert await _marked(editor, path, fixed, encoding) == set()

    editor.close(path)
    assert (await editor.status())["asExpected"] is False
    path.unlink()
    await editor.wire.until(lambda: editor.payer == "subscription")


@pytest.mark.parametrize("name", EDITORS)
async def test_the_best_fix_of_all_is_applied_as_far_as_the_editor_can(
    start_editor: RunServer, name: str
) -> None:
    editor = await start_editor(capabilities=EDITORS[name])
    path = editor.home(PROFILE)
    path.write_text(PROFILE_TEXT)

    def apply(edit: types.WorkspaceEdit) -> bool:
        sent = editor.told(types.WORKSPACE_APPLY_EDIT)[-1]["edit"]
        path.write_text(applied(read(path), _edits(sent, path), _encoding(editor)))
        return True

    editor.apply = apply
    result = await editor.execute("billingLens.server.fixAll")
    workspace = EDITORS[name].workspace
    can_apply = bool(workspace and workspace.apply_edit)
    assert result["applied"] is can_apply
    assert "Clear the cached organization" in result["title"]
    assert (await editor.status())["asExpected"] is can_apply


def _encoding(editor: Editor) -> str:
    chosen = editor.capabilities_of_server.position_encoding
    return cast("str", getattr(chosen, "value", chosen) or "utf-16")


async def _marked(editor: Editor, path: Path, text: str, encoding: str) -> set[str]:
    """What the editor marks in the file, however it learns of it."""
    if editor.capabilities_of_server.diagnostic_provider:
        shown: list[Message] = (await editor.pull(path))["items"]
        assert editor.shown(path) == []
    else:
        await editor.status()
        shown = editor.shown(path)
    return {marked(text, each["range"], encoding) for each in shown}


async def _with_edit(editor: Editor, action: Message) -> Message:
    if "edit" in action:
        return action
    return cast("Message", await editor.ask(types.CODE_ACTION_RESOLVE, action))


def _edits(edit: Message, path: Path) -> list[Any]:
    if "changes" in edit:
        return edit["changes"][path.as_uri()]
    [change] = edit["documentChanges"]
    assert change["textDocument"]["uri"] == path.as_uri()
    return change["edits"]
