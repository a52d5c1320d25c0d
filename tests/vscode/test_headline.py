"""The headline case as a person meets it: see who pays, find out why, put it right, undo it."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.files import json_in
from tests.machines import assert_no_canary
from tests.vscode.cases import PROFILE, PROFILE_CREDENTIALS, PROFILE_TEXT, profile_pays
from tests.vscode.conftest import OpenWorkbench
from tests.vscode.waiting import until
from tests.vscode.workbench import Workbench

REST_OF_PROFILE = {"version": "1.0", "base_url": "https://api.anthropic.com"}


@pytest.fixture
def workbench(open_workbench: OpenWorkbench) -> Workbench:
    return open_workbench(profile_pays())


def test_quick_fix_makes_the_subscription_pay_and_undo_takes_it_back(workbench: Workbench) -> None:
    profile = workbench.home / PROFILE
    workbench.expect_status("API usage", colour="warning")

    workbench.open(profile)
    conflict = workbench.squiggles("error")
    conflict.first.wait_for()
    workbench.screenshot("1-profile-pays")
    hovers = [workbench.hover(place) for place in conflict.all()]
    assert any("2222" in text and "organization-conflict" in text for text in hovers), hovers
    workbench.screenshot("2-hover")

    workbench.put_cursor_on("organization_id")
    fixes = workbench.quick_fixes()
    preferred = fixes.filter(has_text="Clear the cached organization and sign-in")
    expect(preferred.first).to_contain_text("Claude Max 20x")
    workbench.screenshot("3-quick-fixes")
    preferred.first.click()

    workbench.unsaved_tab(profile).wait_for()
    workbench.page.keyboard.press("Control+s")
    until(lambda: json_in(profile) == REST_OF_PROFILE, "the fixed file on disk")
    expect(conflict).to_have_count(0)
    workbench.expect_status("Max 20x", colour=None)
    workbench.screenshot("4-subscription-pays")

    workbench.page.keyboard.press("Control+z")
    until(lambda: "organization_id" in workbench.editor_text(), "the undone text")
    conflict.first.wait_for()
    workbench.expect_status("API usage", colour="warning")
    workbench.page.keyboard.press("Control+s")
    until(lambda: profile.read_text() == PROFILE_TEXT, "the undone file on disk")
    workbench.screenshot("5-undone")

    assert not workbench.notifications().count()
    assert_no_canary(workbench.page.inner_text("body") + workbench.log() + "\n".join(hovers))


def test_status_bar_follows_changes_made_outside_the_editor(workbench: Workbench) -> None:
    profile = workbench.home / PROFILE
    workbench.expect_status("API usage", colour="warning")

    profile.rename(profile.with_name("default.json.off"))
    workbench.expect_status("Max 20x", colour=None)

    profile.with_name("default.json.off").rename(profile)
    workbench.expect_status("API usage", colour="warning")
    workbench.screenshot("back-again")


def test_problems_panel_shows_what_nobody_opened(workbench: Workbench) -> None:
    leftover = workbench.home / PROFILE_CREDENTIALS
    workbench.show_problems()
    listed = until(lambda: workbench.problems_of(leftover), "a problem of the credentials file")
    assert any("2222" in text and "organization-conflict" in text for text in listed), listed
    assert not workbench.active_tab(leftover).count()
    workbench.screenshot("problems")
    assert_no_canary(workbench.page.inner_text("body") + workbench.log())


def test_show_who_pays_lists_the_sources_and_opens_their_places(workbench: Workbench) -> None:
    workbench.expect_status("API usage", colour="warning")
    tooltip = workbench.status_tooltip()
    assert "The profile 'default'" in tooltip
    workbench.screenshot("tooltip")

    workbench.status_item().click()
    in_charge = workbench.choices().filter(has_text="The profile 'default'").first
    expect(in_charge).to_contain_text("in charge")
    login = workbench.choices().filter(has_text="The claude.ai login").first
    expect(login).to_contain_text("outranked")
    workbench.screenshot("who-pays")
    assert_no_canary(workbench.page.inner_text("body") + tooltip)

    in_charge.click()
    workbench.active_tab(Path(PROFILE)).wait_for()
