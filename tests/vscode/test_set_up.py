"""The server is nowhere: the extension offers to set it up, and does, without a terminal."""

from __future__ import annotations

import os
import socket
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import expect
from uv import find_uv_bin

from tests.machines import assert_no_canary
from tests.vscode.cases import profile_pays
from tests.vscode.conftest import OpenWorkbench
from tests.vscode.waiting import until
from tests.vscode.workbench import Workbench

PYTHON = {"python3": Path(os.path.realpath(sys.executable))}
UV = {**PYTHON, "uv": Path(find_uv_bin())}
PIP_CONFIG = ".config/pip/pip.conf"
PACKAGES_S = 90.0
"""Time for packages to come from the index."""


def test_sets_up_with_pip_renews_and_removes_in_an_untrusted_workspace(
    open_workbench: OpenWorkbench, tmp_path: Path
) -> None:
    started = tmp_path / "started"
    script = f'#!/bin/sh\n: >> "{started}"\nexec "{sys.executable}" "$@"\n'
    own_python = {"__file__": {"content": script, "mode": "755"}}
    machine = profile_pays().with_files({"proj/.venv/bin/python": own_python})
    workbench = open_workbench(machine, trusted=False, programs=PYTHON, interpreter="")
    workbench.expect_status("Billing Lens: no server", colour=None)
    expect(workbench.notifications()).to_contain_text("Set it up?")
    workbench.screenshot("1-offered")

    workbench.press("Set up")
    expect(workbench.notifications()).to_contain_text("Setting up Billing Lens")
    workbench.screenshot("2-setting-up")
    expect_server(workbench)
    expect(workbench.notifications()).to_have_count(0)
    workbench.screenshot("3-set-up")
    assert "-m pip install" in workbench.log()
    assert not started.exists()

    (environment,) = workbench.environments()
    environment.rename(environment.with_name("0.0.1-of-a-former-version"))
    workbench.command("Billing Lens: Restart Server")
    until(lambda: workbench.environments() == [environment], "the former one replaced", PACKAGES_S)
    expect_server(workbench)

    workbench.command("Billing Lens: Remove Private Environment")
    dialog = workbench.page.locator(".monaco-dialog-box")
    expect(dialog).to_contain_text("You can set it up again at any time.")
    workbench.screenshot("4-remove")
    dialog.get_by_role("button", name="Remove", exact=True).click()
    workbench.expect_status("Billing Lens: no server", colour=None)
    until(lambda: not workbench.environments(), "no environment")
    assert_no_canary(workbench.page.inner_text("body") + workbench.log())


def test_sets_up_with_uv_where_there_is_one(open_workbench: OpenWorkbench) -> None:
    workbench = open_workbench(profile_pays(), programs=UV, interpreter="")
    expect(workbench.notifications()).to_contain_text("Set it up?")
    workbench.press("Set up")
    expect_server(workbench)
    assert "uv pip install" in workbench.log()
    assert "-m pip install" not in workbench.log()


def test_cancelled_or_failed_it_leaves_nothing_and_can_be_tried_again(
    open_workbench: OpenWorkbench,
) -> None:
    with silent_index() as index:
        machine = profile_pays().with_files({PIP_CONFIG: pip_configuration(index)})
        workbench = open_workbench(machine, programs=PYTHON, interpreter="")
        workbench.press("Set up")
        expect(workbench.notifications()).to_contain_text("Downloading packages")
        workbench.screenshot("1-downloading")
        workbench.press("Cancel")
        workbench.expect_status("Billing Lens: no server", colour=None)
        until(lambda: not workbench.processes("pip"), "the end of pip")
        until(lambda: not workbench.environments(), "nothing half-made")
    expect(workbench.notifications()).to_have_count(0)

    nobody_listens = "127.0.0.1:9"
    (workbench.home / PIP_CONFIG).write_text(pip_configuration(nobody_listens))
    workbench.command("Billing Lens: Set Up Server")
    failure = workbench.notifications().filter(has_text="Setting up Billing Lens failed")
    expect(failure).to_contain_text("the packages could not be downloaded. Check the network")
    workbench.screenshot("2-failed")
    workbench.expect_status("Billing Lens: no server", colour=None)
    until(lambda: not workbench.environments(), "no environment")

    (workbench.home / PIP_CONFIG).unlink()
    workbench.press("Try again")
    expect_server(workbench)


def expect_server(workbench: Workbench) -> None:
    """Waits until the server of the private environment says who pays."""
    expect(workbench.status_item()).to_contain_text("API usage", timeout=PACKAGES_S * 1000)
    assert workbench.processes("billing_lens", "serve")


def pip_configuration(index: str) -> str:
    return f"[global]\nindex-url = http://{index}/simple\nretries = 0\n"


@contextmanager
def silent_index() -> Generator[str]:
    """An index that takes connections and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield f"127.0.0.1:{listening.getsockname()[1]}"
