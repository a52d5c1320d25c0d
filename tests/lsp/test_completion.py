"""What is offered where a person types, and what the text is after taking it."""

from __future__ import annotations

import json

import pytest

from tests.lsp.capabilities import BARE
from tests.lsp.conftest import RunServer
from tests.lsp.editor import Editor
from tests.lsp.in_text import MARKDOWN, PLAIN, completions_at, reading, typed
from tests.lsp.places import ACTIVE, LOGIN, PROFILE, PROFILE_TOKENS, SETTINGS, STATE
from tests.lsp.texts import applied, position
from tests.lsp.wire import Message
from tests.machines import CONSOLE_ORGANIZATION, SUBSCRIPTION_ORGANIZATION, MadeUpMachine

EDITOR = ".config/Code/User/settings.json"
WORK = ".config/anthropic/configs/work.json"
SNIPPET = 2


@pytest.fixture
def two_profiles(machine: MadeUpMachine) -> MadeUpMachine:
    """The headline case with a second profile."""
    return machine.with_files({WORK: {"version": "1.0"}})


def labels(items: list[Message]) -> list[str]:
    return [item["label"] for item in items]


def taken(text: str, items: list[Message], label: str, encoding: str = "utf-16") -> str:
    """The text after taking an item, a snippet's cursor as ``|``."""
    [item] = [item for item in items if item["label"] == label]
    new = applied(text, [item["textEdit"]], encoding)
    if item.get("insertTextFormat") != SNIPPET:
        assert "$" not in new
    return new.replace("${1:1}", "1|").replace("$1", "|")


async def after_taking(editor: Editor, name: str, text: str, label: str) -> str:
    text, items = await typed(editor, editor.home(name), text)
    return taken(text, items, label)


VALUES = [
    ('{"env": {"ANTHROPIC_PROFILE": "|"}}', '{"env": {"ANTHROPIC_PROFILE": "work"}}'),
    ('{"env": {"ANTHROPIC_PROFILE": "def|ault"}}', '{"env": {"ANTHROPIC_PROFILE": "work"}}'),
    ('{"env": {"ANTHROPIC_PROFILE": |}}', '{"env": {"ANTHROPIC_PROFILE": "work"}}'),
    ('{"env": {"ANTHROPIC_PROFILE": wo|}}', '{"env": {"ANTHROPIC_PROFILE": "work"}}'),
    ('{"env": {"ANTHROPIC_PROFILE": "wo|\n}}', '{"env": {"ANTHROPIC_PROFILE": "work"\n}}'),
    ('{"env": {"ANTHROPIC_PROFILE": "|, "A": 1}}',
     '{"env": {"ANTHROPIC_PROFILE": "work", "A": 1}}'),
    ('{"env": {"ANTHROPIC_PROFILE": "wo|', '{"env": {"ANTHROPIC_PROFILE": "work"'),
    ('{\r\n"x": "😀é", "env": {"ANTHROPIC_PROFILE": "|"}}',
     '{\r\n"x": "😀é", "env": {"ANTHROPIC_PROFILE": "work"}}'),
]  # fmt: skip


async def test_a_value_replaces_exactly_what_stands_there(
    start_editor: RunServer, two_profiles: MadeUpMachine
) -> None:
    editor = await start_editor(two_profiles, reading())
    for text, expected in VALUES:
        assert await after_taking(editor, SETTINGS, text, "work") == expected


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-32"])
async def test_in_every_encoding(
    start_editor: RunServer, two_profiles: MadeUpMachine, encoding: str
) -> None:
    editor = await start_editor(two_profiles, reading(encodings=[encoding]))
    path = editor.home(SETTINGS)
    before = '\ufeff{"x": "\u2028é😀", "env": {"ANTHROPIC_PROFILE": "'
    text, items = await typed(editor, path, before + 'd|é"}}', encoding)
    assert taken(text, items, "work", encoding) == before + 'work"}}'


async def test_profiles_are_offered_by_name_with_their_organization(
    start_editor: RunServer, two_profiles: MadeUpMachine
) -> None:
    editor = await start_editor(two_profiles, reading())
    _, items = await typed(editor, editor.home(SETTINGS), '{"env": {"ANTHROPIC_PROFILE": "|"}}')
    assert [(item["label"], item.get("detail")) for item in items] == [
        ("default", "Acme Console"),
        ("work", None),
    ]


CHOSEN = [
    (SETTINGS, '{"env": {"ANTHROPIC_PROFILE": "def|ault"}}', "def"),
    (SETTINGS, '{"env": {"ANTHROPIC_PROFILE": "default|"}}', "default"),
    (ACTIVE, "defa|ult\n", "defa"),
]


@pytest.mark.parametrize(("name", "text", "before"), CHOSEN)
async def test_what_is_chosen_does_not_keep_the_others_from_being_shown(
    start_editor: RunServer, two_profiles: MadeUpMachine, name: str, text: str, before: str
) -> None:
    """An editor shows the items whose ``filterText`` begins with what stands before the cursor."""
    editor = await start_editor(two_profiles, reading())
    _, items = await typed(editor, editor.home(name), text)
    assert set(labels(items)) == {"default", "work"}
    assert all(item["filterText"].startswith(before) for item in items)


async def test_what_is_being_typed_is_searched_for(
    start_editor: RunServer, two_profiles: MadeUpMachine
) -> None:
    editor = await start_editor(two_profiles, reading())
    text = '{"env": {"ANTHROPIC_PROFILE": "def|"}}'
    _, items = await typed(editor, editor.home(SETTINGS), text)
    assert [it.get("filterText", it["label"])[:7] for it in items] == ["default", "work"]


async def test_active_config_is_completed_in_plain_text(
    start_editor: RunServer, two_profiles: MadeUpMachine
) -> None:
    editor = await start_editor(two_profiles, reading())
    for text, expected in (("|", "work"), ("wo|", "work"), ("d|ef\n", "work\n"), ("|x", "work")):
        assert await after_taking(editor, ACTIVE, text, "work") == expected
    _, items = await typed(editor, editor.home(ACTIVE), "default\n|")
    assert items == []


async def test_organizations_are_offered_with_name_and_origin(
    start_editor: RunServer, machine: MadeUpMachine
) -> None:
    editor = await start_editor(machine, reading())
    id_ = SUBSCRIPTION_ORGANIZATION
    for name, text, expected in (
        (SETTINGS, '{"forceLoginOrgUUID": "|"}', f'{{"forceLoginOrgUUID": "{id_}"}}'),
        (SETTINGS, '{"forceLoginOrgUUID": [|]}', f'{{"forceLoginOrgUUID": ["{id_}"]}}'),
        (SETTINGS, '{"env": {"ANTHROPIC_ORGANIZATION_ID": "1|"}}',
         f'{{"env": {{"ANTHROPIC_ORGANIZATION_ID": "{id_}"}}}}'),
    ):  # fmt: skip
        assert await after_taking(editor, name, text, id_) == expected

    _, items = await typed(editor, editor.home(PROFILE), '{"organization_id": "|"}')
    by_label = {item["label"]: item for item in items}
    ours, console = by_label[SUBSCRIPTION_ORGANIZATION], by_label[CONSOLE_ORGANIZATION]
    assert (ours["detail"], console["detail"]) == ("Dev's Organization", "Acme Console")
    assert min(items, key=lambda item: item["sortText"]) == ours
    origin = f"From `organizationUuid` in {editor.home(STATE)}."
    assert ours["documentation"] == {"kind": "markdown", "value": origin}


async def test_variables_are_offered_in_env_with_what_they_mean(start_editor: RunServer) -> None:
    editor = await start_editor(capabilities=reading())
    text = '{"env": {"ANTHROPIC_API_KEY": "x", "|"}}'
    _, items = await typed(editor, editor.home(SETTINGS), text)
    by_label = {item["label"]: item for item in items}
    assert "ANTHROPIC_API_KEY" not in by_label
    assert by_label["ANTHROPIC_BASE_URL"]["documentation"]["value"].startswith("The address that")
    assert by_label["CLAUDE_CODE_USE_BEDROCK"]["detail"] == "switch"


NAMES = [
    ('{"env": {"|"}}', '{"env": {"ANTHROPIC_PROFILE": "|"}}'),
    ('{"env": {|}}', '{"env": {"ANTHROPIC_PROFILE": "|"}}'),
    ('{"env": {AN|}}', '{"env": {"ANTHROPIC_PROFILE": "|"}}'),
    ('{"env": {"AN|\n}}', '{"env": {"ANTHROPIC_PROFILE": "|"\n}}'),
    ('{"env": {"AN|": "x"}}', '{"env": {"ANTHROPIC_PROFILE": "x"}}'),
    ('{"env": {| "A": 1}}', '{"env": {"ANTHROPIC_PROFILE": "|", "A": 1}}'),
    ('{"env": {"A": 1\n  "|"}}', '{"env": {"A": 1\n  "ANTHROPIC_PROFILE": "|"}}'),
]


async def test_a_name_brings_the_colon_and_quotes_that_are_missing(
    start_editor: RunServer,
) -> None:
    editor = await start_editor(capabilities=reading())
    for text, expected in NAMES:
        assert await after_taking(editor, SETTINGS, text, "ANTHROPIC_PROFILE") == expected
    switched = await after_taking(editor, SETTINGS, '{"env": {"|"}}', "CLAUDE_CODE_USE_VERTEX")
    assert switched == '{"env": {"CLAUDE_CODE_USE_VERTEX": "1|"}}'


async def test_an_editor_without_snippets_gets_plain_text(start_editor: RunServer) -> None:
    for capabilities in (BARE, reading(snippets=False)):
        editor = await start_editor(capabilities=capabilities)
        for text, expected in NAMES:
            new = await after_taking(editor, SETTINGS, text, "ANTHROPIC_PROFILE")
            assert new == expected.replace("|", "")


async def test_documentation_comes_in_the_editor_s_format(start_editor: RunServer) -> None:
    for formats, kind in (([MARKDOWN], "markdown"), ([PLAIN], "plaintext"), ([], "plaintext")):
        editor = await start_editor(capabilities=reading(formats=formats))
        _, items = await typed(editor, editor.home(SETTINGS), '{"env": {"|"}}')
        documentation = [item["documentation"] for item in items]
        assert {it["kind"] for it in documentation} == {kind}
        assert any("`" in it["value"] for it in documentation) is (kind == "markdown")


async def test_vs_code_s_own_settings(start_editor: RunServer) -> None:
    editor = await start_editor(capabilities=reading())
    listed = '{ // c\n"claudeCode.environmentVariables": [{"name": "|", "value": "x"},]}'
    taking = await after_taking(editor, EDITOR, listed, "ANTHROPIC_PROFILE")
    assert taking == listed.replace("|", "ANTHROPIC_PROFILE")
    value = '{"claudeCode.environmentVariables": [{"name": "ANTHROPIC_PROFILE", "value": "|"}]}'
    assert await after_taking(editor, EDITOR, value, "default") == value.replace("|", "default")
    terminal = '{"terminal.integrated.env.linux": {"|": "1"}}'
    taking = await after_taking(editor, EDITOR, terminal, "CLAUDE_CODE_REMOTE")
    assert taking == terminal.replace("|", "CLAUDE_CODE_REMOTE")


async def test_a_profile_s_own_keys_and_values(start_editor: RunServer) -> None:
    """No public schema knows these files."""
    editor = await start_editor(capabilities=reading())
    group = await after_taking(editor, PROFILE, '{"|"}', "authentication")
    assert group == '{"authentication": {|}}'
    _, items = await typed(editor, editor.home(PROFILE), '{"authentication": {"type": "|"}}')
    assert labels(items) == ["user_oauth", "oidc_federation"]
    _, items = await typed(editor, editor.home(PROFILE), '{"authentication": {"type": "x", "|"}}')
    assert "client_id" in labels(items)
    assert not {"type", "organization_id", "path"} & set(labels(items))


NOT_OURS = [
    # The public schemas of the settings give these.
    (SETTINGS, '{"|"}'),
    (SETTINGS, '{"forceLoginMethod": "|"}'),
    (SETTINGS, '{"permissions": {"|"}}'),
    (EDITOR, '{"|"}'),
    (EDITOR, '{"claudeCode.disableLoginPrompt": |}'),
    (EDITOR, '{"claudeCode.environmentVariables": [{"|"}]}'),
    # Programs write these.
    (STATE, '{"oauthAccount": {"organizationUuid": "|"}}'),
    (LOGIN, '{"claudeAiOauth": {"subscriptionType": "|"}}'),
    # No list of these can be known.
    (SETTINGS, '{"env": {"ANTHROPIC_API_KEY": "|"}}'),
    (SETTINGS, '{"env": {"OTHER": "|"}}'),
    (PROFILE_TOKENS, '{"access_token": "|"}'),
    # No key or value can be written here.
    (SETTINGS, '{"env": {"A": "x"| }}'),
    (SETTINGS, "|"),
]


async def test_nothing_is_offered_elsewhere(start_editor: RunServer) -> None:
    editor = await start_editor(capabilities=reading())
    for name, text in NOT_OURS:
        _, items = await typed(editor, editor.home(name), text)
        assert items == [], text
    _, items = await typed(editor, editor.machine.cwd / "package.json", '{"env": {"|"}}')
    assert items == []


async def test_a_secret_that_stands_where_a_name_belongs_is_not_offered(
    start_editor: RunServer, machine: MadeUpMachine
) -> None:
    key = "sk-ant-api03-canary-Zq7xK2vWj9"
    on = machine.with_files(
        {
            WORK: {"organization_id": key},
            f".config/anthropic/configs/{key}.json": {"version": "1.0"},
            ".config/anthropic/configs/with space.json": {"version": "1.0"},
        }
    )
    editor = await start_editor(on, reading())
    _, items = await typed(editor, editor.home(SETTINGS), '{"env": {"ANTHROPIC_PROFILE": "|"}}')
    assert labels(items) == ["default", "work"]
    _, items = await typed(editor, editor.home(SETTINGS), '{"forceLoginOrgUUID": "|"}')
    assert set(labels(items)) == {CONSOLE_ORGANIZATION, SUBSCRIPTION_ORGANIZATION}


async def test_settings_of_1_mb_are_completed(
    start_editor: RunServer, machine: MadeUpMachine
) -> None:
    text = json.dumps({"permissions": {"allow": ["Bash(ls)"] * 70_000}, "env": {"": 1}}, indent=1)
    editor = await start_editor(machine, reading())
    path = editor.home(SETTINGS)
    editor.open(path, text)
    items = await completions_at(editor, path, position(text, text.index('""') + 1))
    assert "ANTHROPIC_PROFILE" in labels(items)


POLICY = "proj/.billing-lens.toml"
OWN_VALUES = [
    ("|", "expected", "[expected]"),
    ("[a|\n", "allowed", "[allowed]\n"),
    ("[|]\n", "rules", "[rules]\n"),
    ("[expected]\n\tb|\n[rules]\n", "billing", "[expected]\n\tbilling = \n[rules]\n"),
    ('[expected]\n|= "any"', "billing", '[expected]\nbilling= "any"'),
    ("[expected]\nbilling = |\n[rules]", "gateway", '[expected]\nbilling = "gateway"\n[rules]'),
    ('[expected]\r\nbilling="a|ny" # x', "gateway", '[expected]\r\nbilling="gateway" # x'),
    ('[expected]\nbilling = "g|\n', "gateway", '[expected]\nbilling = "gateway"\n'),
    ("[rules]\nprofile-d|", "profile-drift", "[rules]\nprofile-drift = "),
    ('[rules]\n"profile-drift" = "|"', "off", '[rules]\n"profile-drift" = "off"'),
    ("[allowed]\nsources = [1, |]", "api_key", '[allowed]\nsources = [1, "api_key"]'),
    ('[allowed]\nsources = [ # two\n  "profile",\n  "|', "api_key",
     '[allowed]\nsources = [ # two\n  "profile",\n  "api_key"'),
]  # fmt: skip
NOTHING = [
    *("# |", "[rules] |", "[rules] # |", "[rules]\n# |", '[expected]\nbilling = "any" |'),
    *('[expected]\nbilling = "any" # x = |', "[expected]\nwho = |", "[allowed]\nsources = |"),
    *('[expected]\nbilling = "any"x|', "[other]\n|", "[rules]\nprofile-drift = [|"),
]


async def test_our_own_files_are_completed_while_they_are_broken(
    start_editor: RunServer, machine: MadeUpMachine
) -> None:
    editor = await start_editor(machine, reading())
    for text, label, expected in OWN_VALUES:
        assert await after_taking(editor, POLICY, text, label) == expected
    for text in NOTHING:
        _, items = await typed(editor, editor.home(POLICY), text)
        assert items == [], text


async def test_what_a_wish_means_is_said_and_no_section_of_the_other_file(
    start_editor: RunServer, machine: MadeUpMachine
) -> None:
    editor = await start_editor(machine, reading())
    config = editor.home(".config/billing-lens/config.toml")
    _, items = await typed(editor, config, "|")
    assert set(labels(items)) == {"expected", "rules"}
    _, items = await typed(editor, config, '[expected]\nbilling = "|"')
    said = {item["label"]: item["documentation"]["value"] for item in items}
    assert said["gateway"] == "A gateway that `ANTHROPIC_BASE_URL` names pays."
    _, items = await typed(editor, config, '[expected]\norganization = "|"')
    assert SUBSCRIPTION_ORGANIZATION in labels(items)
