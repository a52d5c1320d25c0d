"""The status bar item: who pays in a word, its colour, and the tooltip with its links."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.files import replace
from tests.machines import CONSOLE_ORGANIZATION, assert_no_canary
from tests.vscode.cases import PROFILE
from tests.vscode.waiting import until
from tests.vscode.workbench import Workbench

STATE = ".claude.json"
SETTINGS = ".claude/settings.json"
EDITOR_SETTINGS = "proj/.vscode/settings.json"
BACKUP = ".claude/backups/.claude.json.backup.1763600000000"  # of 2025-11-20


def write(path: Path, value: object) -> None:
    replace(path, json.dumps(value, indent=2))


def headless_and_editor_differ(home: Path) -> None:
    """The login pays in a terminal, a key refused there pays headless, Bedrock in the editor."""
    key = "sk-ant-api03-" + "x" * 90
    (home / PROFILE).rename(home / f"{PROFILE}.off")
    write(home / SETTINGS, {"env": {"ANTHROPIC_API_KEY": key}})
    state = json.loads((home / STATE).read_text())
    write(home / STATE, {**state, "customApiKeyResponses": {"rejected": [key[-20:]]}})
    variables = [{"name": "CLAUDE_CODE_USE_BEDROCK", "value": "1"}]
    write(home / EDITOR_SETTINGS, {"claudeCode.environmentVariables": variables})


def test_says_the_plan_or_the_payer_and_shows_by_colour_whether_it_is_right(
    workbench: Workbench,
) -> None:
    profile, settings = workbench.home / PROFILE, workbench.home / SETTINGS
    expect(workbench.status_item()).to_have_attribute("aria-label", spoken("not as expected"))
    workbench.screenshot("warning")

    write(settings, {"env": {"CLAUDE_CODE_USE_BEDROCK": "1"}})
    workbench.expect_status("Bedrock", colour="warning")

    settings.unlink()
    profile.rename(profile.with_suffix(".off"))
    workbench.expect_status("Max 20x", colour=None)
    workbench.screenshot("as-expected")

    (workbench.home / ".claude/.credentials.json").unlink()
    workbench.expect_status("Not logged in", colour="error")
    workbench.screenshot("error")


def spoken(verdict: str) -> str:
    return (
        f"Claude Code is paid by: API usage (organization {CONSOLE_ORGANIZATION[:4]}…), {verdict}"
    )


def test_spins_while_the_server_starts(workbench: Workbench) -> None:
    seen = workbench.watch_status()
    workbench.command("Billing Lens: Restart Server")
    until(lambda: len(seen()) >= 2 and seen()[-1] == "API usage", "the status after a restart")
    assert "Billing Lens (loading)" in seen()


def test_the_tooltip_tells_what_differs_and_what_changed(workbench: Workbench) -> None:
    home = workbench.home
    state = json.loads((home / STATE).read_text())
    former = {**state["oauthAccount"], "organizationUuid": CONSOLE_ORGANIZATION}
    write(home / BACKUP, {**state, "oauthAccount": former})
    headless_and_editor_differ(home)
    workbench.expect_status("Max 20x", colour=None)

    tooltip = until(
        lambda: text if "Bedrock" in (text := workbench.status_tooltip()) else "",
        "the tooltip of the new status",
    )
    workbench.screenshot("tooltip")
    assert "Headless runs (claude -p, CI): API usage" in tooltip
    assert "Claude Code in VS Code: Amazon Bedrock" in tooltip
    assert "Last change: after 2025-11-20, from Dev's Organization (Claude Max)" in tooltip
    assert "Dev's Organization 1111" in tooltip
    assert_no_canary(tooltip)


@pytest.mark.parametrize(
    ("link", "opens"),
    [("Set expectation", "Who should pay"), ("Show who pays", "Who pays for Claude Code")],
)
def test_the_tooltip_s_links_work(workbench: Workbench, link: str, opens: str) -> None:
    workbench.status_tooltip()
    workbench.page.locator(".monaco-hover:visible").get_by_text(link, exact=True).click()
    expect(workbench.page.locator(".quick-input-widget")).to_contain_text(opens)
