"""Documents in step with the editor: edits, encodings, line breaks, unsaved and broken texts."""

from __future__ import annotations

import json
import random

import pytest

from tests.lsp.capabilities import capable
from tests.lsp.conftest import RunServer
from tests.lsp.editor import Editor
from tests.lsp.places import PROFILE, SETTINGS
from tests.lsp.texts import applied, marked, position
from tests.machines import CONSOLE_ORGANIZATION

MEMBER = f'"organization_id": "{CONSOLE_ORGANIZATION}"'
ENCODINGS = ("utf-16", "utf-8", "utf-32")

SIGN_IN = '"authentication": {"type": "user_oauth"}'


def profile(before: str = "", line_break: str = "\n") -> str:
    """A profile's text with something before the member that is marked."""
    lines = ("{", f"  {SIGN_IN},", f"  {before}{MEMBER}", "}", "")
    return line_break.join(lines)


def assert_marked(editor: Editor, text: str, encoding: str = "utf-16") -> None:
    """The organization, and nothing else, is marked in the profile's current text."""
    diagnostics = editor.shown(editor.home(PROFILE))
    assert diagnostics
    assert {marked(text, each["range"], encoding) for each in diagnostics} == {MEMBER}


@pytest.mark.parametrize("encoding", ENCODINGS)
async def test_ranges_and_edits_count_in_the_encoding_the_editor_asked_for(
    start_editor: RunServer, encoding: str
) -> None:
    editor = await start_editor(capabilities=capable(encodings=[encoding, "utf-16"]))
    path = editor.home(PROFILE)
    text = editor.open(path, profile('"note": "é 漢 😀😀", '))
    await editor.status()
    assert_marked(editor, text, encoding)

    after_faces = text.index('😀", ') + 1
    start = position(text, after_faces, encoding)
    editor.edit(path, (start, start, " 𝄞 more"))
    text = text[:after_faces] + " 𝄞 more" + text[after_faces:]
    await editor.status()
    assert_marked(editor, text, encoding)

    actions = await editor.actions(path, text, SIGN_IN)
    assert actions == []
    actions = await editor.actions_at(path, position(text, text.index(MEMBER), encoding))
    edits = actions[0]["edit"]["documentChanges"][0]["edits"]
    assert json.loads(applied(text, edits, encoding)) == {"note": "é 漢 😀😀 𝄞 more"}


async def test_utf_16_is_spoken_where_nothing_else_was_asked_for(start_editor: RunServer) -> None:
    editor = await start_editor(capabilities=capable(encodings=None))
    text = editor.open(editor.home(PROFILE), profile('"note": "😀", '))
    await editor.status()

    assert_marked(editor, text, "utf-16")


async def test_edits_of_one_notification_build_on_each_other(start_editor: RunServer) -> None:
    editor = await start_editor()
    path = editor.home(PROFILE)
    for end in ("\r\n", "\r", "\n"):
        editor.open(path, profile('"note": "a", ', end))
        editor.edit(
            path,
            ((0, 1), (0, 1), f"{end}  1{end}"),
            ((4, 11), (4, 12), "😀\u2028b"),
            ((4, 13), (4, 14), ""),
            ((1, 0), (2, 0), ""),
        )
        await editor.status()
        assert_marked(editor, profile('"note": "😀b", ', end).replace("{", "{" + end, 1))
        editor.close(path)


async def test_a_line_separator_of_unicode_ends_no_line(start_editor: RunServer) -> None:
    editor = await start_editor()
    path = editor.home(PROFILE)
    text = editor.open(path, profile('"note": "a\u2028b\u2029c\u0085d", '))
    await editor.status()
    assert_marked(editor, text)

    line, character = position(text, text.index('d", '))
    editor.edit(path, ((line, character), (line, character + 1), "e"))
    await editor.status()
    assert_marked(editor, text.replace('d", ', 'e", '))


async def test_a_whole_text_replaces_the_document_between_other_edits(
    start_editor: RunServer,
) -> None:
    """Also a broken one, whose places come from a tree that is told of the edits."""
    editor = await start_editor()
    path = editor.home(PROFILE)
    editor.open(path, profile())
    editor.edit(path, ((0, 1), (0, 1), "half"))
    await editor.status()
    broken = profile(f'"note": "{"x" * 50}", {{ ')
    editor.edit(path, ((0, 0), (0, 0), " "), broken, ((0, 1), (0, 1), "\n\n"))
    await editor.status()
    text = broken.replace("{", "{\n\n", 1)
    *kept, _ = editor.shown(path)
    assert {marked(text, each["range"]) for each in kept} == {MEMBER}

    editor.edit(path, broken, profile(), ((0, 1), (0, 1), "\n\n"))
    await editor.status()
    assert_marked(editor, profile().replace("{", "{\n\n", 1))


async def test_200_quick_edits_end_where_the_text_ends(start_editor: RunServer) -> None:
    editor = await start_editor()
    path = editor.home(PROFILE)
    text = editor.open(path, profile('"note": "start", '))
    chance = random.Random(146)
    for _ in range(200):
        first = text.index('"start') + 6
        start = chance.randint(first, text.index('", "organization_id'))
        end = chance.randint(start, min(start + 3, text.index('", "organization_id')))
        new = chance.choice(["", "x", "😀", "é", "\u2028", "ab"])
        editor.edit(path, (position(text, start), position(text, end), new))
        text = text[:start] + new + text[end:]
    await editor.status()

    assert_marked(editor, text)
    assert editor.publications(path)[-1]["version"] <= 201
    assert len(editor.publications(path)) < 100


async def test_typing_that_breaks_the_text_keeps_what_was_found_at_its_place(
    start_editor: RunServer,
) -> None:
    editor = await start_editor()
    path = editor.home(PROFILE)
    text = editor.open(path, profile())
    await editor.status()
    whole = editor.shown(path)

    editor.edit(path, ((1, 2), (1, 2), '"half'))
    text = text.replace(SIGN_IN, '"half' + SIGN_IN, 1)
    await editor.status()
    *kept, syntax = editor.shown(path)
    assert [each["code"] for each in kept] == [each["code"] for each in whole]
    assert {marked(text, each["range"]) for each in kept} == {MEMBER}
    assert syntax["code"] == "invalid-config"
    assert syntax["range"]["start"]["line"] == 1
    assert editor.payer == "api_usage"

    editor.edit(path, ((0, 1), (0, 1), "\n\n\n"))
    text = text.replace("{", "{\n\n\n", 1)
    await editor.status()
    *kept, syntax = editor.shown(path)
    assert {marked(text, each["range"]) for each in kept} == {MEMBER}
    assert syntax["range"]["start"]["line"] == 4

    editor.edit(path, profile())
    await editor.status()
    assert editor.shown(path) == whole


async def test_an_unsaved_text_lies_over_the_disk_until_it_is_closed(
    start_editor: RunServer,
) -> None:
    editor = await start_editor()
    path = editor.home(PROFILE)
    editor.open(path)
    editor.edit(path, "{}")
    assert (await editor.status())["route"]["billing"] == "subscription"
    assert editor.payer == "subscription"
    assert editor.shown(path) == []

    editor.close(path)
    assert (await editor.status())["route"]["billing"] == "api_usage"
    assert editor.payer == "api_usage"
    assert "profile-overrides-login" in editor.codes(path)
    assert "version" not in editor.publications(path)[-1]


async def test_an_empty_text_and_one_with_a_byte_order_mark_are_no_profile(
    start_editor: RunServer,
) -> None:
    editor = await start_editor()
    path = editor.home(PROFILE)
    editor.open(path, "")
    await editor.status()
    assert editor.codes(path) == ["invalid-config"]
    assert editor.payer == "subscription"

    editor.edit(path, "\ufeff" + profile())
    await editor.status()
    assert editor.codes(path) == ["invalid-config"]
    assert editor.payer == "subscription"

    editor.edit(path, profile())
    await editor.status()
    assert_marked(editor, profile())


async def test_comments_are_refused_whatever_language_the_editor_takes_the_file_for(
    start_editor: RunServer,
) -> None:
    """Claude Code reads its settings as JSON and passes over a file with a comment."""
    editor = await start_editor()
    path = editor.home(SETTINGS)
    text = editor.open(path, '{\n  // mine\n  "env": {}\n}\n', "jsonc")
    await editor.status()

    [diagnostic] = editor.shown(path)
    assert marked(text, diagnostic["range"]) == "// mine"


async def test_other_documents_get_nothing(start_editor: RunServer) -> None:
    editor = await start_editor()
    before = len(editor.wire.messages)
    broken = profile() + "}"
    editor.open(editor.machine.cwd / "package.json", broken)
    editor.open_uri("untitled:Untitled-1", broken)
    editor.open_uri(f"vscode-remote://host{editor.home(PROFILE)}", broken)
    editor.edit(editor.machine.cwd / "package.json", broken + "]", ((0, 0), (0, 1), "["))

    assert await editor.actions(editor.machine.cwd / "package.json", "[", "[") == []
    assert len(editor.wire.messages) == before + 1
    await editor.status()
    assert len(editor.wire.messages) == before + 2


async def test_a_document_under_another_spelling_of_its_uri_is_the_same_file(
    start_editor: RunServer,
) -> None:
    editor = await start_editor()
    path = editor.home(PROFILE)
    spelled = path.as_uri().replace("default", "%64efault")
    editor.open_uri(spelled, profile())
    await editor.status()

    assert editor.shown(path) == []
    shown = [each for each in editor.publications() if each["uri"] == spelled][-1]
    assert {marked(profile(), each["range"]) for each in shown["diagnostics"]} == {MEMBER}
