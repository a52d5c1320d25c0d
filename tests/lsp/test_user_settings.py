"""VS Code's own settings, which it opens under ``vscode-userdata:`` and not as a file."""

from __future__ import annotations

from tests.lsp.conftest import RunServer
from tests.lsp.editor import Editor

USER_SETTINGS = ".config/Code/User/settings.json"
BEDROCK_IN_THE_EDITOR = (
    '{"claudeCode.environmentVariables": [{"name": "CLAUDE_CODE_USE_BEDROCK", "value": "1"}]}'
)


def uri_in_vscode(editor: Editor) -> str:
    return editor.home(USER_SETTINGS).as_uri().replace("file://", "vscode-userdata:")


async def test_what_is_typed_there_counts(start_editor: RunServer) -> None:
    editor = await start_editor()
    editor.open_uri(uri_in_vscode(editor), BEDROCK_IN_THE_EDITOR, "jsonc")
    status = await editor.status()
    assert status["environments"][-1]["route"]["provider"] == "bedrock"


async def test_findings_are_shown_in_the_open_document(start_editor: RunServer) -> None:
    editor = await start_editor()
    uri = uri_in_vscode(editor)
    editor.open_uri(uri, BEDROCK_IN_THE_EDITOR, "jsonc")
    await editor.status()
    told = [each["diagnostics"] for each in editor.publications() if each["uri"] == uri]
    assert told
    assert "environments-differ" in [diagnostic["code"] for diagnostic in told[-1]]
