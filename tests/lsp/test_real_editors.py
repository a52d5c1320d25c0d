"""The headline case with what real editors say of themselves."""

from __future__ import annotations

import json

import pytest
from pytest_lsp import LspSpecificationWarning, client_capabilities

from tests.lsp.conftest import RunServer
from tests.lsp.editor import read
from tests.lsp.places import PROFILE
from tests.lsp.texts import applied
from tests.lsp.wire import Message


def edits_by_uri(edit: Message) -> dict[str, list[Message]]:
    """The text edits, whichever way the editor wants them."""
    if "changes" in edit:
        return edit["changes"]
    return {each["textDocument"]["uri"]: each["edits"] for each in edit["documentChanges"]}


@pytest.mark.filterwarnings(f"error::{LspSpecificationWarning.__module__}.LspSpecificationWarning")
@pytest.mark.parametrize("name", ["visual-studio-code", "neovim", "emacs"])
async def test_the_case_is_shown_and_fixed(start_editor: RunServer, name: str) -> None:
    editor = await start_editor(capabilities=client_capabilities(name), settings={})
    path = editor.home(PROFILE)
    text = editor.open(path)
    await editor.status()
    assert editor.codes(path) == ["profile-overrides-login", "organization-conflict"]

    clear = (await editor.actions(path, text, '"organization_id"'))[0]
    [edits] = edits_by_uri(clear["edit"]).values()
    editor.edit(path, applied(text, edits))
    assert (await editor.status())["asExpected"] is True
    assert json.loads(read(path))["organization_id"]
