"""What a person reads with the mouse over a key or a value."""

from __future__ import annotations

import json
import time

import pytest
from lsprotocol import types

from tests.lsp.capabilities import BARE
from tests.lsp.conftest import RunServer, with_version
from tests.lsp.editor import read
from tests.lsp.in_text import MARKDOWN, PLAIN, hover_at, hovered, of_10_mb, reading, words_at
from tests.lsp.places import ACTIVE, LOGIN, PROFILE, PROFILE_TOKENS, SETTINGS, STATE
from tests.lsp.texts import marked, position
from tests.lsp.waiting import AT_ONCE_S
from tests.machines import CANARY, CONSOLE_ORGANIZATION, MadeUpMachine

EDITOR = ".config/Code/User/settings.json"
PREFERENCES = ".config/billing-lens/config.toml"
HOUR = 3600


async def test_an_organization_says_whose_it_is_what_it_does_and_where_else_it_stands(
    start_editor: RunServer,
) -> None:
    editor = await start_editor(capabilities=reading())
    path = editor.home(PROFILE)
    text = editor.open(path)
    hover = await hovered(editor, path, text, CONSOLE_ORGANIZATION)

    assert hover
    assert marked(text, hover["range"]) == f'"{CONSOLE_ORGANIZATION}"'
    assert hover["contents"]["kind"] == "markdown"
    paragraphs = hover["contents"]["value"].split("\n\n")
    assert paragraphs[0].startswith("`organization_id`: The organization this profile is pinned to")
    assert "Removing the id alone does not take the profile out of charge." in paragraphs[0]
    assert paragraphs[1] == "This is **Acme Console**."
    assert paragraphs[2] == (
        "**In charge: API usage (organization 2222…)**. "
        "The profile 'default' of the ant CLI is active."
    )
    other = editor.home(PROFILE_TOKENS)
    line = read(other).split("organization_uuid")[0].count("\n") + 1
    link = f"[~/{PROFILE_TOKENS}:{line}]({other.as_uri()}#L{line})"
    assert paragraphs[3:5] == ["The same id stands in", f"- `organization_uuid` in {link}"]
    rules = [paragraph.rpartition(" [")[2] for paragraph in paragraphs[5:]]
    assert [rule.partition("]")[0] for rule in rules] == [
        "profile-overrides-login",
        "organization-conflict",
    ]
    assert all("/docs/rules/" in rule for rule in rules)


async def test_the_key_says_the_same_as_the_value(start_editor: RunServer) -> None:
    editor = await start_editor(capabilities=reading())
    path = editor.home(PROFILE)
    text = editor.open(path)
    key = await hovered(editor, path, text, '"organization_id"')
    value = await hovered(editor, path, text, CONSOLE_ORGANIZATION)

    assert key
    assert value
    assert key["contents"] == value["contents"]
    assert marked(text, key["range"]) == '"organization_id"'


async def test_what_is_not_used_gives_the_reason(start_editor: RunServer) -> None:
    editor = await start_editor(with_version("2.1.330"), reading())
    path = editor.home(PROFILE)
    words = await words_at(editor, path, read(path), '"organization_id"')
    assert "**Not used: The claude.ai login comes first**" in words


async def test_plain_text_where_the_editor_shows_no_other(start_editor: RunServer) -> None:
    for capabilities in (BARE, reading(formats=[PLAIN]), reading(formats=[PLAIN, MARKDOWN])):
        editor = await start_editor(capabilities=capabilities)
        path = editor.home(PROFILE)
        hover = await hovered(editor, path, read(path), CONSOLE_ORGANIZATION)
        assert hover
        assert hover["contents"]["kind"] == "plaintext"
        words = hover["contents"]["value"]
        assert words.startswith("organization_id: The organization this profile is pinned to")
        assert "In charge: API usage (organization 2222…). The profile" in words
        assert f"~/{PROFILE_TOKENS}:8" in words
        assert not set("`*[]") & set(words)


async def test_times_are_told_in_words_and_a_wrong_unit_is_called_one(
    start_editor: RunServer, machine: MadeUpMachine
) -> None:
    editor = await start_editor(machine, reading())
    path = editor.home(LOGIN)
    soon = int(time.time()) + 7 * HOUR
    text = read(path).replace("4102444800000", f"{soon}000")
    editor.open(path, text)
    on = time.strftime("%Y-%m-%d %H:%M", time.localtime(soon))
    words = await words_at(editor, path, text, f"{soon}")
    assert f"\n\nExpires in 7 h, on {on} " in words

    wrong = text.replace(f"{soon}000", f"{soon}")
    editor.edit(path, wrong)
    words = await words_at(editor, path, wrong, f"{soon}")
    assert "**A mistake: seconds, milliseconds are needed**. It was to say: expires in 7 h" in words

    path = editor.home(PROFILE_TOKENS)
    text = read(path).replace("4102444800", f"{soon - 10 * HOUR}000")
    editor.open(path, text)
    words = await words_at(editor, path, text, f"{soon - 10 * HOUR}000")
    assert "**A mistake: milliseconds, seconds are needed**" in words
    assert "expired 3 h ago" in words


async def test_a_token_is_told_by_its_kind_and_four_characters(start_editor: RunServer) -> None:
    editor = await start_editor(capabilities=reading())
    path = editor.home(LOGIN)
    text = editor.open(path)
    for key, kind in (("accessToken", "access"), ("refreshToken", "refresh")):
        words = await words_at(editor, path, text, f'"{key}"')
        assert f"\n\nAn OAuth {kind} token: ••••{CANARY[-4:]}\n\n" in words


async def test_allowed_values_have_their_meaning(start_editor: RunServer) -> None:
    editor = await start_editor(capabilities=reading())
    path = editor.home(LOGIN)
    text = editor.open(path)
    assert "`max`: A Max plan." in await words_at(editor, path, text, '"max"')
    scope = await hovered(editor, path, text, '"user:inference"')
    assert scope
    assert marked(text, scope["range"]) == '"user:inference"'
    assert "`user:inference`: May use models." in scope["contents"]["value"]


async def test_variables_in_every_place_are_explained(
    start_editor: RunServer, machine: MadeUpMachine
) -> None:
    listed = """{
      // with a comment
      "claudeCode.environmentVariables": [{"name": "ANTHROPIC_AUTH_TOKEN", "value": "tok"}],
      "terminal.integrated.env.linux": {"CLAUDE_CODE_USE_VERTEX": "1"},
    }"""
    on = machine.with_files({SETTINGS: {"env": {"ANTHROPIC_BASE_URL": "https://g.example"}}})
    editor = await start_editor(on, reading())
    path = editor.home(SETTINGS)
    words = await words_at(editor, path, read(path), "ANTHROPIC_BASE_URL")
    assert words.startswith("`ANTHROPIC_BASE_URL`: The address that requests go to.")
    assert "**Sends requests to g.example**" in words

    path = editor.home(EDITOR)
    editor.open(path, listed, "jsonc")
    words = await words_at(editor, path, listed, '"tok"')
    assert words.startswith("`ANTHROPIC_AUTH_TOKEN`: A bearer token")
    assert "**In charge in VS Code: Gateway g.example**" in words
    words = await words_at(editor, path, listed, "CLAUDE_CODE_USE_VERTEX")
    assert "`1`: On, as are `true`, `yes` and `on`." in words
    assert "**In charge in VS Code's terminal: Google Vertex AI**" in words


async def test_active_config_is_explained_as_a_whole(start_editor: RunServer) -> None:
    editor = await start_editor(capabilities=reading())
    path = editor.home(ACTIVE)
    text = editor.open(path, "default\n", "plaintext")
    hover = await hover_at(editor, path, (0, 3))
    assert hover
    assert marked(text, hover["range"]) == "default"
    assert hover["contents"]["value"].startswith("`active_config`: The active profile")
    assert "**In charge: API usage (organization 2222…)**" in hover["contents"]["value"]
    assert await hover_at(editor, path, (1, 0)) is None


async def test_our_own_file_is_explained(start_editor: RunServer) -> None:
    editor = await start_editor(capabilities=reading())
    path = editor.home(PREFERENCES)
    text = editor.open(path, '[expected]\nbilling = "subscription"\n', "toml")
    words = await words_at(editor, path, text, '"subscription"')
    assert "`subscription`: A Claude Pro, Max, Team or Enterprise plan pays." in words
    assert "**Not as expected**: API usage (organization 2222…)" in words


async def test_what_the_project_sets_elsewhere_is_explained(start_editor: RunServer) -> None:
    editor = await start_editor(capabilities=reading(), folder=None)
    path = editor.machine.cwd / "docker-compose.yml"
    text = "services:\n  a:\n    image: claude-code\n    environment:\n"
    text += "      - ANTHROPIC_API_KEY=$KEY\n"
    path.write_text(text)
    hover = await hovered(editor, path, editor.open(path, language="yaml"), "ANTHROPIC_API_KEY")
    assert hover
    assert marked(text, hover["range"]) == "ANTHROPIC_API_KEY=$KEY"
    assert "Taken from elsewhere; the value does not stand here." in hover["contents"]["value"]
    assert "**In charge in Compose: API usage**" in hover["contents"]["value"]


async def test_an_unsaved_text_is_what_is_explained(start_editor: RunServer) -> None:
    editor = await start_editor(capabilities=reading())
    path = editor.home(PROFILE)
    editor.open(path)
    text = '{\n  "authentication": {"type": "oidc_federation"}\n}\n'
    editor.edit(path, text)
    words = await words_at(editor, path, text, "oidc_federation")
    assert "A workload proves who it is" in words
    assert ", but it does not work**. The profile is federated but there is no identity" in words


async def test_a_broken_text_is_explained_as_far_as_it_is_understood(
    start_editor: RunServer,
) -> None:
    editor = await start_editor(capabilities=reading())
    path = editor.home(PROFILE)
    editor.open(path)
    for broken in (
        read(path).replace('"1.0",', '"1.0"'),
        read(path).replace('"1.0"', ""),
        read(path).removesuffix("}"),
        read(path).removesuffix("\n}") + ',\n  "worksp\n}',
    ):
        editor.edit(path, broken)
        words = await words_at(editor, path, broken, '"organization_id"')
        assert words.startswith("`organization_id`: ")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-32"])
async def test_ranges_are_exact_in_every_encoding(start_editor: RunServer, encoding: str) -> None:
    editor = await start_editor(capabilities=reading(encodings=[encoding]))
    path = editor.home(PROFILE)
    text = (
        '\ufeff{"é😀": "😀",\r\n"x": "\u2028😀", "organization_id": "😀é", "workspace_id": "w"}\r\n'
    )
    editor.open(path, text)
    for token in ('"organization_id"', '"😀é"', '"workspace_id"', '"w"'):
        hover = await hovered(editor, path, text, token, encoding)
        assert hover
        assert marked(text, hover["range"], encoding) == token
    assert await hovered(editor, path, text, '"x"', encoding) is None


async def test_nothing_is_said_elsewhere(start_editor: RunServer) -> None:
    editor = await start_editor(capabilities=reading())
    path = editor.home(PROFILE)
    text = editor.open(path)
    assert await hover_at(editor, path, (0, 0)) is None
    assert await hover_at(editor, path, position(text, text.index(": ") + 1)) is None
    assert await hover_at(editor, path, (900, 900)) is None
    project = editor.machine.cwd / "package.json"
    editor.open(project, text)
    assert await hovered(editor, project, text, "organization_id") is None
    for uri in ("untitled:Untitled-1", "file:///x", "http://host/x"):
        params = types.HoverParams(types.TextDocumentIdentifier(uri), types.Position(0, 0))
        assert await editor.ask(types.TEXT_DOCUMENT_HOVER, params) is None


async def test_what_a_file_says_is_shown_as_text_and_not_as_markup(
    start_editor: RunServer, machine: MadeUpMachine
) -> None:
    evil = "[click](command:x) <b> `c` **b**\n# h"
    tokens = json.loads(json.dumps(machine.files[PROFILE_TOKENS]))
    on = machine.with_files({PROFILE_TOKENS: {**tokens, "organization_name": evil}})
    editor = await start_editor(on, reading())
    path = editor.home(PROFILE)
    words = await words_at(editor, path, read(path), '"organization_id"')
    shown = r"\[click\](command:x) \<b\> \`c\` \*\*b\*\* # h"
    assert f"This is **{shown}**." in words


async def test_an_answer_about_10_mb_comes_at_once(start_editor: RunServer) -> None:
    editor = await start_editor(capabilities=reading())
    path = editor.home(STATE)
    text = editor.open(path, of_10_mb(read(path)))
    await editor.status()
    start = time.monotonic()
    words = await words_at(editor, path, text, "organizationUuid")
    assert await hovered(editor, path, text, '"xxx') is None
    assert time.monotonic() - start < AT_ONCE_S
    assert "This is **Dev's Organization**, your Max organization" in words
