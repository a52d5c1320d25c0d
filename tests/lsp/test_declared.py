"""Workflows and the like in an editor: diagnostics while they are open, typed in and broken."""

from __future__ import annotations

from pathlib import Path

from tests.lsp.conftest import RunServer
from tests.lsp.editor import Editor, read
from tests.lsp.texts import marked, position
from tests.machines import assert_no_canary
from tests.rules.declaring import (
    COMPOSE,
    DEVCONTAINER,
    EACH_FILE,
    KEY_SECRET,
    LITERAL,
    WORKFLOW,
    project,
    workflow,
)

INFORMATION, WARNING = 3, 2


async def opened(start_editor: RunServer, path: str, text: str) -> tuple[Editor, Path]:
    editor = await start_editor(project({path: text}))
    file = editor.home(path)
    editor.open(file, language="yaml")
    return editor, file


async def test_a_workflow_nobody_opened_is_marked(start_editor: RunServer) -> None:
    files = {path: text for path, (text, _) in EACH_FILE.items()}
    editor = await start_editor(project(files))

    for path, (text, source) in EACH_FILE.items():
        (shown,) = editor.shown(editor.home(path))
        assert (shown["code"], shown["severity"]) == ("environments-differ", INFORMATION)
        assert marked(text, shown["range"]) == source


async def test_what_is_typed_into_a_workflow_counts(start_editor: RunServer) -> None:
    text = workflow(f"anthropic_api_key: {KEY_SECRET}")
    editor, file = await opened(start_editor, WORKFLOW, text)

    start = position(text, text.index("anthropic_api_key"))
    end = position(text, text.index(": ${{"))
    editor.edit(file, (start, end, "claude_code_oauth_token"))
    await editor.status()
    assert editor.codes(file) == []

    editor.edit(file, text.replace(f"anthropic_api_key: {KEY_SECRET}", "use_vertex: true"))
    await editor.status()
    (shown,) = editor.shown(file)
    assert "Google Vertex AI" in shown["message"]


async def test_broken_by_typing_it_means_what_it_meant(start_editor: RunServer) -> None:
    text = workflow(f"anthropic_api_key: {KEY_SECRET}")
    editor, file = await opened(start_editor, WORKFLOW, text)
    before = editor.statuses[-1]["environments"]

    end = position(text, len(text))
    for at, typed in enumerate("  next: [1, {a"):
        editor.edit(file, ((end[0], at), (end[0], at), typed))
        await editor.status()

    codes = editor.codes(file)
    assert sorted(codes) == ["environments-differ", "invalid-config"]
    differs = next(it for it in editor.shown(file) if it["code"] == "environments-differ")
    assert marked(text, differs["range"]) == f"anthropic_api_key: {KEY_SECRET}"
    assert editor.statuses[-1]["environments"] == before
    assert len(editor.publications(file)) <= 2 + len("  next: [1, {a")


async def test_a_workflow_that_is_not_saved_yet_counts(start_editor: RunServer) -> None:
    editor = await start_editor(project({}))
    file = editor.home(WORKFLOW)
    editor.open(file, workflow(f"anthropic_api_key: {KEY_SECRET}"), "yaml")

    await editor.wire.until(lambda: editor.codes(file))

    assert editor.codes(file) == ["environments-differ"]


async def test_closing_it_brings_back_what_is_saved(start_editor: RunServer) -> None:
    text = workflow(f"anthropic_api_key: {KEY_SECRET}")
    editor, file = await opened(start_editor, WORKFLOW, text)
    editor.edit(file, "on: push\n")
    await editor.status()
    assert editor.codes(file) == []

    editor.close(file)
    await editor.status()

    assert editor.codes(file) == ["environments-differ"]
    assert read(file) == text


async def test_a_secret_is_marked_as_it_is_typed_and_never_sent(start_editor: RunServer) -> None:
    broken = (f"# claude {LITERAL}\n", f"a: '{LITERAL}\n", f"a: [&{LITERAL} x, *{LITERAL}\n")
    for path in (WORKFLOW, COMPOSE, DEVCONTAINER):
        text = EACH_FILE[path][0]
        editor, file = await opened(start_editor, path, text)
        for typed in broken:
            editor.edit(file, typed)
            await editor.status()
            shown = editor.shown(file)
            assert "secret-in-project" in [it["code"] for it in shown]
            for it in shown:
                assert_no_canary(it["message"])
