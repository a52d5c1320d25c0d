"""The view "Who Pays": what it lists, where its rows lead, and what can be done from it."""

from __future__ import annotations

import json

from playwright.sync_api import expect

from tests.files import replace
from tests.machines import assert_no_canary
from tests.vscode.cases import PROFILE, PROFILE_TEXT, profile_pays
from tests.vscode.conftest import OpenWorkbench
from tests.vscode.waiting import until
from tests.vscode.who_pays import WhoPaysView
from tests.vscode.workbench import Workbench

CREDENTIALS = ".config/anthropic/credentials/default.json"
LOGIN = ".claude/.credentials.json"
PROFILE_OVERRIDES = "Claude Code bills API usage of organization"
RETIRE = "Retire profile 'default'"
CLEAR = "Clear the cached organization and sign-in"


def test_lists_who_pays_the_sources_in_order_and_what_is_wrong(workbench: Workbench) -> None:
    view = WhoPaysView(workbench)
    shown = view.shown()
    assert shown[0] == "In charge: API usage not as expected"
    profile = next(row for row in shown if row.startswith("The profile 'default' in charge"))
    login = next(row for row in shown if row.startswith("The claude.ai login outranked"))
    assert shown.index(profile) < shown.index(login)
    assert any(row.startswith("Acme Console pays") for row in shown)
    assert any(row.startswith("Dev's Organization should pay") for row in shown)
    assert any(row.startswith("A subscription of organization 1111") for row in shown)
    assert any(row.startswith(PROFILE_OVERRIDES) for row in shown)
    assert view.spoken(PROFILE_OVERRIDES).startswith("error: ")
    assert "in charge" in view.spoken("The profile 'default'")
    workbench.screenshot("view")
    assert_no_canary(workbench.page.inner_text("body"))


def test_a_click_opens_exactly_the_text_to_blame(workbench: Workbench) -> None:
    view = WhoPaysView(workbench)
    view.click("The profile 'default' in charge")
    workbench.active_tab(workbench.home / PROFILE).wait_for()
    until(lambda: workbench.selection() == "Ln 8, Col 60 (57 selected)", "the selected property")
    workbench.screenshot("opened")

    view.expand(PROFILE_OVERRIDES)
    view.click("The claude.ai login outranked")
    workbench.active_tab(workbench.home / LOGIN).wait_for()
    until(lambda: workbench.selection() == "Ln 2, Col 18 (15 selected)", "the login's property")


def test_a_fix_changes_the_buffer_and_undo_takes_it_back(workbench: Workbench) -> None:
    profile = workbench.home / PROFILE
    view = WhoPaysView(workbench)
    view.expand(PROFILE_OVERRIDES)
    workbench.screenshot("fixes")
    view.click(CLEAR)

    workbench.unsaved_tab(profile).wait_for()
    workbench.expect_status("Max 20x", colour=None)
    expect(view.row("In charge: Max 20x")).to_contain_text("as expected")
    assert profile.read_text() == PROFILE_TEXT

    workbench.page.locator(".editor-instance .view-line").first.click()
    workbench.page.keyboard.press("Control+z")
    workbench.expect_status("API usage", colour="warning")


def test_a_command_to_run_is_copied(workbench: Workbench) -> None:
    replace(workbench.home / LOGIN, "{}")
    (workbench.home / PROFILE).unlink()
    (workbench.home / CREDENTIALS).unlink()
    workbench.expect_status("Not logged in", colour="error")
    view = WhoPaysView(workbench)
    view.expand("Nobody is logged in")
    view.act("claude auth login", "Copy Command")
    until(lambda: workbench.clipboard().startswith("claude auth login"), "the copied command")


def test_rows_stay_open_while_the_view_follows_changes(workbench: Workbench) -> None:
    view = WhoPaysView(workbench)
    view.expand(PROFILE_OVERRIDES)
    view.expand("Acme Console pays")
    state = workbench.home / ".claude.json"
    changed = json.loads(state.read_text())
    changed["oauthAccount"]["organizationName"] = "Renamed Organization"
    replace(state, json.dumps(changed))

    view.row("Renamed Organization").wait_for()
    assert view.is_expanded(PROFILE_OVERRIDES)
    assert view.is_expanded("Acme Console pays")


def test_says_what_to_do_where_there_is_no_server(open_workbench: OpenWorkbench) -> None:
    workbench = open_workbench(profile_pays(), interpreter="")
    workbench.expect_status("Billing Lens: no server", colour=None)
    view = WhoPaysView(workbench)
    expect(view.welcome()).to_contain_text("not set up here")
    workbench.screenshot("welcome")
