"""The commands that editors call: the best fix of all, and a question to the real program."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path

import pytest
from lsprotocol import types

from tests.lsp.capabilities import BARE, capable, everything
from tests.lsp.conftest import RunServer, with_version
from tests.lsp.editor import Editor, RequestRefusedError, read
from tests.lsp.places import PROFILE
from tests.lsp.texts import applied
from tests.lsp.waiting import PATIENCE_S, until
from tests.lsp.wire import Message
from tests.machines import CANARY, MadeUpMachine

FIX_ALL, VERIFY = "billingLens.server.fixAll", "billingLens.server.verify"
CLEAR = "Clear the cached organization and sign-in of profile 'default': bills Claude Max 20x"
INVALID_PARAMS = -32602
CONFIRMED = {"confirmed": True}


def applies(editor: Editor) -> list[types.WorkspaceEdit]:
    """Let the editor write what it is asked to apply to the disk; what it was asked so far."""
    asked: list[types.WorkspaceEdit] = []

    def apply(edit: types.WorkspaceEdit) -> bool:
        asked.append(edit)
        path = editor.home(PROFILE)
        path.write_text(applied(read(path), _edits(editor)))
        return True

    editor.apply = apply
    return asked


def _edits(editor: Editor) -> list[Message]:
    edit = editor.told(types.WORKSPACE_APPLY_EDIT)[-1]["edit"]
    if "changes" in edit:
        [edits] = edit["changes"].values()
        return edits
    [change] = edit["documentChanges"]
    return change["edits"]


async def test_the_commands_are_announced(run_server: RunServer, machine: MadeUpMachine) -> None:
    editor = await run_server(machine)
    result = await editor.greet(capable())
    offered = result.capabilities.execute_command_provider
    assert offered
    assert {FIX_ALL, VERIFY} <= {*offered.commands}


async def test_an_unknown_command_is_refused(start_editor: RunServer) -> None:
    editor = await start_editor()
    with pytest.raises(RequestRefusedError) as refused:
        await editor.execute("billingLens.server.other")
    assert refused.value.code == INVALID_PARAMS


WITH_A_COMMAND = """
from billing_lens.lsp import server

make_server = server.make_server

def make_server_with_a_command():
    made = make_server()
    made.command("test/greet")(lambda name: f"Hello {name}")
    return made

server.make_server = make_server_with_a_command
raise SystemExit(server.serve())
"""


async def test_a_feature_s_own_command_gets_its_arguments(
    run_server: RunServer, machine: MadeUpMachine
) -> None:
    editor = await run_server(machine, sys.executable, "-c", WITH_A_COMMAND)
    await editor.greet(capable())

    assert await editor.ask(types.WORKSPACE_EXECUTE_COMMAND, greeting("Dev")) == "Hello Dev"


def greeting(name: str) -> dict[str, object]:
    return {"command": "test/greet", "arguments": [name]}


async def test_fix_all_has_the_best_fix_applied_once_the_user_confirms(
    start_editor: RunServer,
) -> None:
    editor = await start_editor(capabilities=capable(applying=True, annotations=True))
    [asked] = [applies(editor)]
    result = await editor.execute(FIX_ALL)

    assert result == {"applied": True, "title": CLEAR, "remaining": 0}
    [request] = editor.told(types.WORKSPACE_APPLY_EDIT)
    assert len(asked) == 1
    assert request["label"] == CLEAR
    [(annotation, shown)] = request["edit"]["changeAnnotations"].items()
    assert shown == {"label": CLEAR, "needsConfirmation": True}
    assert {each["annotationId"] for each in _edits(editor)} == {annotation}
    assert (await editor.status())["asExpected"] is True


PATIENT = f"""
from billing_lens.lsp import commands, server

assert commands.ANNOUNCED_SECONDS
commands.ANNOUNCED_SECONDS = {PATIENCE_S}
raise SystemExit(server.serve())
"""


async def test_fix_all_counts_what_remains_where_the_editor_answers_before_it_applies(
    run_server: RunServer, machine: MadeUpMachine
) -> None:
    editor = await run_server(machine, sys.executable, "-c", PATIENT)
    await editor.greet(everything())
    applies(editor)
    apply_now = editor.apply

    def apply_late(edit: types.WorkspaceEdit) -> bool:
        asyncio.get_running_loop().call_later(0.2, apply_now, edit)
        return True

    editor.apply = apply_late
    assert (await editor.execute(FIX_ALL))["remaining"] == 0


async def test_a_file_is_renamed_only_once_the_user_confirms(start_editor: RunServer) -> None:
    """The profile's text is broken: only renaming it aside can help."""
    editor = await start_editor(capabilities=capable(applying=True, annotations=True))
    path = editor.home(PROFILE)
    editor.open(path)
    editor.edit(path, ((0, 1), (0, 1), " x"))
    result = await editor.execute(FIX_ALL)

    assert result["applied"] is False
    assert result["title"].startswith("Retire profile 'default'")
    [request] = editor.told(types.WORKSPACE_APPLY_EDIT)
    [renamed] = request["edit"]["documentChanges"]
    assert renamed["kind"] == "rename"
    assert renamed["annotationId"] in request["edit"]["changeAnnotations"]


@pytest.mark.parametrize("document_changes", [True, False])
async def test_fix_all_sends_plain_edits_to_an_editor_without_annotations(
    start_editor: RunServer, document_changes: bool
) -> None:
    can = capable(
        applying=True, annotations=not document_changes, document_changes=document_changes
    )
    editor = await start_editor(capabilities=can)
    applies(editor)
    assert (await editor.execute(FIX_ALL))["applied"] is True

    [request] = editor.told(types.WORKSPACE_APPLY_EDIT)
    assert "changeAnnotations" not in request["edit"]
    assert all("annotationId" not in each for each in _edits(editor))


async def test_fix_all_says_what_is_left_when_the_user_declines(start_editor: RunServer) -> None:
    editor = await start_editor(capabilities=everything())
    editor.apply = lambda edit: False
    serious = sum(each["severity"] != "hint" for each in (await editor.status())["findings"])

    assert await editor.execute(FIX_ALL) == {
        "applied": False,
        "title": CLEAR,
        "remaining": serious,
    }


async def test_fix_all_has_nothing_to_do_where_nothing_is_wrong(start_editor: RunServer) -> None:
    editor = await start_editor(with_version("2.1.330"), everything())

    assert await editor.execute(FIX_ALL) == {"applied": False, "title": None, "remaining": 0}
    assert editor.told(types.WORKSPACE_APPLY_EDIT) == []


async def test_fix_all_of_several_folders_fixes_the_first_that_needs_it(
    start_editor: RunServer,
) -> None:
    settings = {"env": {"CLAUDE_CODE_USE_BEDROCK": "1"}}
    machine = with_version("2.1.330").with_files(
        {"a/x.json": {}, "b/.claude/settings.json": settings}
    )
    editor = await start_editor(machine, everything(), folders=["a", "b"])
    result = await editor.execute(FIX_ALL)

    assert result["remaining"] > 0
    [request] = editor.told(types.WORKSPACE_APPLY_EDIT)
    [change] = request["edit"]["documentChanges"]
    assert change["textDocument"]["uri"].endswith("/b/.claude/settings.json")


async def test_an_editor_that_applies_nothing_is_not_asked_to(start_editor: RunServer) -> None:
    editor = await start_editor(capabilities=BARE)
    result = await editor.execute(FIX_ALL)

    assert (result["applied"], result["title"]) == (False, CLEAR)
    assert editor.told(types.WORKSPACE_APPLY_EDIT) == []


ASKED_WRONGLY: tuple[tuple[object, ...], ...] = (
    (),
    ({},),
    ({"confirmed": "yes"},),
    ({"confirmed": 1},),
    (True,),
    (None,),
)


@pytest.mark.parametrize("arguments", ASKED_WRONGLY)
async def test_nothing_is_run_that_the_user_did_not_confirm(
    run_server: RunServer,
    machine: MadeUpMachine,
    tmp_path: Path,
    arguments: tuple[object, ...],
) -> None:
    editor = await run_with(run_server, machine, program(tmp_path, ': > "$HOME/ran"'))
    await editor.greet(capable())
    with pytest.raises(RequestRefusedError) as refused:
        await editor.execute(VERIFY, *arguments)

    assert refused.value.code == INVALID_PARAMS
    assert not editor.home("ran").exists()


def program(folder: Path, script: str) -> Path:
    """A folder with a program named ``claude`` that goes wrong in a way the real one rarely does.

    How the real one answers is tested in tests/claude_code.
    """
    path = folder / "bin" / "claude"
    path.parent.mkdir()
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return path.parent


async def run_with(run_server: RunServer, machine: MadeUpMachine, search_path: Path) -> Editor:
    return await run_server(machine, search_path=f"{search_path}:/bin:/usr/bin")


async def test_without_the_program_there_is_no_answer(start_editor: RunServer) -> None:
    editor = await start_editor(capabilities=everything())
    result = await editor.execute(VERIFY, CONFIRMED)

    assert result["agreement"] == "no answer"
    assert "not found on PATH" in result["text"]
    assert editor.told(types.PROGRESS)[-1]["value"]["kind"] == "end"


@pytest.mark.parametrize(
    ("script", "why"),
    [
        ("echo no JSON; exit 3", "exit code 3"),
        (f"echo 'bad key sk-ant-oat01-login-{CANARY}' >&2; exit 1", "bad key ••••"),
        ("echo '[]'", "exit code 0"),
        ("kill -9 $$", "exit code -9"),
    ],
)
async def test_an_answer_that_is_none_says_why_and_gives_no_secret_away(
    run_server: RunServer, machine: MadeUpMachine, tmp_path: Path, script: str, why: str
) -> None:
    editor = await run_with(run_server, machine, program(tmp_path, script))
    await editor.greet(capable())
    result = await editor.execute(VERIFY, CONFIRMED)

    assert result["agreement"] == "no answer"
    assert why in result["text"]


async def test_a_program_that_cannot_be_run_is_no_answer(
    run_server: RunServer, machine: MadeUpMachine, tmp_path: Path
) -> None:
    folder = program(tmp_path, "")
    (folder / "claude").write_text("#!/nowhere/sh\n")
    editor = await run_with(run_server, machine, folder)
    await editor.greet(capable())

    assert "cannot be run" in (await editor.execute(VERIFY, CONFIRMED))["text"]


HANGS = 'echo $$ > "$HOME/pid"; sleep 60 & wait'


async def hanging(run_server: RunServer, machine: MadeUpMachine, tmp_path: Path) -> Editor:
    """An editor on a machine whose program does not come to an end."""
    editor = await run_with(run_server, machine, program(tmp_path, HANGS))
    await editor.greet(everything())
    return editor


async def begin(editor: Editor, **more: object) -> int:
    """Start to verify; the process id of the program once it runs."""
    params = {"command": VERIFY, "arguments": [CONFIRMED], **more}
    method = types.WORKSPACE_EXECUTE_COMMAND
    editor.say({"jsonrpc": "2.0", "id": "v", "method": method, "params": params})
    file = editor.home("pid")
    await until(lambda: file.exists() and file.read_text().endswith("\n"), "the program runs")
    return int(file.read_text())


async def gone(pid: int) -> None:
    """Wait until the program and what it started have ended."""

    def ended() -> bool:
        try:
            os.killpg(pid, 0)
        except ProcessLookupError:
            return True
        return False

    await until(ended, "the program has ended")


async def test_other_requests_are_answered_meanwhile(
    run_server: RunServer, machine: MadeUpMachine, tmp_path: Path
) -> None:
    editor = await hanging(run_server, machine, tmp_path)
    await begin(editor)
    editor.home(PROFILE).unlink()

    assert (await editor.status())["route"]["billing"] == "subscription"
    assert await editor.leave() == 0


async def test_a_cancelled_request_ends_the_program(
    run_server: RunServer, machine: MadeUpMachine, tmp_path: Path
) -> None:
    editor = await hanging(run_server, machine, tmp_path)
    pid = await begin(editor)
    editor.cancel_request(types.CancelParams("v"))
    with pytest.raises(RequestRefusedError) as refused:
        await editor.answer("v")

    assert refused.value.code == types.LSPErrorCodes.RequestCancelled
    await gone(pid)
    await editor.status()
    assert [each["value"]["kind"] for each in editor.told(types.PROGRESS)] == ["begin", "end"]


@pytest.mark.parametrize("token", [None, "the editor's own", 7])
async def test_cancelling_what_is_shown_as_progress_ends_the_program(
    run_server: RunServer, machine: MadeUpMachine, tmp_path: Path, token: str | int | None
) -> None:
    editor = await hanging(run_server, machine, tmp_path)
    pid = await begin(editor, **({"workDoneToken": token} if token else {}))
    await editor.wire.until(lambda: editor.told(types.PROGRESS))
    [shown] = editor.told(types.PROGRESS)
    assert shown["value"]["cancellable"] is True
    assert bool(editor.told(types.WINDOW_WORK_DONE_PROGRESS_CREATE)) is (token is None)
    assert token in (None, shown["token"])
    editor.window_work_done_progress_cancel(types.WorkDoneProgressCancelParams(shown["token"]))
    with pytest.raises(RequestRefusedError) as refused:
        await editor.answer("v")

    assert refused.value.code == types.LSPErrorCodes.RequestCancelled
    await gone(pid)


async def test_the_program_ends_with_the_server(
    run_server: RunServer, machine: MadeUpMachine, tmp_path: Path
) -> None:
    editor = await hanging(run_server, machine, tmp_path)
    pid = await begin(editor)
    await editor.leave()

    await gone(pid)


async def test_an_editor_that_shows_no_progress_gets_none(
    run_server: RunServer, machine: MadeUpMachine, tmp_path: Path
) -> None:
    editor = await run_with(run_server, machine, program(tmp_path, "echo '[]'"))
    await editor.greet(capable(progress=False))
    await editor.execute(VERIFY, CONFIRMED)

    assert editor.told(types.WINDOW_WORK_DONE_PROGRESS_CREATE) == []
    assert editor.told(types.PROGRESS) == []


async def test_an_exit_right_behind_shutdown_waits_for_what_has_to_end_first(
    run_server: RunServer, machine: MadeUpMachine, tmp_path: Path
) -> None:
    """The input stays open, so whoever waits for more of it must not hold up the end."""
    editor = await hanging(run_server, machine, tmp_path)
    pid = await begin(editor)
    editor.say({"jsonrpc": "2.0", "id": "s", "method": types.SHUTDOWN})
    editor.say({"jsonrpc": "2.0", "method": types.EXIT})

    assert await editor.answer("s") is None
    assert await editor.ended() == 0
    await gone(pid)
