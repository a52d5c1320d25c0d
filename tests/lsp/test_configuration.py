"""The user's settings: pulled, pushed, given at the start, refused, or nonsense."""

from __future__ import annotations

import asyncio
from typing import Any, cast

from lsprotocol import types
from pygls.exceptions import JsonRpcException

from tests.lsp.capabilities import capable
from tests.lsp.conftest import RunServer
from tests.lsp.editor import Editor
from tests.lsp.places import PROFILE
from tests.machines import CONSOLE_ORGANIZATION

CLIENT_REGISTERS = types.CLIENT_REGISTER_CAPABILITY
API_USAGE = {"expected": {"billing": "api_usage"}}
CAN_BE_ASKED = capable(configuration=True)

NONSENSE: tuple[Any, ...] = (
    *(7, "api_usage", [], {}, True, {"expected": None}, {"expected": []}),
    *[{"expected": {"billing": each}} for each in cast("Any", ([], {}, 1, None, "", "none"))],
    *[{"expected": {"organization": each}} for each in cast("Any", ([], {}, 1, None, "", " "))],
    *[{"mode": each} for each in cast("Any", ([], {}, 1, None, "", "both"))],
)


def push(editor: Editor, settings: object) -> None:
    params = types.DidChangeConfigurationParams(cast("Any", settings))
    editor.workspace_did_change_configuration(params)


async def test_settings_are_asked_for_before_anything_is_marked(start_editor: RunServer) -> None:
    editor = await start_editor(capabilities=CAN_BE_ASKED, settings=API_USAGE)
    status = await editor.status()

    [params] = editor.told(types.WORKSPACE_CONFIGURATION)
    assert params == {"items": [{"section": "billingLens"}]}
    assert status["asExpected"] is True
    assert status["expected"]["billing"] == "api_usage"
    assert editor.publications() == []


async def test_changed_settings_are_asked_for_again(start_editor: RunServer) -> None:
    editor = await start_editor(capabilities=CAN_BE_ASKED, settings={})
    path = editor.home(PROFILE)
    assert "profile-overrides-login" in editor.codes(path)

    editor.settings = {**API_USAGE, "mode": "headless"}
    push(editor, None)
    await editor.wire.until(lambda: editor.statuses[-1]["asExpected"])
    assert editor.statuses[-1]["mode"] == "headless"
    assert editor.shown(path) == []

    editor.settings = {"expected": {"organization": CONSOLE_ORGANIZATION}}
    push(editor, None)
    await editor.wire.until(lambda: editor.statuses[-1]["mode"] == "interactive")
    assert editor.statuses[-1]["expected"]["organization"] == {"id": CONSOLE_ORGANIZATION}


async def test_settings_are_taken_from_an_editor_that_cannot_be_asked(
    start_editor: RunServer,
) -> None:
    editor = await start_editor(options=API_USAGE)
    assert (await editor.status())["asExpected"] is True

    push(editor, {"billingLens": {"expected": {"billing": "subscription"}}})
    assert (await editor.status())["asExpected"] is False
    push(editor, {"billingLens": {"expected": {"billing": "any"}}})
    assert (await editor.status())["asExpected"] is None
    push(editor, None)
    push(editor, {"editor": {}})
    assert (await editor.status())["asExpected"] is None
    assert editor.told(types.WORKSPACE_CONFIGURATION) == []


async def test_nonsense_counts_as_not_set(start_editor: RunServer) -> None:
    editor = await start_editor(options=7)
    inferred = await editor.status()
    assert inferred["asExpected"] is False
    for settings in NONSENSE:
        push(editor, {"billingLens": settings})
        assert await editor.status() == inferred, settings


async def test_without_an_answer_the_settings_are_the_default_ones(
    start_editor: RunServer,
) -> None:
    """No settings at all, an error, and no answer ever; changes are then seen all the same."""
    for settings in (None, JsonRpcException("Not here."), asyncio.Event()):
        can_watch_too = capable(configuration=True, watching=True)
        editor = await start_editor(capabilities=can_watch_too, settings=settings)
        assert editor.payer == "api_usage"
        await editor.wire.until(lambda editor=editor: editor.told(CLIENT_REGISTERS))
        editor.home(PROFILE).unlink()
        await editor.wire.until(lambda editor=editor: editor.payer == "subscription")
        log = editor.take_log()
        assert ("does not tell its settings" in log) is not isinstance(settings, asyncio.Event)
        if isinstance(settings, asyncio.Event):
            settings.set()
