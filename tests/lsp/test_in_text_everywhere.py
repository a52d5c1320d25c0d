"""All that is said in the text, at every word of every file, to every kind of editor."""

from __future__ import annotations

import json

import pytest
from lsprotocol import types
from pytest_lsp import LspSpecificationWarning, client_capabilities

from tests.lsp.capabilities import BARE
from tests.lsp.conftest import RunServer
from tests.lsp.editor import Editor, read
from tests.lsp.in_text import (
    completions_at,
    hints_in,
    hover_at,
    hovered,
    lenses_of,
    links_in,
    reading,
    token_positions,
)
from tests.lsp.places import ACTIVE, LOGIN, PROFILE, PROFILE_TOKENS, SETTINGS, STATE
from tests.machines import CANARY, CONSOLE_ORGANIZATION, MadeUpMachine

EDITOR = ".config/Code/User/settings.json"
EXPLAIN = "billingLens.server.explain"
LOCAL = "proj/.claude/settings.local.json"
KEY, SHAPELESS = f"sk-ant-api03-{CANARY}", f"{CANARY}-gateway"
SECRETS = {
    "ANTHROPIC_API_KEY": KEY,
    "ANTHROPIC_AUTH_TOKEN": SHAPELESS,
    "CLAUDE_CODE_OAUTH_TOKEN": SHAPELESS,
    "ANTHROPIC_IDENTITY_TOKEN": SHAPELESS,
    "ANTHROPIC_CUSTOM_HEADERS": f"Authorization: Bearer {SHAPELESS}",
    "ANTHROPIC_BASE_URL": f"https://user:{SHAPELESS}@gw.example.com",
}


def leaky(machine: MadeUpMachine) -> MadeUpMachine:
    """The headline case with a secret in every place that can hold one, and in some that cannot."""
    state = json.loads(json.dumps(machine.files[STATE]))
    state["primaryApiKey"] = SHAPELESS
    answers = {"approved": [KEY[-20:]], "rejected": [SHAPELESS[-20:]]}
    listed = [{"name": name, "value": value} for name, value in SECRETS.items()]
    editor = {
        "claudeCode.environmentVariables": listed,
        "terminal.integrated.env.linux": SECRETS,
        "terminal.integrated.env.osx": SECRETS,
    }
    misplaced = {"organization_id": KEY, "authentication": {"type": KEY, "scope": KEY}}
    return machine.with_files(
        {
            STATE: {**state, "customApiKeyResponses": answers},
            SETTINGS: {"env": SECRETS, "apiKeyHelper": f"echo {SHAPELESS}"},
            LOCAL: {"env": SECRETS, "forceLoginOrgUUID": [KEY]},
            EDITOR: editor,
            ".config/anthropic/configs/work.json": misplaced,
            ".config/anthropic/credentials/work.json": {"access_token": SHAPELESS, "type": KEY},
        }
    ).with_env(**SECRETS)


async def ask_everything(editor: Editor, name: str) -> int:
    """Ask for all there is at every word of a file; how many hovers there are."""
    path = editor.home(name)
    positions = token_positions(read(path))
    hovers = [await hover_at(editor, path, at) for at in positions]
    for at in positions:
        await completions_at(editor, path, at)
    await hints_in(editor, path)
    await links_in(editor, path)
    await lenses_of(editor, path)
    return sum(hover is not None for hover in hovers)


async def test_no_answer_gives_a_secret_away(
    start_editor: RunServer, machine: MadeUpMachine
) -> None:
    """The check is that of every byte the server wrote, at the end of the test."""
    editor = await start_editor(leaky(machine), reading())
    for name in (LOGIN, STATE, SETTINGS, LOCAL, EDITOR, PROFILE, PROFILE_TOKENS):
        assert await ask_everything(editor, name) > 4
        work = name.replace("default.json", "work.json")
        assert work == name or await ask_everything(editor, work) > 2
    await editor.ask(types.WORKSPACE_EXECUTE_COMMAND, types.ExecuteCommandParams(EXPLAIN))


async def test_no_answer_gives_a_secret_away_while_it_is_typed(
    start_editor: RunServer, machine: MadeUpMachine
) -> None:
    editor = await start_editor(leaky(machine), reading())
    path = editor.home(SETTINGS)
    text = editor.open(path)
    start = text.index(SHAPELESS)
    for cut in range(start, start + len(SHAPELESS) + 3, 4):
        broken = text[:cut] + "\n}}"
        editor.edit(path, broken)
        for at in token_positions(broken)[-3:]:
            await hover_at(editor, path, at)
            await completions_at(editor, path, at)
    editor.take_log()


@pytest.mark.filterwarnings(f"error::{LspSpecificationWarning.__module__}.LspSpecificationWarning")
@pytest.mark.parametrize("name", ["visual-studio-code", "neovim", "emacs", None])
async def test_every_editor_is_answered_in_its_own_terms(
    start_editor: RunServer, name: str | None
) -> None:
    capabilities = client_capabilities(name) if name else BARE
    editor = await start_editor(capabilities=capabilities, settings={})
    path = editor.home(PROFILE)
    text = editor.open(path)
    hover = await hovered(editor, path, text, CONSOLE_ORGANIZATION)
    assert hover
    assert "Acme Console" in hover["contents"]["value"]
    assert [hint["label"] for hint in await hints_in(editor, path)] == ["Acme Console"]
    assert len(await links_in(editor, path)) == 1
    active = editor.home(ACTIVE)
    editor.open(active, "", "plaintext")
    assert [item["label"] for item in await completions_at(editor, active, (0, 0))] == ["default"]
    assert len(await lenses_of(editor, path)) == 2
