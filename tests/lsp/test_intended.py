"""The code action that records what pays as expected, instead of silencing a finding."""

from __future__ import annotations

from typing import Any

from tomlkit import parse

from tests.lsp.capabilities import BARE, capable
from tests.lsp.conftest import RunServer, with_version
from tests.lsp.editor import read
from tests.lsp.places import PROFILE
from tests.lsp.texts import applied
from tests.machines import CONSOLE_ORGANIZATION

CONFIG = ".config/billing-lens/config.toml"
CAN_BE_ASKED = capable(configuration=True)
ORGANIZATION = '"organization_id"'
TITLE = "This is intended: expect API usage (organization 2222…) from now on"


def intended(actions: list[dict[str, Any]]) -> dict[str, Any]:
    (action,) = [it for it in actions if it["title"].startswith("This is intended")]
    return action


async def test_it_is_the_last_choice_and_records_who_pays(start_editor: RunServer) -> None:
    editor = await start_editor()
    path = editor.home(PROFILE)

    action = (await editor.actions(path, read(path), ORGANIZATION))[-1]

    assert action["title"] == TITLE
    assert not action.get("isPreferred")
    create, change = action["edit"]["documentChanges"]
    assert create["kind"] == "create"
    assert create["uri"] == change["textDocument"]["uri"] == editor.home(CONFIG).as_uri()
    assert parse(change["edits"][0]["newText"]).unwrap() == {
        "expected": {"billing": "api_usage", "organization": CONSOLE_ORGANIZATION}
    }


async def test_once_saved_nothing_is_wrong_any_more(start_editor: RunServer) -> None:
    editor = await start_editor()
    path = editor.home(PROFILE)
    action = intended(await editor.actions(path, read(path), ORGANIZATION))
    config = editor.home(CONFIG)
    config.parent.mkdir(parents=True)

    config.write_text(action["edit"]["documentChanges"][1]["edits"][0]["newText"])

    status = await editor.status()
    assert status["asExpected"] is True
    assert status["expected"]["from"] == "your config.toml"
    assert "profile-overrides-login" not in editor.codes(path)


async def test_comments_and_other_sections_are_kept(start_editor: RunServer) -> None:
    rules = '# mine\n[rules]\norganization-changed = "off" # known\n'
    text = f'{rules}\n[expected]\nbilling = "subscription"\n'
    editor = await start_editor(with_version("2.1.146").with_files({CONFIG: text}))
    path = editor.home(PROFILE)

    action = intended(await editor.actions(path, read(path), ORGANIZATION))

    (change,) = action["edit"]["documentChanges"]
    after = applied(text, change["edits"])
    assert after.startswith(text.partition("billing")[0])
    assert parse(after).unwrap()["expected"]["organization"] == CONSOLE_ORGANIZATION


async def test_an_editor_that_cannot_create_files_is_not_offered_it(
    start_editor: RunServer,
) -> None:
    editor = await start_editor(capabilities=BARE)
    path = editor.home(PROFILE)

    actions = await editor.actions(path, read(path), ORGANIZATION)

    assert not [it for it in actions if it["title"].startswith("This is intended")]


async def test_where_all_is_as_expected_it_is_not_offered(start_editor: RunServer) -> None:
    editor = await start_editor(with_version("2.1.330"))
    path = editor.home(PROFILE)

    actions = await editor.actions(path, read(path), ORGANIZATION)

    assert not [it for it in actions if it["title"].startswith("This is intended")]


async def test_the_editors_settings_can_switch_a_rule_off(start_editor: RunServer) -> None:
    editor = await start_editor(
        capabilities=CAN_BE_ASKED, settings={"rules": {"profile-overrides-login": "off"}}
    )

    assert "profile-overrides-login" not in editor.codes(editor.home(PROFILE))
