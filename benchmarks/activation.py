"""Measures how long the extension keeps VS Code busy when a window opens, without its server.

    python -m benchmarks.activation [--rounds N]

What counts is what VS Code itself notes of each extension: the time to load its code and to run its
activate function. The exit code is 1 when the target is missed.
"""

from __future__ import annotations

import argparse
import re
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from statistics import median

from playwright.sync_api import Browser

from benchmarks.command_line import table
from benchmarks.machines import this_machine
from tests.machines import headline
from tests.vscode.installation import chromium, install_packaged_extension
from tests.vscode.workbench import start_workbench

OURS = "Billing Lens"
THEIRS = "JSON Language Features"
"""VS Code's own client of a language server, for comparison."""
MILLISECONDS = 50.0
"""The most that ours may take."""
_ACTIVATION = re.compile(r"Activation: (\d+)ms")


def measure(browser: Browser, extensions: Path) -> Mapping[str, float]:
    """Return the milliseconds of both in a new window with a JSON file open."""
    with tempfile.TemporaryDirectory(prefix="billing-lens-benchmark-") as folder:
        scratch = Path(folder)
        machine = headline().build(scratch)
        with start_workbench(
            browser,
            extensions,
            home=machine.home,
            workspace=machine.cwd,
            data=scratch / "data",
            scratch=scratch,
            screenshots=scratch / "screenshots",
            trusted=True,
            interpreter=sys.executable,
        ) as workbench:
            workbench.expect_status("Max 20x", colour=None)
            workbench.open(machine.home / ".claude.json")
            workbench.command("Developer: Show Running Extensions")
            rows = workbench.page.locator(".runtime-extensions-editor .monaco-list-row")
            found: dict[str, float] = {}
            for name in (OURS, THEIRS):
                row = (
                    rows.filter(has_text=name).filter(has_text=re.compile(r"Activation: \d")).first
                )
                text = row.inner_text()
                found[name] = float(re.findall(r"Activation: (\d+)ms", text)[0])
            return found


def main() -> int:
    """Print the medians; 1 when the target is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5, help="windows opened (default: 5)")
    rounds = parser.parse_args().rounds
    with tempfile.TemporaryDirectory() as folder, chromium() as browser:
        extensions = install_packaged_extension(Path(folder))
        windows = [measure(browser, extensions) for _ in range(rounds)]
    ours, theirs = (median(window[name] for window in windows) for name in (OURS, THEIRS))
    is_met = ours <= MILLISECONDS
    rows = [
        ("", "ours", "theirs", "ratio", "target", ""),
        (
            "activation",
            f"{ours:.0f} ms",
            f"{theirs:.0f} ms",
            f"{ours / theirs:.2f}",
            f"≤ {MILLISECONDS:.0f} ms",
            "met" if is_met else "MISSED",
        ),
    ]
    print(f"{OURS} against {THEIRS}\n{this_machine()}\n\n{table(rows)}")
    return 0 if is_met else 1


if __name__ == "__main__":
    sys.exit(main())
