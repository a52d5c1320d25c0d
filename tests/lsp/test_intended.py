"""The code action that records what pays as expected, instead of silencing a finding."""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast

from lsprotocol import types
from tomlkit import parse

from tests.lsp.capabilities import BARE, capable
from tests.lsp.conftest import RunServer, with_version
from tests.lsp.editor import Editor, read
from tests.lsp.places import PROFILE, PROFILE_TOKENS
from tests.lsp.texts import applied
from tests.lsp.wire import Message
from tests.machines import CONSOLE_ORGANIZATION, MadeUpMachine

CONFIG = ".config/billing-lens/config.toml"
CAN_BE_ASKED = capable(configuration=True)
ORGANIZATION = '"organization_id"'
TITLE = "This is intended: expect API usage (organization 2222…) from now on"


async def offered_at(editor: Editor, path: Path, diagnostic: Message) -> bool:
    """Whether the action is offered where a diagnostic starts."""
    start = diagnostic["range"]["start"]
    actions = await editor.actions_at(path, (start["line"], start["character"]))
    return any(it["title"].startswith("This is intended") for it in actions)


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


async def test_where_the_editors_settings_say_who_should_pay_it_would_be_in_vain(
    start_editor: RunServer,
) -> None:
    settings = {"expected": {"billing": "subscription"}}
    editor = await start_editor(capabilities=CAN_BE_ASKED, settings=settings)
    path = editor.home(PROFILE)

    actions = await editor.actions(path, read(path), ORGANIZATION)

    assert actions
    assert not [it for it in actions if it["title"].startswith("This is intended")]


async def test_nobody_means_what_does_not_work(
    start_editor: RunServer, machine: MadeUpMachine
) -> None:
    """The profile in charge has no token, and Claude Code fails."""
    tokens = cast("dict[str, object]", machine.files[PROFILE_TOKENS])
    editor = await start_editor(
        machine.with_files({PROFILE_TOKENS: {**tokens, "access_token": ""}})
    )
    status = await editor.status()
    assert (status["asExpected"], status["route"]["works"]) == (False, False)
    shown = [
        (path, it)
        for path in map(editor.home, (PROFILE, PROFILE_TOKENS))
        for it in editor.shown(path)
    ]
    assert "profile-broken" in {diagnostic["code"] for _, diagnostic in shown}

    for path, diagnostic in shown:
        assert not await offered_at(editor, path, diagnostic)


async def test_it_is_offered_on_serious_findings_about_the_payer_only(
    start_editor: RunServer,
) -> None:
    rules = {"profile-overrides-login": "hint", "organization-conflict": "error"}
    editor = await start_editor(capabilities=CAN_BE_ASKED, settings={"rules": rules})
    path = editor.home(PROFILE)
    assert editor.codes(path)

    for diagnostic in editor.shown(path):
        assert not await offered_at(editor, path, diagnostic)


async def test_an_unsaved_change_of_the_file_counts(start_editor: RunServer) -> None:
    editor = await start_editor(with_version("2.1.146").with_files({CONFIG: "# mine\n"}))
    path, config = editor.home(PROFILE), editor.home(CONFIG)
    text = editor.open(config, language="toml")
    action = intended(await editor.actions(path, read(path), ORGANIZATION))
    [change] = action["edit"]["documentChanges"]
    assert change["textDocument"] == {"uri": config.as_uri(), "version": 1}

    editor.edit(config, applied(text, change["edits"]))

    assert (await editor.status())["asExpected"] is True
    editor.edit(config, "[expected\n")
    assert (await editor.status())["asExpected"] is False
    assert editor.codes(config) == ["invalid-config"]
    assert read(config) == "# mine\n"


async def test_what_is_not_saved_is_remembered_by_nobody(start_editor: RunServer) -> None:
    text = '[rules]\nprofile-overrides-login = "off"\n'
    editor = await start_editor(with_version("2.1.146").with_files({CONFIG: text}))
    profile, config = editor.home(PROFILE), editor.home(CONFIG)
    kept = editor.home(".local/state/billing-lens/wishes")
    [record] = kept.iterdir()
    before = record.read_bytes()
    assert "profile-overrides-login" not in editor.codes(profile)

    editor.open(config, language="toml")
    editor.edit(config, "# nothing any more\n")
    await editor.status()

    assert "profile-overrides-login" in editor.codes(profile)
    assert [it.read_bytes() for it in kept.iterdir()] == [before]
    config.write_text("# nothing any more\n")
    editor.close(config)
    await editor.status()
    assert record.read_bytes() != before


async def test_a_text_that_no_parser_bears_is_left_alone(start_editor: RunServer) -> None:
    nested, dotted = f"a = {'[' * 5_000}", f"{'a.' * 20_000}a = 1"
    editor = await start_editor(with_version("2.1.146").with_files({CONFIG: nested}))
    path, config = editor.home(PROFILE), editor.home(CONFIG)
    for text in (nested, dotted):
        config.write_text(text)

        actions = await editor.actions(path, read(path), ORGANIZATION)

        assert actions
        assert not [it for it in actions if it["title"].startswith("This is intended")]
        assert editor.codes(config) == ["invalid-config"]


async def test_its_folder_is_watched(start_editor: RunServer) -> None:
    with_file = with_version("2.1.146").with_files({CONFIG: ""})
    editor = await start_editor(with_file, capabilities=capable(watching=True))
    await editor.wire.until(lambda: editor.told(types.CLIENT_REGISTER_CAPABILITY))

    [registration] = editor.told(types.CLIENT_REGISTER_CAPABILITY)

    assert editor.home(CONFIG).parent.as_uri() in str(registration)


async def test_a_folder_cannot_say_what_is_expected(
    start_editor: RunServer, machine: MadeUpMachine
) -> None:
    """A relative path in the variable would lead into the folder that is open, trusted or not."""
    built = machine.with_env(XDG_CONFIG_HOME="planted")
    editor = await start_editor(built)
    before = await editor.status()
    folder = editor.home("elsewhere")
    config = folder / "planted" / "billing-lens" / "config.toml"
    config.parent.mkdir(parents=True)
    config.write_text('[expected]\nbilling = "gateway"\n')
    added = types.WorkspaceFolder(folder.as_uri(), "elsewhere")
    event = types.WorkspaceFoldersChangeEvent(added=[added], removed=[])
    editor.workspace_did_change_workspace_folders(types.DidChangeWorkspaceFoldersParams(event))

    assert (await editor.status())["expected"] == before["expected"]


async def test_line_ends_and_comments_stay_as_they_are(start_editor: RunServer) -> None:
    text = '# mine\r\n[expected]\r\nbilling = "subscription" # for now\r\n'
    editor = await start_editor(with_version("2.1.146").with_files({CONFIG: text}))
    path = editor.home(PROFILE)

    action = intended(await editor.actions(path, read(path), ORGANIZATION))

    [change] = action["edit"]["documentChanges"]
    after = applied(text, change["edits"])
    assert "# for now\r\n" in after
    assert "\n" not in after.replace("\r\n", "")


async def test_a_section_on_one_line_is_filled_too(start_editor: RunServer) -> None:
    text = 'expected = { billing = "subscription" }\n'
    editor = await start_editor(with_version("2.1.146").with_files({CONFIG: text}))
    path = editor.home(PROFILE)

    action = intended(await editor.actions(path, read(path), ORGANIZATION))

    [change] = action["edit"]["documentChanges"]
    assert parse(applied(text, change["edits"])).unwrap()["expected"] == {
        "billing": "api_usage",
        "organization": CONSOLE_ORGANIZATION,
    }
