"""Several workspace folders: each is a machine of its own, what they share is shown once."""

from __future__ import annotations

import json
from collections.abc import Mapping

import pytest
from lsprotocol import types

from tests.lsp.capabilities import capable
from tests.lsp.conftest import RunServer, with_version
from tests.lsp.editor import Editor, RequestRefusedError
from tests.lsp.places import PROFILE
from tests.lsp.wire import Message
from tests.machines import MadeUpMachine

INVALID_PARAMS = -32602
CLOUD = ".claude/settings.json"


def two_projects() -> MadeUpMachine:
    """In ``a`` nothing is set, in ``b`` Amazon Bedrock is switched on; the login pays elsewhere."""
    return with_version("2.1.330").with_files(
        {
            "a/package.json": "{}",
            f"b/{CLOUD}": json.dumps({"env": {"CLAUDE_CODE_USE_BEDROCK": "1"}}, indent=2),
        }
    )


def folder(editor: Editor, name: str) -> types.WorkspaceFolder:
    return types.WorkspaceFolder(editor.home(name).as_uri(), name)


async def change_folders(
    editor: Editor, added: tuple[str, ...] = (), removed: tuple[str, ...] = ()
) -> None:
    event = types.WorkspaceFoldersChangeEvent(
        added=[folder(editor, name) for name in added],
        removed=[folder(editor, name) for name in removed],
    )
    editor.workspace_did_change_workspace_folders(types.DidChangeWorkspaceFoldersParams(event))
    await editor.status()


def newest_statuses(editor: Editor) -> Mapping[str | None, str]:
    """The source in charge in each folder, as last told."""
    return {each["folder"]: each["route"]["source"] for each in editor.statuses}


@pytest.fixture
async def editor(start_editor: RunServer) -> Editor:
    editor = await start_editor(two_projects(), folders=["a", "b"])
    await editor.status()
    return editor


async def test_each_folder_has_its_own_status(editor: Editor) -> None:
    a, b = editor.home("a"), editor.home("b")
    assert newest_statuses(editor) == {a.as_uri(): "claude_ai_login", b.as_uri(): "cloud_provider"}

    async def source(**params: object) -> str:
        return (await editor.status(**params))["route"]["source"]

    assert await source() == "claude_ai_login"
    assert await source(folder=a.as_uri()) == "claude_ai_login"
    assert await source(folder=b.as_uri()) == "cloud_provider"
    assert await source(folder=b.as_uri() + "/") == "cloud_provider"
    inside = (b / "src/deep/file.json").as_uri()
    assert await source(textDocument=inside) == "cloud_provider"
    assert await source(textDocument={"uri": inside}) == "cloud_provider"
    assert await source(textDocument=editor.home(PROFILE).as_uri()) == "claude_ai_login"


@pytest.mark.parametrize(
    "params",
    [
        {"folder": "file:///nowhere"},
        {"folder": 7},
        {"folder": "untitled:x"},
        {"textDocument": 7},
        {"textDocument": "untitled:Untitled-1"},
    ],
)
async def test_a_folder_that_is_not_open_is_refused(
    editor: Editor, params: dict[str, object]
) -> None:
    with pytest.raises(RequestRefusedError) as refused:
        await editor.status(**params)
    assert refused.value.code == INVALID_PARAMS


async def test_findings_of_every_folder_are_shown_and_shared_ones_once(editor: Editor) -> None:
    [cloud] = editor.shown(editor.home("b", CLOUD))
    assert cloud["code"] == "cloud-provider-overrides-login"
    codes = editor.codes(editor.home(PROFILE))
    assert len(codes) == len(set(codes)) > 0


async def test_what_folders_take_seriously_differently_is_shown_as_seriously_as_it_is(
    start_editor: RunServer,
) -> None:
    """The profile pays in ``a``; in ``b``, where Bedrock pays, it is a mere leftover."""
    machine = with_version("2.1.146").with_files(
        {"b/.claude/settings.json": {"env": {"CLAUDE_CODE_USE_BEDROCK": "1"}}, "a/x.json": {}}
    )
    for order in (["a", "b"], ["b", "a"]):
        editor = await start_editor(machine, folders=order)
        await editor.status()
        alone = await start_editor(machine, folders=["a"])
        found, as_alone = (
            [(each["code"], each["severity"]) for each in it.shown(it.home(PROFILE))]
            for it in (editor, alone)
        )
        assert found == as_alone


async def test_a_fix_is_that_of_the_folder_the_file_belongs_to(editor: Editor) -> None:
    path = editor.home("b", CLOUD)
    text = editor.open(path)
    actions = await editor.actions(path, text, "CLAUDE_CODE_USE_BEDROCK")
    assert "bills Claude Max 20x" in actions[0]["title"]
    [change] = actions[0]["edit"]["documentChanges"]
    assert change["textDocument"]["uri"] == path.as_uri()


async def test_a_fix_is_resolved_for_the_folder_it_was_offered_for(
    start_editor: RunServer,
) -> None:
    can_resolve = capable(resolving=True)
    editor = await start_editor(two_projects(), can_resolve, folders=["a", "b"])
    path = editor.home("b", CLOUD)
    action, *_ = await editor.actions(path, editor.open(path), "CLAUDE_CODE_USE_BEDROCK")
    resolved = await editor.ask(types.CODE_ACTION_RESOLVE, action)

    assert path.as_uri() in json.dumps(resolved)


async def test_a_fix_in_a_file_of_no_folder_is_that_of_the_one_it_matters_most_to(
    start_editor: RunServer,
) -> None:
    """In ``b`` the profile pays, in ``a`` Bedrock does."""
    machine = with_version("2.1.146").with_files(
        {
            "a/.claude/settings.json": {"env": {"CLAUDE_CODE_USE_BEDROCK": "1"}},
            "b/x.json": {},
        }
    )
    editor = await start_editor(machine, folders=["a", "b"])
    path = editor.home(PROFILE)
    actions = await editor.actions(path, editor.open(path), '"organization_id"')
    assert any("bills Claude Max 20x" in each["title"] for each in actions)


async def test_folders_come_and_go(editor: Editor) -> None:
    path = editor.home("b", CLOUD)
    await change_folders(editor, removed=("b",))
    assert editor.shown(path) == []

    before = len(editor.statuses)
    await change_folders(editor, added=("b",))
    assert [each["code"] for each in editor.shown(path)] == ["cloud-provider-overrides-login"]
    assert [each["folder"] for each in editor.statuses[before:]] == [editor.home("b").as_uri()]

    await change_folders(editor, removed=("a", "b"))
    assert editor.statuses[-1]["folder"] is None
    assert editor.shown(path) == []


async def test_the_first_folder_is_the_next_one_when_it_goes(editor: Editor) -> None:
    await change_folders(editor, removed=("a",))
    assert (await editor.status())["route"]["source"] == "cloud_provider"


async def test_only_the_folder_whose_status_changed_is_told_of(editor: Editor) -> None:
    path = editor.home("b", CLOUD)
    before = len(editor.statuses)
    editor.open(path, "{}")
    await editor.status()

    assert [each["folder"] for each in editor.statuses[before:]] == [editor.home("b").as_uri()]
    assert newest_statuses(editor)[editor.home("b").as_uri()] == "claude_ai_login"


async def test_a_folder_that_is_no_local_one_does_no_harm(editor: Editor) -> None:
    remote = types.WorkspaceFolder("vscode-vfs://github/owner/name", "name")
    event = types.WorkspaceFoldersChangeEvent(added=[remote], removed=[])
    editor.workspace_did_change_workspace_folders(types.DidChangeWorkspaceFoldersParams(event))
    await editor.status()

    assert newest_statuses(editor)[remote.uri] == "claude_ai_login"


async def test_a_new_folder_is_watched_too(start_editor: RunServer) -> None:
    editor = await start_editor(two_projects(), capable(watching=True), folders=["a"])

    def registrations() -> list[Message]:
        return editor.told(types.CLIENT_REGISTER_CAPABILITY)

    await editor.wire.until(registrations)
    await change_folders(editor, added=("b",))
    await editor.wire.until(lambda: len(registrations()) == 2)

    assert _watched(registrations()[1]) > _watched(registrations()[0])
    assert editor.home("b/.claude").as_uri() in _watched(registrations()[1])
    [gone] = editor.told(types.CLIENT_UNREGISTER_CAPABILITY)
    assert gone["unregisterations"][0]["id"] == registrations()[0]["registrations"][0]["id"]


def _watched(registration: Message) -> set[str]:
    [watching] = registration["registrations"]
    return {each["globPattern"]["baseUri"] for each in watching["registerOptions"]["watchers"]}
