"""The headline case with what real editors say of themselves."""

from __future__ import annotations

import json
from pathlib import Path
from typing import cast

import pytest
from lsprotocol import types
from pytest_lsp import LspSpecificationWarning, client_capabilities

from billing_lens.lsp.publishing import can_pull
from tests.lsp.conftest import RunServer
from tests.lsp.editor import Editor, read
from tests.lsp.places import PROFILE
from tests.lsp.texts import applied
from tests.lsp.wire import Message


def edits_by_uri(edit: Message) -> dict[str, list[Message]]:
    """The text edits, whichever way the editor wants them."""
    if "changes" in edit:
        return edit["changes"]
    return {each["textDocument"]["uri"]: each["edits"] for each in edit["documentChanges"]}


async def codes(editor: Editor, path: Path) -> list[str]:
    """The codes of what the editor shows, whichever way it has it."""
    if can_pull(cast("types.ClientCapabilities", editor.capabilities)):
        return [each["code"] for each in (await editor.pull(path))["items"]]
    return editor.codes(path)


@pytest.mark.filterwarnings(f"error::{LspSpecificationWarning.__module__}.LspSpecificationWarning")
@pytest.mark.parametrize("name", ["visual-studio-code", "neovim", "emacs"])
async def test_the_case_is_shown_and_fixed(start_editor: RunServer, name: str) -> None:
    editor = await start_editor(capabilities=client_capabilities(name), settings={})
    path = editor.home(PROFILE)
    text = editor.open(path)
    await editor.status()
    assert await codes(editor, path) == ["profile-overrides-login", "organization-conflict"]

    clear = (await editor.actions(path, text, '"organization_id"'))[0]
    if "edit" not in clear:
        clear = cast("Message", await editor.ask(types.CODE_ACTION_RESOLVE, clear))
    [edits] = edits_by_uri(clear["edit"]).values()
    editor.edit(path, applied(text, edits))
    assert (await editor.status())["asExpected"] is True
    assert json.loads(read(path))["organization_id"]
