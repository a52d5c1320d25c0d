"""What stands above each config file: what it does, and a way to ask why."""

from __future__ import annotations

from lsprotocol import types

from tests.lsp.conftest import RunServer, with_version
from tests.lsp.in_text import lenses_of
from tests.lsp.places import ACTIVE, LOGIN, PROFILE, PROFILE_TOKENS, SETTINGS, STATE

SHOW = "billingLens.showRoute"
EXPLAIN = "billingLens.server.explain"
ANNOUNCED = {"commands": [SHOW]}
API_USAGE = "In charge: API usage (organization 2222…)"
FIRST = {"start": {"line": 0, "character": 0}, "end": {"line": 0, "character": 0}}


async def test_each_file_says_what_it_does(start_editor: RunServer) -> None:
    editor = await start_editor(options=ANNOUNCED)
    editor.open(editor.home(ACTIVE), "default\n", "plaintext")
    for name, title in (
        (PROFILE, API_USAGE),
        (PROFILE_TOKENS, API_USAGE),
        (ACTIVE, API_USAGE),
        (LOGIN, "Not used: The profile 'default' comes first"),
        (STATE, "Decides nothing here"),
    ):
        lenses = await lenses_of(editor, editor.home(name))
        assert [lens["range"] for lens in lenses] == [FIRST, FIRST]
        assert [lens["command"] for lens in lenses] == [
            {"title": title, "command": SHOW},
            {"title": "Why?", "command": SHOW},
        ]


async def test_it_changes_with_the_unsaved_text(start_editor: RunServer) -> None:
    editor = await start_editor(with_version("2.1.330"), options=ANNOUNCED)
    path = editor.home(SETTINGS)
    editor.open(path, "{}")
    assert (await lenses_of(editor, path))[0]["command"]["title"] == "Decides nothing here"
    editor.edit(path, '{"env": {"CLAUDE_CODE_USE_BEDROCK": "1"}}')
    assert (await lenses_of(editor, path))[0]["command"]["title"] == "In charge: Amazon Bedrock"


async def test_an_editor_without_the_command_runs_the_server_s_own(
    start_editor: RunServer,
) -> None:
    editor = await start_editor()
    lenses = await lenses_of(editor, editor.home(PROFILE))
    assert {lens["command"]["command"] for lens in lenses} == {EXPLAIN}

    await editor.ask(types.WORKSPACE_EXECUTE_COMMAND, types.ExecuteCommandParams(EXPLAIN))
    [message] = editor.told(types.WINDOW_SHOW_MESSAGE)
    assert message["type"] == types.MessageType.Info
    assert message["message"] == (
        "Claude Code: bills API usage (organization 2222…). "
        "The profile 'default' of the ant CLI is active. "
        "This is not as expected (from your Claude Max login)."
    )


async def test_the_editor_s_command_counts_only_where_it_announces_it(
    start_editor: RunServer,
) -> None:
    for options in ({"commands": "all"}, {"commands": ["other"]}, {"commands": None}, [SHOW]):
        editor = await start_editor(options=options)
        lenses = await lenses_of(editor, editor.home(PROFILE))
        assert {lens["command"]["command"] for lens in lenses} == {EXPLAIN}


async def test_other_files_have_none(start_editor: RunServer) -> None:
    editor = await start_editor(options=ANNOUNCED)
    project = editor.machine.cwd / "package.json"
    editor.open(project, "{}")
    assert await lenses_of(editor, project) == []
    assert await lenses_of(editor, editor.home(SETTINGS)) == []
    for path, text in (
        (editor.machine.cwd / "docker-compose.yml", "services: {}\n"),
        (editor.home(".config/Code/User/settings.json"), '{"editor.fontSize": 14}'),
    ):
        editor.open(path, text)
        assert await lenses_of(editor, path) == []
