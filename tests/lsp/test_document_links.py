"""From a name in one config file to the file it means."""

from __future__ import annotations

import json

import pytest

from tests.lsp.capabilities import BARE
from tests.lsp.conftest import RunServer
from tests.lsp.editor import Editor, read
from tests.lsp.in_text import links_in, reading
from tests.lsp.places import ACTIVE, LOGIN, PROFILE, PROFILE_TOKENS, SETTINGS, STATE
from tests.lsp.texts import marked
from tests.machines import HOME, MadeUpMachine

Links = dict[str, tuple[str, str | None]]


async def links_of(editor: Editor, name: str, text: str | None = None) -> Links:
    """Where each linked text of a file leads, as a path below the home, and the tooltip."""
    path = editor.home(name)
    home = editor.machine.home.as_uri() + "/"
    return {
        marked(text or read(path), link["range"]): (
            link["target"].removeprefix(home),
            link.get("tooltip"),
        )
        for link in await links_in(editor, path)
    }


async def test_a_profile_and_its_credentials_lead_to_each_other(start_editor: RunServer) -> None:
    editor = await start_editor(capabilities=reading())
    assert await links_of(editor, PROFILE) == {
        "user_oauth": (PROFILE_TOKENS, "Open this profile's credentials")
    }
    assert await links_of(editor, PROFILE_TOKENS) == {
        "oauth_token": (PROFILE, "Open the profile of these credentials")
    }
    assert await links_of(editor, LOGIN) == {}
    assert await links_of(editor, STATE) == {}


async def test_the_active_profile_leads_to_its_file(
    start_editor: RunServer, machine: MadeUpMachine
) -> None:
    editor = await start_editor(machine.with_files({ACTIVE: " default\n"}), reading())
    assert await links_of(editor, ACTIVE) == {"default": (PROFILE, "Open this profile")}
    editor.open(editor.home(ACTIVE), "gone", "plaintext")
    assert await links_of(editor, ACTIVE, "gone") == {}


async def test_paths_lead_to_files_that_are_there(
    start_editor: RunServer, machine: MadeUpMachine
) -> None:
    authentication = {
        "type": "oidc_federation",
        "credentials_path": f"{HOME}/tokens.json",
        "identity_token": {"source": "file", "path": f"{HOME}/identity é"},
    }
    on = machine.with_files(
        {
            PROFILE: {"authentication": authentication},
            "tokens.json": {"type": "oauth_token"},
            "identity é": "t",
        }
    )
    editor = await start_editor(on, reading())
    home = editor.machine.home
    links = await links_of(editor, PROFILE)
    escaped = json.dumps(str(home / "identity é"))[1:-1]
    assert links == {
        "oidc_federation": ("tokens.json", "Open this profile's credentials"),
        f"{home}/tokens.json": ("tokens.json", "Open this file"),
        escaped: ("identity%20%C3%A9", "Open this file"),
    }
    (home / "tokens.json").unlink()
    await editor.status()
    assert f"{home}/tokens.json" not in await links_of(editor, PROFILE)


async def test_settings_lead_to_a_program_and_a_profile(
    start_editor: RunServer, machine: MadeUpMachine
) -> None:
    env = {"ANTHROPIC_PROFILE": "default", "ANTHROPIC_IDENTITY_TOKEN_FILE": f"{HOME}/token"}
    helper = f"{HOME}/bin/key --for 'é'"
    on = machine.with_files(
        {SETTINGS: {"env": env, "apiKeyHelper": helper}, "bin/key": "x", "token": "t"}
    )
    editor = await start_editor(on, reading())
    home = editor.machine.home
    assert await links_of(editor, SETTINGS) == {
        f"{home}/bin/key": ("bin/key", "Open this program"),
        f"{home}/token": ("token", "Open this file"),
        "default": (PROFILE, "Open this profile"),
    }


@pytest.mark.parametrize("helper", ["echo x", "/no/such/program", "~/bin/key", "", " "])
async def test_a_command_without_a_program_that_is_there_has_no_link(
    start_editor: RunServer, machine: MadeUpMachine, helper: str
) -> None:
    editor = await start_editor(machine.with_files({SETTINGS: {"apiKeyHelper": helper}}))
    assert await links_of(editor, SETTINGS) == {}


async def test_tooltips_only_for_an_editor_that_shows_them(start_editor: RunServer) -> None:
    for capabilities in (BARE, reading(tooltips=False)):
        editor = await start_editor(capabilities=capabilities)
        assert await links_of(editor, PROFILE) == {"user_oauth": (PROFILE_TOKENS, None)}


async def test_other_files_have_no_links(start_editor: RunServer) -> None:
    editor = await start_editor()
    project = editor.machine.cwd / "package.json"
    editor.open(project, read(editor.home(PROFILE)))
    assert await links_in(editor, project) == []
