"""Changes outside the editor: noticed by watching where the editor can, and by polling."""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from lsprotocol import types

from tests.files import replace
from tests.lsp.capabilities import capable
from tests.lsp.conftest import RunServer
from tests.lsp.editor import read
from tests.lsp.places import ACTIVE, LOGIN, PROFILE, PROFILE_TOKENS, SETTINGS, STATE
from tests.machines import MadeUpMachine

SOON = 1.5
"""Seconds within which a change on the disk is to be seen where nobody watches."""
WITHOUT_POLLING = """
from billing_lens.lsp import language_server

assert language_server.POLL_SECONDS
language_server.POLL_SECONDS = 3600

from billing_lens.lsp import server

raise SystemExit(server.serve())
"""

REGISTERED = types.CLIENT_REGISTER_CAPABILITY


async def test_a_change_on_the_disk_is_seen_without_a_watcher(start_editor: RunServer) -> None:
    editor = await start_editor()
    profile, active = editor.home(PROFILE), editor.home(ACTIVE)
    text, both = read(profile), editor.codes(profile)
    took: list[float] = []

    async def assert_seen(payer: str, codes: list[str]) -> None:
        statuses, start = len(editor.statuses), time.monotonic()
        await editor.wire.until(lambda: editor.payer == payer)
        took.append(time.monotonic() - start)
        await editor.status()
        assert editor.codes(profile) == codes
        assert len(editor.statuses) == statuses + 1

    replace(profile, "{}")
    await assert_seen("subscription", [])
    replace(profile, text)
    await assert_seen("api_usage", both)
    profile.unlink()
    await assert_seen("subscription", [])
    replace(profile, text)
    await assert_seen("api_usage", both)
    replace(active, "gone\n")
    await assert_seen("subscription", ["organization-conflict"])
    active.unlink()
    await assert_seen("api_usage", both)
    profile.parent.parent.rename(editor.home("elsewhere"))
    await assert_seen("subscription", [])
    assert editor.told(REGISTERED) == []
    assert min(took) < SOON  # the others may have met a busy machine


async def test_a_profile_in_a_folder_that_was_not_there_is_seen(
    start_editor: RunServer, machine: MadeUpMachine
) -> None:
    without = machine.without(PROFILE, PROFILE_TOKENS)
    editor = await start_editor(without)
    assert editor.payer == "subscription"
    for name in (PROFILE, PROFILE_TOKENS):
        editor.home(name).parent.mkdir(parents=True)
        editor.home(name).write_text(json.dumps(machine.files[name]))
        editor.home(name).chmod(0o600)
    await editor.wire.until(lambda: editor.payer == "api_usage")

    assert "profile-overrides-login" in editor.codes(editor.home(PROFILE))


async def test_a_variable_in_the_project_s_settings_counts_for_the_open_folder(
    start_editor: RunServer, machine: MadeUpMachine
) -> None:
    editor = await start_editor(machine.without(PROFILE, PROFILE_TOKENS), folder=None)
    folder = editor.home("elsewhere")
    (folder / ".claude").mkdir(parents=True)
    settings = {"env": {"ANTHROPIC_AUTH_TOKEN": "made-up"}}
    (folder / ".claude/settings.json").write_text(json.dumps(settings))
    added = types.WorkspaceFolder(folder.as_uri(), "elsewhere")
    event = types.WorkspaceFoldersChangeEvent(added=[added], removed=[])
    editor.workspace_did_change_workspace_folders(types.DidChangeWorkspaceFoldersParams(event))

    assert (await editor.status())["route"]["source"] == "auth_token"


def patterns(registration: Mapping[str, Any]) -> set[tuple[str, str]]:
    [watching] = registration["registrations"]
    assert watching["method"] == types.WORKSPACE_DID_CHANGE_WATCHED_FILES
    globs = [watcher["globPattern"] for watcher in watching["registerOptions"]["watchers"]]
    return {(each["baseUri"], each["pattern"]) for each in globs}


async def test_folders_outside_the_workspace_are_watched_by_relative_patterns(
    start_editor: RunServer,
) -> None:
    editor = await start_editor(capabilities=capable(watching=True))
    await editor.wire.until(lambda: editor.told(REGISTERED))

    [registration] = editor.told(REGISTERED)
    watched = patterns(registration)
    assert (editor.home(".config/anthropic/configs").as_uri(), "*") in watched
    assert (editor.home(".config/anthropic/credentials").as_uri(), "*") in watched
    assert (editor.home(".config/anthropic").as_uri(), "*") in watched
    assert (editor.home(".claude").as_uri(), "*") in watched
    at_home = {pattern for base, pattern in watched if base == editor.machine.home.as_uri()}
    assert at_home == {STATE}


async def test_what_the_editor_saw_change_is_looked_at_at_once(
    run_server: RunServer, machine: MadeUpMachine
) -> None:
    editor = await run_server(machine, sys.executable, "-c", WITHOUT_POLLING)
    await editor.greet(capable(watching=True))
    editor.home(PROFILE).unlink()
    event = types.FileEvent(editor.home(PROFILE).as_uri(), types.FileChangeType.Deleted)
    editor.workspace_did_change_watched_files(types.DidChangeWatchedFilesParams([event]))

    await editor.wire.until(lambda: editor.payer == "subscription")


async def test_an_editor_that_refuses_to_watch_still_learns_of_changes(
    run_server: RunServer, machine: MadeUpMachine
) -> None:
    editor = await run_server(machine)
    editor.refuses = {types.CLIENT_REGISTER_CAPABILITY}
    await editor.greet(capable(watching=True))
    editor.home(PROFILE).unlink()
    await editor.wire.until(lambda: editor.payer == "subscription")

    assert "WARNING The client does not watch files" in editor.take_log()


async def test_an_open_document_is_not_looked_through_when_the_disk_changes(
    start_editor: RunServer,
) -> None:
    """Unsaved text stands until the editor says otherwise."""
    editor = await start_editor()
    editor.open(editor.home(PROFILE), "{}")
    await editor.wire.until(lambda: editor.payer == "subscription")
    replace(editor.home(PROFILE), read(editor.home(PROFILE)) + "\n")

    assert (await editor.status())["route"]["billing"] == "subscription"
    assert len(editor.statuses) == 2


STRANGE: Mapping[str, Callable[[Path], object]] = {
    "pipe": os.mkfifo,
    "directory": Path.mkdir,
    "dangling link": lambda path: path.symlink_to("nowhere"),
    "link to itself": lambda path: path.symlink_to(path.name),
    "not UTF-8": lambda path: path.write_bytes(b'{"\xff\xfe": 1}'),
    "empty": Path.touch,
}


UNMARKED: Mapping[str, set[str]] = {
    "dangling link": {SETTINGS},
    "not UTF-8": {ACTIVE},
    "empty": {ACTIVE},
}
"""A selection is plain text and may be empty; a settings file that is not there may be so."""


async def test_what_is_no_file_is_said_to_be_none_and_never_waited_for(
    start_editor: RunServer,
) -> None:
    """Each in turn in the place of each kind of file, while the server runs."""
    editor = await start_editor()
    names = (STATE, LOGIN, PROFILE, ACTIVE, SETTINGS)
    for what, make in STRANGE.items():
        for path in map(editor.home, names):
            if path.is_dir() and not path.is_symlink():
                path.rmdir()
            else:
                path.unlink(missing_ok=True)
            make(path)
        await editor.status()
        marked = {name for name in names if editor.shown(editor.home(name))}
        assert marked == {*names} - UNMARKED.get(what, set()), what


async def test_a_home_whose_name_is_no_utf_8_is_no_obstacle(
    start_editor: RunServer, machine: MadeUpMachine, tmp_path: Path
) -> None:
    broken = machine.without(STATE).with_files({LOGIN: "{"})
    editor = await start_editor(broken, at=tmp_path / os.fsdecode(b"\xff"))
    [publication] = editor.publications()
    assert publication["uri"].endswith(f"/%FF/home/{LOGIN}")

    editor.open(editor.home(PROFILE), "{")
    await editor.status()
    assert editor.codes(editor.home(PROFILE)) == ["invalid-config"]


async def test_a_file_that_comes_and_goes_does_no_harm(start_editor: RunServer) -> None:
    editor = await start_editor()
    path, text = editor.home(PROFILE), read(editor.home(PROFILE))
    for _ in range(50):
        path.unlink()
        editor.text_document_did_save(
            types.DidSaveTextDocumentParams(types.TextDocumentIdentifier(path.as_uri()))
        )
        path.write_text(text)
    await editor.status()

    assert "profile-overrides-login" in editor.codes(path)
