"""What an editor shows in the files: every field, only what it understands, only what is new."""

from __future__ import annotations

from tests.lsp.capabilities import BARE, capable
from tests.lsp.conftest import RunServer, with_version
from tests.lsp.editor import read
from tests.lsp.places import LOGIN, PROFILE, PROFILE_TOKENS, STATE
from tests.lsp.texts import marked
from tests.machines import CONSOLE_ORGANIZATION, SUBSCRIPTION_ORGANIZATION

ERROR, HINT = 1, 4
UNNECESSARY = 1


async def test_a_diagnostic_says_what_where_why_and_where_to_read_on(
    start_editor: RunServer,
) -> None:
    editor = await start_editor()
    path = editor.home(PROFILE)
    takes_over, conflict = editor.shown(path)

    for diagnostic in (takes_over, conflict):
        assert diagnostic["source"] == "billing-lens"
        assert diagnostic["severity"] == ERROR
        assert "tags" not in diagnostic
        page = f"/docs/rules/{diagnostic['code']}.md"
        assert diagnostic["codeDescription"]["href"].endswith(page)
        assert marked(read(path), diagnostic["range"]) == (
            f'"organization_id": "{CONSOLE_ORGANIZATION}"'
        )
    assert "Claude Max login" in takes_over["message"]
    related = {
        each["location"]["uri"]: marked(read(editor.home(name)), each["location"]["range"])
        for diagnostic, name in ((takes_over, LOGIN), (conflict, LOGIN))
        for each in diagnostic["relatedInformation"]
    }
    assert related == {editor.home(LOGIN).as_uri(): '"claudeAiOauth"'}


async def test_what_nothing_is_billed_to_is_a_faded_hint(start_editor: RunServer) -> None:
    editor = await start_editor(with_version("2.1.330"))

    assert editor.payer == "subscription"
    for name, member in ((PROFILE, "organization_id"), (PROFILE_TOKENS, "organization_uuid")):
        [leftover] = editor.shown(editor.home(name))
        assert (leftover["code"], leftover["severity"]) == ("organization-conflict", HINT)
        assert leftover["tags"] == [UNNECESSARY]
        assert marked(read(editor.home(name)), leftover["range"]) == (
            f'"{member}": "{CONSOLE_ORGANIZATION}"'
        )


async def test_an_editor_that_understands_less_gets_less(start_editor: RunServer) -> None:
    editor = await start_editor(with_version("2.1.330"), BARE)
    editor.open(editor.home(PROFILE))
    editor.edit(editor.home(PROFILE), ((0, 0), (0, 0), "\n"))
    await editor.status()

    publications = editor.publications(editor.home(PROFILE))
    assert len(publications) == 2
    for publication in publications:
        assert publication.keys() == {"uri", "diagnostics"}
        for diagnostic in publication["diagnostics"]:
            assert diagnostic.keys() == {"range", "message", "severity", "code", "source"}


async def test_diagnostics_of_an_open_document_name_its_version(start_editor: RunServer) -> None:
    editor = await start_editor()
    path = editor.home(PROFILE)
    assert "version" not in editor.publications(path)[-1]
    editor.open(path)
    version = editor.edit(path, ((0, 0), (0, 0), "\n"))
    await editor.status()

    assert editor.publications(path)[-1]["version"] == version


async def test_what_did_not_change_is_not_published_again(start_editor: RunServer) -> None:
    editor = await start_editor(capabilities=capable())
    path = editor.home(PROFILE)
    published = len(editor.publications())
    text = editor.open(path)
    end = (text.count("\n"), len(text.rpartition("\n")[2]))
    editor.edit(path, (end, end, "\n"))
    await editor.status()
    editor.open(editor.home(STATE))
    await editor.status()
    editor.close(path)
    await editor.status()

    assert len(editor.publications()) == published
    assert len(editor.statuses) == 1


async def test_diagnostics_are_cleared_once_when_they_are_fixed(start_editor: RunServer) -> None:
    editor = await start_editor()
    path = editor.home(PROFILE)
    text = editor.open(path)
    editor.edit(path, text.replace(CONSOLE_ORGANIZATION, SUBSCRIPTION_ORGANIZATION))
    await editor.status()
    assert editor.codes(path) == ["profile-overrides-login", "profile-drift"]

    editor.edit(path, "{}")
    await editor.status()
    editor.edit(path, "{ }")
    await editor.status()
    assert editor.shown(path) == []
    assert [each["diagnostics"] for each in editor.publications(path)].count([]) == 1


async def test_a_broken_file_that_nobody_opened_is_marked_where_it_breaks(
    start_editor: RunServer,
) -> None:
    broken = with_version("2.1.330").with_files({LOGIN: '{\n  "claudeAiOauth": {,}\n}\n'})
    editor = await start_editor(broken)

    diagnostic, unusable = editor.shown(editor.home(LOGIN))[::-1]
    assert unusable["code"] == "login-unusable"
    assert diagnostic["code"] == "invalid-config"
    assert marked(read(editor.home(LOGIN)), diagnostic["range"]) == ","
