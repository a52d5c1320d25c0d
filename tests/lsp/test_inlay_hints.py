"""What stands behind ids and times while a file is read."""

from __future__ import annotations

import json
import time

import pytest

from tests.lsp.capabilities import BARE
from tests.lsp.conftest import RunServer, with_version
from tests.lsp.editor import read
from tests.lsp.in_text import hints_in, of_10_mb, reading
from tests.lsp.places import LOGIN, PROFILE, PROFILE_TOKENS, SETTINGS, STATE
from tests.lsp.texts import marked, position
from tests.lsp.waiting import AT_ONCE_S
from tests.lsp.wire import Message
from tests.machines import CONSOLE_ORGANIZATION, SUBSCRIPTION_ORGANIZATION, MadeUpMachine

HOUR = 3600


def placed(text: str, hints: list[Message], encoding: str = "utf-16") -> dict[str, str]:
    """The labels by what stands before them on their line."""
    lines = [
        {"start": {"line": hint["position"]["line"], "character": 0}, "end": hint["position"]}
        for hint in hints
    ]
    before = [marked(text, line, encoding).strip() for line in lines]
    return dict(zip(before, (hint["label"] for hint in hints), strict=True))


async def test_an_organization_s_name_stands_behind_its_id(start_editor: RunServer) -> None:
    for capabilities in (BARE, reading()):
        editor = await start_editor(capabilities=capabilities)
        path = editor.home(PROFILE)
        hints = await hints_in(editor, path)
        assert placed(read(path), hints) == {
            f'"organization_id": "{CONSOLE_ORGANIZATION}"': "Acme Console"
        }
        assert hints[0]["paddingLeft"] is True


async def test_an_organization_without_a_name_can_be_known_as_yours(
    start_editor: RunServer, machine: MadeUpMachine
) -> None:
    state = json.loads(json.dumps(machine.files[STATE]))
    del state["oauthAccount"]["organizationName"]
    managed = [SUBSCRIPTION_ORGANIZATION, CONSOLE_ORGANIZATION, "unknown"]
    editor = await start_editor(
        machine.with_files({STATE: state, SETTINGS: {"forceLoginOrgUUID": managed}})
    )
    path = editor.home(SETTINGS)
    assert placed(read(path), await hints_in(editor, path)) == {
        f'"{SUBSCRIPTION_ORGANIZATION}"': "your Max organization",
        f'"{CONSOLE_ORGANIZATION}"': "Acme Console",
    }


async def test_times_and_their_mistakes(start_editor: RunServer) -> None:
    editor = await start_editor()
    now = int(time.time())
    path = editor.home(LOGIN)
    before = '"expiresAt": '
    for number, label in (
        (f"{now + 7 * HOUR}000", "expires in 7 h"),
        (f"{now - 72 * HOUR}000", "expired 3 days ago"),
        (f"{now + 7 * HOUR}", "seconds, milliseconds are needed"),
    ):
        text = read(path).replace("4102444800000", number)
        editor.open(path, text)
        assert placed(text, await hints_in(editor, path)) == {before + number: label}
        editor.close(path)

    path = editor.home(PROFILE_TOKENS)
    text = read(path).replace("4102444800", f"{now}000")
    editor.open(path, text)
    hints = placed(text, await hints_in(editor, path))
    assert hints[f'"expires_at": {now}000'] == "milliseconds, seconds are needed"


async def test_hints_follow_the_unsaved_text(start_editor: RunServer) -> None:
    editor = await start_editor()
    path = editor.home(PROFILE)
    text = editor.open(path)
    other = text.replace(CONSOLE_ORGANIZATION, SUBSCRIPTION_ORGANIZATION)
    editor.edit(path, "\n\n" + other)
    [hint] = await hints_in(editor, path)
    assert hint["label"] == "Dev's Organization"
    at = position("\n\n" + other, 2 + other.index(SUBSCRIPTION_ORGANIZATION) + 37)
    assert hint["position"] == {"line": at[0], "character": at[1]}


async def test_only_what_ends_in_the_range_gets_a_hint(start_editor: RunServer) -> None:
    editor = await start_editor()
    path = editor.home(PROFILE_TOKENS)
    text = editor.open(path)
    first = position(text, text.index("4102444800"))[0]
    second = position(text, text.index(CONSOLE_ORGANIZATION))[0]
    assert first < second
    for start, end, lines in (
        ((0, 0), (first, 0), []),
        ((first, 0), (second, 0), [first]),
        ((second, 0), (second + 1, 0), [second]),
        ((second + 1, 0), (999, 0), []),
    ):
        hints = await hints_in(editor, path, start, end)
        assert [hint["position"]["line"] for hint in hints] == lines


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-32"])
async def test_hints_are_in_place_in_every_encoding(start_editor: RunServer, encoding: str) -> None:
    editor = await start_editor(capabilities=reading(encodings=[encoding]))
    path = editor.home(PROFILE)
    id_ = SUBSCRIPTION_ORGANIZATION
    text = f'\ufeff{{"é😀": "😀\u2028",\r\n"x": "😀", "organization_id": "{id_}"}}\r\n'
    editor.open(path, text)
    hints = placed(text, await hints_in(editor, path), encoding)
    assert hints == {f'"x": "😀", "organization_id": "{id_}"': "Dev's Organization"}


async def test_a_name_stays_on_its_line(start_editor: RunServer, machine: MadeUpMachine) -> None:
    tokens = json.loads(json.dumps(machine.files[PROFILE_TOKENS]))
    name = "A\n\x1b[31m\u202e" + "x" * 100
    editor = await start_editor(
        machine.with_files({PROFILE_TOKENS: {**tokens, "organization_name": name}})
    )
    [hint] = await hints_in(editor, editor.home(PROFILE))
    assert hint["label"].startswith("A  [31m xxx")
    assert hint["label"].endswith("x…")
    assert len(hint["label"]) == 61


async def test_other_files_have_no_hints(start_editor: RunServer) -> None:
    editor = await start_editor(with_version("2.1.330"))
    project = editor.machine.cwd / "package.json"
    editor.open(project, read(editor.home(PROFILE)))
    assert await hints_in(editor, project) == []


async def test_hints_of_10_mb_come_at_once_also_while_it_is_broken(
    start_editor: RunServer,
) -> None:
    editor = await start_editor()
    path = editor.home(STATE)
    editor.open(path, of_10_mb(read(path)))
    await editor.status()
    start = time.monotonic()
    assert [hint["label"] for hint in await hints_in(editor, path, (0, 0), (200_000, 0))] == [
        "Dev's Organization"
    ]
    assert await hints_in(editor, path, (50, 0), (100, 0)) == []
    assert time.monotonic() - start < AT_ONCE_S
    editor.edit(path, ((1, 1), (1, 1), "x"))
    await editor.status()
    start = time.monotonic()
    assert await hints_in(editor, path) == []
    assert time.monotonic() - start < AT_ONCE_S
