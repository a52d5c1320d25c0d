"""A window that many tests use, one after the other, each from the same beginning."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from tests.files import replace
from tests.vscode.workbench import USER_SETTINGS, Workbench

DATA = Path(".local/share/code-server")
"""Where code-server keeps its files, below the home."""

_MACHINE_SETTINGS = "Machine/settings.json"


class SharedWindow:
    """A window, and what its machine's files were when it was opened."""

    def __init__(self, workbench: Workbench) -> None:
        self.workbench = workbench
        self._first = {
            path: (path.read_bytes(), path.stat().st_mode & 0o777) for path in self._files()
        }

    def start_over(self) -> None:
        """Closes what is open and puts every file back, then waits until the server has seen it."""
        self.workbench.page.keyboard.press("Escape")
        self.workbench.discard_preview()
        self.workbench.discard_editors()
        self.workbench.command("Notifications: Clear All Notifications")
        self._expect_nothing_in_particular()
        for path in set(self._files()) - self._first.keys():
            path.unlink()
        for path, (content, mode) in self._first.items():
            if not path.exists() or path.read_bytes() != content:
                replace(path, content.decode())
                path.chmod(mode)
        self.workbench.expect_status("API usage", colour="warning")

    def _files(self) -> Iterator[Path]:
        """The machine's files, and among VS Code's own the settings that it watches."""
        home, data = self.workbench.home, self.workbench.data
        for path in home.rglob("*"):
            if path.is_file() and not path.is_relative_to(data):
                yield path
        yield data / _MACHINE_SETTINGS

    def _expect_nothing_in_particular(self) -> None:
        """Takes back what the user's settings expect: here VS Code does not watch their file."""
        workbench = self.workbench
        if "billingLens" in (workbench.data / USER_SETTINGS).read_text():
            workbench.command("Billing Lens: Set Expectation")
            workbench.choices().filter(has_text="Inferred").click()
