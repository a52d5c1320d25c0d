"""What stands in the text of a config file: hover, hints behind ids, a lens on the first line."""

from __future__ import annotations

from contextlib import suppress

from playwright.sync_api import TimeoutError as PlaywrightTimeoutError
from playwright.sync_api import expect

from tests.machines import CONSOLE_ORGANIZATION, SUBSCRIPTION_ORGANIZATION
from tests.vscode.cases import PROFILE, PROFILE_CREDENTIALS
from tests.vscode.waiting import until
from tests.vscode.workbench import Workbench


def test_the_hover_names_the_organization_behind_an_id(workbench: Workbench) -> None:
    workbench.open(workbench.home / PROFILE)
    workbench.squiggles().first.wait_for()
    assert "Acme Console" in workbench.hover(workbench.squiggles().first)
    workbench.screenshot("hover")


def test_the_organization_s_name_stands_behind_its_id(workbench: Workbench) -> None:
    workbench.open(workbench.home / PROFILE)
    until(lambda: "Acme Console" in workbench.editor_text(), "the hint")
    workbench.screenshot("hint")


def test_the_lens_says_who_is_in_charge_and_shows_why(workbench: Workbench) -> None:
    workbench.open(workbench.home / PROFILE)
    lens = workbench.page.locator(".codelens-decoration")
    expect(lens.first).to_contain_text("In charge: API usage")
    workbench.screenshot("lens")
    answer = workbench.choices().filter(has_text="The profile 'default'").first

    def asked() -> bool:
        # The lens pushes the text down; where that was scrolled to, it lies behind the tabs. One
        # that is drawn anew under the mouse misses its click.
        workbench.page.keyboard.press("Control+Home")
        with suppress(PlaywrightTimeoutError):
            lens.get_by_text("Why?").first.click(timeout=3000)
            answer.wait_for(timeout=3000)
        return answer.is_visible()

    until(asked, "the answer")


def test_known_organizations_are_proposed_by_their_names(workbench: Workbench) -> None:
    workbench.open(workbench.home / PROFILE)
    workbench.expect_status("API usage", colour="warning")
    workbench.put_cursor_on(CONSOLE_ORGANIZATION)
    workbench.page.keyboard.press("Control+Space")
    proposed = workbench.page.locator(".suggest-widget.visible .monaco-list-row")
    mine = proposed.filter(has_text=SUBSCRIPTION_ORGANIZATION)
    expect(mine).to_contain_text("Dev's Organization")
    workbench.screenshot("proposals")
    mine.click()
    until(lambda: CONSOLE_ORGANIZATION not in workbench.editor_text(), "the other organization")
    assert f'"organization_id": "{SUBSCRIPTION_ORGANIZATION}"' in workbench.editor_text()


def test_a_link_leads_from_a_profile_to_its_credentials(workbench: Workbench) -> None:
    workbench.open(workbench.home / PROFILE)
    link = workbench.page.locator(".editor-instance .detected-link", has_text="user_oauth")
    link.wait_for()
    workbench.page.keyboard.down("Control")
    link.click()
    workbench.page.keyboard.up("Control")
    workbench.active_tab(workbench.home / PROFILE_CREDENTIALS).wait_for()
