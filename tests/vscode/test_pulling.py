"""Diagnostics change hands when a file is opened and closed; each is shown, and once."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.vscode.cases import PROFILE, profile_pays
from tests.vscode.conftest import OpenWorkbench
from tests.vscode.waiting import until
from tests.vscode.workbench import Workbench

COUNTER = '.statusbar-item[id="status.problems"]'
NOTE_COUNTS = """
item => {
  window.countsSeen = [item.innerText];
  const note = () => window.countsSeen.push(item.innerText);
  const everything = { attributes: true, characterData: true, childList: true, subtree: true };
  new MutationObserver(note).observe(item, everything);
}
"""


def counts_seen(workbench: Workbench) -> set[int]:
    """Every number of errors and warnings that the status bar has shown since `NOTE_COUNTS`."""
    shown: list[str] = workbench.page.evaluate("window.countsSeen")
    return {sum(map(int, text.split())) for text in shown}


def test_findings_are_neither_lost_nor_doubled_when_a_file_is_opened_edited_and_closed(
    open_workbench: OpenWorkbench,
) -> None:
    workbench = open_workbench(profile_pays())
    workbench.expect_status("API usage", colour="warning")
    profile = workbench.home / PROFILE
    workbench.show_problems()
    listed = until(lambda: workbench.problems_of(profile), "problems of a file nobody opened")
    workbench.page.locator(COUNTER).evaluate(NOTE_COUNTS)
    [count] = counts_seen(workbench)

    workbench.open(profile)
    workbench.squiggles("error").first.wait_for()
    squiggles = workbench.squiggles("error").count()
    workbench.page.wait_for_timeout(1000)
    until(lambda: workbench.problems_of(profile) == listed, "the same problems while it is open")
    workbench.screenshot("open")

    workbench.page.locator(".editor-instance .view-line").first.click()
    workbench.page.keyboard.press("End")
    workbench.page.keyboard.type("     ", delay=80)
    workbench.page.wait_for_timeout(1000)
    expect(workbench.squiggles("error")).to_have_count(squiggles)

    workbench.discard_editors()
    workbench.active_tab(profile).wait_for(state="detached")
    workbench.page.wait_for_timeout(1000)
    until(lambda: workbench.problems_of(profile) == listed, "the same problems after closing")
    workbench.screenshot("closed")

    # Fewer for a blink, as between VS Code's dropping what it pulled and our pushing; never more.
    assert max(counts_seen(workbench)) == count
