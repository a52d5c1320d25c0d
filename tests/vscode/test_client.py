"""What the client itself does: finds, starts and restarts the server, and follows its settings."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

from playwright.sync_api import expect

from billing_lens import __version__
from tests.machines import assert_no_canary
from tests.vscode.cases import PROFILE, profile_pays
from tests.vscode.conftest import OpenWorkbench
from tests.vscode.waiting import until
from tests.vscode.workbench import Workbench

CREDENTIALS = ".config/anthropic/credentials/default.json"
STARTING = "[info] Starting "


def test_says_what_to_do_without_python_and_finds_the_server_once_set(
    open_workbench: OpenWorkbench,
) -> None:
    workbench = open_workbench(profile_pays(), interpreter="")
    workbench.expect_status("Billing Lens: no server", colour=None)
    workbench.press("Set up")
    failure = workbench.notifications().filter(has_text="Setting up Billing Lens failed")
    expect(failure).to_contain_text("Python 3.10 or newer is needed, and none was found.")
    workbench.screenshot("no-python")

    workbench.set_machine_settings(interpreter="/nowhere/python")
    # Told in a notification too; VS Code shows it late while that of the failure is there.
    wrong = "names /nowhere/python, which is no program"
    until(lambda: wrong in workbench.log(), "the wrong setting in the log")

    workbench.set_machine_settings(interpreter=sys.executable)
    workbench.expect_status("API usage", colour="warning")


def test_settings_apply_while_the_server_runs(workbench: Workbench) -> None:
    starts = workbench.log().count(STARTING)
    workbench.set_machine_settings(interpreter=sys.executable, expected__billing="any")
    workbench.expect_status("API usage", colour=None)

    workbench.set_machine_settings(interpreter=sys.executable, statusBar__show=False)
    workbench.status_item().wait_for(state="hidden")
    assert workbench.log().count(STARTING) == starts


def test_restart_command_starts_the_server_anew(workbench: Workbench) -> None:
    starts = workbench.log().count(STARTING)
    workbench.command("Billing Lens: Restart Server")
    until(lambda: workbench.log().count(STARTING) == starts + 1, "a second start in the log")
    workbench.expect_status("API usage", colour="warning")
    assert not workbench.notifications().count()


def test_language_status_says_which_server_looks_at_a_config_file(workbench: Workbench) -> None:
    workbench.open(workbench.home / PROFILE)
    status = workbench.language_status()
    assert f"Billing Lens {__version__}" in status, status
    assert "named in the settings" in status, status
    workbench.screenshot("language-status")


def test_log_follows_the_level_of_its_channel_and_never_holds_a_document(
    workbench: Workbench,
) -> None:
    workbench.set_machine_settings(interpreter=sys.executable, trace__server="verbose")
    assert "[trace]" not in workbench.log()
    set_log_level(workbench, "Trace")
    workbench.open(workbench.home / CREDENTIALS)
    until(lambda: "(not logged)" in workbench.log(), "the trace of a document that was opened")
    set_log_level(workbench, "Info")
    assert "[trace]" in workbench.log()
    assert_no_canary(workbench.log())


def test_starts_a_crashed_server_again_tells_once_and_gives_up_in_the_end(
    open_workbench: OpenWorkbench, tmp_path: Path
) -> None:
    server = tmp_path / "billing-lens"
    server.write_text(
        f'#!/bin/sh\necho "WARNING one word" >&2\nexec "{sys.executable}" -m billing_lens "$@"\n'
    )
    server.chmod(0o755)
    workbench = open_workbench(profile_pays(), interpreter="", server__path=str(server))
    workbench.expect_status("API usage", colour="warning")
    told = workbench.notifications().filter(has_text="It is being started again.")

    crash(workbench)
    expect(told).to_have_count(1)
    workbench.screenshot("1-crashed")
    workbench.expect_status("API usage", colour="warning")
    for _ in range(5):
        crash(workbench)
    gave_up = workbench.notifications().filter(has_text="no longer started again")
    expect(gave_up).to_have_count(1)
    assert told.count() <= 1
    workbench.expect_status("server stopped", colour=None)
    workbench.screenshot("2-gave-up")
    until(lambda: workbench.log().count("[warning] one word") == 6, "what each server said")

    gave_up.get_by_role("button", name="Restart").click()
    workbench.expect_status("API usage", colour="warning")


def crash(workbench: Workbench) -> None:
    """Kills the server once it is there."""
    (server,) = until(lambda: workbench.processes("billing_lens", "serve"), "a server to kill")
    os.kill(server, signal.SIGKILL)
    until(lambda: server not in workbench.processes("billing_lens", "serve"), "its end")


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


def set_log_level(workbench: Workbench, level: str) -> None:
    """Sets how much the extension's log holds, as in the palette."""
    workbench.command("Developer: Set Log Level...")
    workbench.choices().filter(has_text="Billing Lens").first.click()
    workbench.choices().filter(has_text=level).first.click()
