"""Fixes as an editor offers and applies them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import pytest
from lsprotocol import types

from tests.lsp.capabilities import BARE, capable
from tests.lsp.conftest import RunServer, with_version
from tests.lsp.editor import Editor, read
from tests.lsp.places import ACTIVE, LOGIN, PROFILE, PROFILE_TOKENS, STATE
from tests.lsp.texts import applied
from tests.lsp.wire import Message
from tests.machines import MadeUpMachine

CLEAR = "Clear the cached organization and sign-in of profile 'default': bills Claude Max 20x"
RETIRE = "Retire profile 'default' (rename it to default.json.off): bills Claude Max 20x"
ORGANIZATION = '"organization_id"'
HINT = 4
FIX_ALL = "source.fixAll.billingLens"


async def fixes(
    editor: Editor, path: Path, text: str, at: str, only: Sequence[str] | None = None
) -> list[Message]:
    """The code actions but the one that records what pays as intended."""
    actions = await editor.actions(path, text, at, only)
    return [it for it in actions if not it["title"].startswith("This is intended")]


async def test_each_fix_says_where_it_leads_and_one_is_preferred(start_editor: RunServer) -> None:
    editor = await start_editor()
    path = editor.home(PROFILE)
    text = editor.open(path)
    actions = await fixes(editor, path, text, ORGANIZATION)

    assert [(each["title"], each["kind"], each["isPreferred"]) for each in actions] == [
        (CLEAR, "quickfix", True),
        (RETIRE, "quickfix", False),
    ]
    shown = editor.shown(path)
    assert all(each["diagnostics"] == shown for each in actions)


async def test_applying_a_fix_clears_what_it_fixes(start_editor: RunServer) -> None:
    editor = await start_editor()
    path = editor.home(PROFILE)
    text = editor.open(path)
    version = editor.edit(path, ((0, 1), (0, 1), "\n"))
    text = text.replace("{", "{\n", 1)
    clear, _ = await fixes(editor, path, text, ORGANIZATION)
    [change] = clear["edit"]["documentChanges"]
    assert change["textDocument"] == {"uri": path.as_uri(), "version": version}

    fixed = applied(text, change["edits"])
    assert json.loads(fixed) == {"version": "1.0"}
    editor.edit(path, fixed)
    assert (await editor.status())["asExpected"] is True
    assert editor.shown(path) == []
    [leftover] = editor.shown(editor.home(PROFILE_TOKENS))
    assert leftover["severity"] == HINT
    assert await fixes(editor, path, fixed, "}") == []


async def test_a_file_is_renamed_only_by_an_editor_that_can(start_editor: RunServer) -> None:
    editor = await start_editor()
    path = editor.home(PROFILE)
    _, retire = await fixes(editor, path, read(path), ORGANIZATION)
    assert retire["edit"]["documentChanges"] == [
        {
            "kind": "rename",
            "oldUri": path.as_uri(),
            "newUri": path.as_uri() + ".off",
            "options": {"overwrite": False},
        }
    ]
    path.rename(path.with_name("default.json.off"))
    assert (await editor.status())["route"]["billing"] == "subscription"

    cannot = capable(operations=[types.ResourceOperationKind.Create])
    other = await start_editor(capabilities=cannot)
    path = other.home(PROFILE)
    actions = await fixes(other, path, read(path), ORGANIZATION)
    assert [(each["title"], each["isPreferred"]) for each in actions] == [(CLEAR, True)]


@pytest.mark.parametrize("capabilities", [BARE, capable(document_changes=False)])
async def test_an_editor_without_versions_gets_plain_changes(
    start_editor: RunServer, capabilities: types.ClientCapabilities
) -> None:
    editor = await start_editor(capabilities=capabilities)
    path = editor.home(PROFILE)
    spelled = path.as_uri().replace("default", "%64efault")
    text = editor.open_uri(spelled, read(path))
    [action] = await fixes(editor, path, text, ORGANIZATION)

    assert action["title"] == CLEAR
    assert action["edit"].keys() == {"changes"}
    assert action["edit"]["changes"].keys() == {spelled}
    fixed = applied(text, action["edit"]["changes"][spelled])
    assert json.loads(fixed) == {"version": "1.0"}


async def test_a_file_that_nobody_opened_is_edited_without_a_version(
    start_editor: RunServer,
) -> None:
    editor = await start_editor()
    path = editor.home(PROFILE)
    clear, _ = await fixes(editor, path, read(path), ORGANIZATION)
    [change] = clear["edit"]["documentChanges"]

    assert change["textDocument"] == {"uri": path.as_uri(), "version": None}


async def test_what_stands_on_the_disk_now_is_what_is_edited(start_editor: RunServer) -> None:
    """The file changed, and neither a watcher nor polling has told the server yet."""
    editor = await start_editor()
    path = editor.home(PROFILE)
    path.write_text("\n\n" + read(path))
    clear, _ = await fixes(editor, path, read(path), ORGANIZATION)
    [change] = clear["edit"]["documentChanges"]

    assert json.loads(applied(read(path), change["edits"])) == {"version": "1.0"}


ONLY: tuple[tuple[list[str] | None, list[str]], ...] = (
    (None, ["quickfix", "quickfix"]),
    ([], ["quickfix", "quickfix"]),
    (["quickfix"], ["quickfix", "quickfix"]),
    (["quickfix.other"], []),
    (["source"], [FIX_ALL]),
    (["source.fixAll"], [FIX_ALL]),
    ([FIX_ALL], [FIX_ALL]),
    (["source.fixAll.other"], []),
    (["source.fix"], []),
    (["refactor"], []),
    (["refactor", "source.fixAll"], [FIX_ALL]),
    ([""], ["quickfix", "quickfix", FIX_ALL]),
)


async def test_only_the_kinds_asked_for_are_offered(start_editor: RunServer) -> None:
    editor = await start_editor()
    path = editor.home(PROFILE)
    for only, kinds in ONLY:
        actions = await fixes(editor, path, read(path), ORGANIZATION, only)
        assert [each["kind"] for each in actions] == kinds, only


async def test_fix_all_applies_the_best_safe_fix_alone(start_editor: RunServer) -> None:
    editor = await start_editor()
    path = editor.home(PROFILE)
    text = editor.open(path)
    [action] = await fixes(editor, path, text, "{", ["source.fixAll"])

    [change] = action["edit"]["documentChanges"]
    assert json.loads(applied(text, change["edits"])) == {"version": "1.0"}


async def test_nothing_is_offered_elsewhere(start_editor: RunServer) -> None:
    editor = await start_editor()
    path = editor.home(PROFILE)

    assert await fixes(editor, path, read(path), '"version"') == []
    for name in (LOGIN, STATE):
        text = read(editor.home(name))
        assert await fixes(editor, editor.home(name), text, "{") == []
        assert await fixes(editor, editor.home(name), text, "{", ["source"]) == []
    assert await fixes(editor, editor.machine.cwd / "package.json", "{", "{", ["source"]) == []


async def test_leftovers_are_not_fixed_all_at_once(start_editor: RunServer) -> None:
    editor = await start_editor(with_version("2.1.330"))
    path = editor.home(PROFILE)

    assert await fixes(editor, path, read(path), ORGANIZATION, ["source"]) == []


async def test_a_broken_text_is_not_edited(start_editor: RunServer) -> None:
    editor = await start_editor()
    path = editor.home(PROFILE)
    editor.open(path)
    editor.edit(path, ((0, 1), (0, 1), " x"))
    text = read(path).replace("{", "{ x", 1)
    actions = await fixes(editor, path, text, ORGANIZATION)

    assert [each["title"] for each in actions] == [RETIRE]
    assert [each["kind"] for each in actions[0]["edit"]["documentChanges"]] == ["rename"]


async def test_another_profile_is_selected_in_a_new_file_or_in_the_one_there_is(
    start_editor: RunServer, machine: MadeUpMachine
) -> None:
    two = machine.with_files({PROFILE.replace("default", "work"): {"version": "1.0"}})
    editor = await start_editor(two)
    path, active = editor.home(PROFILE), editor.home(ACTIVE)
    actions = await fixes(editor, path, read(path), ORGANIZATION)
    [select] = [each for each in actions if each["title"].startswith("Select profile 'work'")]
    created, filled = select["edit"]["documentChanges"]
    assert created == {"kind": "create", "uri": active.as_uri()}
    assert filled["textDocument"]["uri"] == active.as_uri()
    assert applied("", filled["edits"]) == "work\n"

    active.write_text("default")
    actions = await fixes(editor, path, read(path), ORGANIZATION)
    [select] = [each for each in actions if each["title"].startswith("Select profile 'work'")]
    [filled] = select["edit"]["documentChanges"]
    assert applied("default", filled["edits"]) == "work\n"
