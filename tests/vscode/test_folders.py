"""Files that are not simply a folder's: several folders, and VS Code's own settings."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import expect

from tests.vscode.cases import profile_pays
from tests.vscode.conftest import OpenWorkbench
from tests.vscode.waiting import until
from tests.vscode.who_pays import WhoPaysView
from tests.vscode.workbench import USER_SETTINGS, Workbench

BEDROCK = {"env": {"CLAUDE_CODE_USE_BEDROCK": "1"}}


def test_the_user_s_settings_are_watched_as_they_are_typed(workbench: Workbench) -> None:
    view = WhoPaysView(workbench)
    workbench.command("Preferences: Open User Settings (JSON)")
    workbench.active_tab(workbench.data / USER_SETTINGS).wait_for()
    workbench.page.locator(".editor-instance .monaco-editor.focused").wait_for()
    workbench.page.keyboard.press("Control+a")
    workbench.page.keyboard.press("Delete")
    # Typed brackets and quotes would be doubled by the editor.
    workbench.page.keyboard.insert_text(
        '{"claudeCode.environmentVariables": [{"name": "CLAUDE_CODE_USE_BEDROCK", "value": "1"}]}'
    )

    expect(view.row("Claude Code in VS Code Amazon Bedrock")).to_be_visible()
    workbench.screenshot("user-settings")


def test_the_status_is_that_of_the_active_editor_s_folder(
    open_workbench: OpenWorkbench, tmp_path: Path
) -> None:
    folders = {"folders": [{"path": "proj"}, {"path": "other"}]}
    machine = profile_pays().with_files(
        {
            "both.code-workspace": folders,
            "proj/.mcp.json": "{}",
            "other/.mcp.json": "{}",
            "other/.claude/settings.json": BEDROCK,
        }
    )
    workbench = open_workbench(machine, workspace="both.code-workspace")
    workbench.expect_status("API usage", colour="warning")
    workbench.open(tmp_path / "home/other/.mcp.json")
    workbench.expect_status("Bedrock", colour="warning")
    workbench.open(tmp_path / "home/proj/.mcp.json")
    workbench.expect_status("API usage", colour="warning")
    until(lambda: workbench.log().count("[info] Starting ") == 1, "one server for both")
