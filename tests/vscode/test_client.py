"""What the client itself does: finds, starts and restarts the server, and follows its settings."""

from __future__ import annotations

import sys
from pathlib import Path

from playwright.sync_api import expect

from tests.vscode.cases import profile_pays
from tests.vscode.conftest import OpenWorkbench
from tests.vscode.workbench import until


def test_says_what_to_do_without_a_server_and_finds_it_once_set(
    open_workbench: OpenWorkbench,
) -> None:
    workbench = open_workbench(profile_pays(), interpreter="")
    workbench.expect_status("Billing Lens: no server", colour=None)
    expect(workbench.notifications()).to_contain_text("pipx install billing-lens")
    expect(workbench.notifications()).to_contain_text("billingLens.server.path")
    workbench.screenshot("no-server")

    workbench.set_machine_settings(interpreter="/nowhere/python")
    expect(workbench.notifications().first).to_contain_text("/nowhere/python")

    workbench.set_machine_settings(interpreter=sys.executable)
    workbench.expect_status("API usage", colour="warning")


def test_settings_apply_while_the_server_runs(open_workbench: OpenWorkbench) -> None:
    workbench = open_workbench(profile_pays())
    workbench.expect_status("API usage", colour="warning")

    workbench.set_machine_settings(interpreter=sys.executable, expected__billing="any")
    workbench.expect_status("API usage", colour=None)

    workbench.set_machine_settings(interpreter=sys.executable, statusBar__show=False)
    workbench.status_item().wait_for(state="hidden")
    assert workbench.log().count("[info] Starting ") == 1


def test_restart_command_starts_the_server_anew(open_workbench: OpenWorkbench) -> None:
    workbench = open_workbench(profile_pays())
    workbench.expect_status("API usage", colour="warning")
    workbench.command("Billing Lens: Restart Server")
    until(lambda: workbench.log().count("[info] Starting ") == 2, "a second start in the log")
    workbench.expect_status("API usage", colour="warning")
    assert not workbench.notifications().count()


def test_untrusted_workspace_does_not_choose_the_server(
    open_workbench: OpenWorkbench, tmp_path: Path
) -> None:
    started = tmp_path / "started"
    interpreter = {
        "__file__": {
            "content": f'#!/bin/sh\n: >> "{started}"\nexec "{sys.executable}" "$@"\n',
            "mode": "755",
        }
    }
    machine = profile_pays().with_files({"proj/.venv/bin/python": interpreter})
    workbench = open_workbench(machine, trusted=False, interpreter="")
    workbench.expect_status("Billing Lens: no server", colour=None)
    workbench.screenshot("untrusted")
    assert not started.exists()

    workbench.trust_workspace()
    workbench.expect_status("API usage", colour="warning")
    assert started.exists()
