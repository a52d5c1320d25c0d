"""The commands of the palette, from the expectation to the documentation."""

from __future__ import annotations

from typing import cast

from playwright.sync_api import expect

from tests.files import json_in, replace
from tests.machines import CONSOLE_ORGANIZATION, assert_no_canary
from tests.vscode.cases import PROFILE, PROFILE_TEXT
from tests.vscode.waiting import until
from tests.vscode.workbench import USER_SETTINGS, Workbench

REST_OF_PROFILE = {"version": "1.0", "base_url": "https://api.anthropic.com"}


def expected_in_settings(workbench: Workbench) -> list[object] | None:
    """The user's expectation, None while VS Code is writing its file."""
    settings = json_in(workbench.data / USER_SETTINGS)
    if not isinstance(settings, dict):
        return None
    named = cast("dict[str, object]", settings)
    return [value for name, value in named.items() if name.startswith("billingLens.expected.")]


def test_the_expectation_is_picked_and_written_to_the_user_s_settings(workbench: Workbench) -> None:
    workbench.command("Billing Lens: Set Expectation")
    expect(workbench.choices().filter(has_text="Inferred")).to_contain_text("a subscription of")
    workbench.screenshot("who")
    workbench.choices().filter(has_text="API usage").first.click()
    acme = workbench.choices().filter(has_text="Acme Console")
    expect(acme).to_contain_text("pays now")
    workbench.screenshot("which-organization")
    acme.click()

    workbench.expect_status("API usage", colour=None)
    until(lambda: expected_in_settings(workbench) == ["api_usage", CONSOLE_ORGANIZATION], "both")

    workbench.command("Billing Lens: Set Expectation")
    workbench.choices().filter(has_text="Inferred").click()
    workbench.expect_status("API usage", colour="warning")
    until(lambda: expected_in_settings(workbench) == [], "neither of the two")


def test_says_when_the_workspace_s_settings_come_first(workbench: Workbench) -> None:
    settings = workbench.home / "proj/.vscode/settings.json"
    replace(settings, '{"billingLens.expected.billing": "any"}')
    workbench.expect_status("API usage", colour=None)

    workbench.command("Billing Lens: Set Expectation")
    workbench.choices().filter(has_text="Gateway").click()
    expect(workbench.notifications()).to_contain_text("this workspace sets")


def test_documentation_opens(workbench: Workbench) -> None:
    workbench.command("Billing Lens: Open Documentation")
    expect(workbench.page.locator(".extension-editor")).to_contain_text("Billing Lens")


def test_claude_code_is_not_run_unless_the_user_agrees(workbench: Workbench) -> None:
    workbench.command("Billing Lens: Verify with Claude Code")
    dialog = workbench.page.locator(".monaco-dialog-box")
    expect(dialog).to_contain_text("may rewrite its state file ~/.claude.json")
    workbench.screenshot("asks")
    dialog.get_by_role("button", name="Cancel").click()
    dialog.wait_for(state="detached")
    assert not workbench.notifications().count()


def test_says_so_when_there_is_no_claude_code_to_ask(workbench: Workbench) -> None:
    workbench.command("Billing Lens: Verify with Claude Code")
    workbench.page.get_by_role("button", name="Run Claude Code").click()
    answer = workbench.page.locator(".monaco-dialog-box, .notification-toast")
    expect(answer.filter(has_text="claude").first).to_contain_text("not")
    workbench.screenshot("answer")


def test_fix_all_shows_what_it_would_change_before_it_does(workbench: Workbench) -> None:
    profile = workbench.home / PROFILE
    workbench.command("Billing Lens: Fix All Safe Findings")
    preview = workbench.refactor_preview()
    expect(preview).to_contain_text("default.json")
    workbench.screenshot("preview")
    assert profile.read_text() == PROFILE_TEXT

    apply = workbench.page.get_by_role("button", name="Apply", exact=True)
    apply.click()
    expect(workbench.notifications()).to_contain_text("Only what is ticked")
    workbench.command("Notifications: Clear All Notifications")
    preview.wait_for(state="hidden")

    workbench.command("Billing Lens: Fix All Safe Findings")
    # The row says of itself that it is a box, too; the one to tick is in it.
    preview.get_by_role("checkbox").first.get_by_role("checkbox").check()
    apply.click()
    workbench.expect_status("Max 20x", colour=None)
    told = workbench.notifications()
    expect(told).to_contain_text("Save the changed files.")
    expect(told).not_to_contain_text("remain")
    workbench.page.locator(".editor-instance .view-line").first.click()
    workbench.page.keyboard.press("Control+s")
    until(lambda: json_in(profile) == REST_OF_PROFILE, "the fixed file on disk")


def test_a_report_without_secrets_is_copied(workbench: Workbench) -> None:
    workbench.command("Billing Lens: Copy Report Without Secrets")
    report = until(
        lambda: text if "2.1.146" in (text := workbench.clipboard()) else "", "the copied report"
    )
    expect(workbench.notifications()).to_contain_text("in the clipboard")
    assert_no_canary(report)
    assert "dev@example.com" not in report


def test_a_config_file_is_picked_and_opened(workbench: Workbench) -> None:
    workbench.command("Billing Lens: Open Config File")
    workbench.screenshot("files")
    workbench.choices().filter(has_text="Claude Code's state").first.click()
    workbench.active_tab(workbench.home / ".claude.json").wait_for()
