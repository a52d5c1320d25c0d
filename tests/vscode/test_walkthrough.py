"""The walkthrough that VS Code offers once the extension is installed."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.vscode.workbench import Workbench

EXPANDED = re.compile(r"\bexpanded\b")


def test_walkthrough_leads_to_who_pays(workbench: Workbench) -> None:
    workbench.command("View: Close Primary Side Bar")  # else there is no room for the pictures
    workbench.command("Welcome: Open Walkthrough...")
    workbench.choices().filter(has_text="Who pays for Claude Code?").click()
    steps = workbench.page.locator(".gettingStartedDetailsContent .getting-started-step")
    expect(steps).to_have_count(3)
    for number in (2, 1, 0):
        steps.nth(number).click()
        expect(steps.nth(number)).to_have_class(EXPANDED)
        workbench.page.wait_for_timeout(700)  # the picture fades in
        workbench.screenshot(f"step-{number + 1}")
    steps.first.get_by_role("button", name="Show Who Pays").click()
    expect(workbench.choices().filter(has_text="The profile 'default'").first).to_be_visible()
    expect(steps.first.locator(".codicon-getting-started-step-checked")).to_have_count(1)
    workbench.command("View: Show Explorer")
