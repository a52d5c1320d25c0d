"""A window that many tests use, one after the other, each from the same beginning."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from tests.vscode.workbench import Workbench

DATA = Path(".local/share/code-server")
"""Where code-server keeps its files, below the home."""

_KEPT_SETTINGS = ("User/settings.json", "Machine/settings.json")


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
        self.workbench.discard_editors()
        self.workbench.command("Notifications: Clear All Notifications")
        for path in set(self._files()) - self._first.keys():
            path.unlink()
        for path, (content, mode) in self._first.items():
            if not path.exists() or path.read_bytes() != content:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.touch(mode)
                path.write_bytes(content)
        self.workbench.expect_status("API usage", colour="warning")

    def _files(self) -> Iterator[Path]:
        """The machine's files, and the settings among VS Code's own."""
        home, data = self.workbench.home, self.workbench.data
        for path in home.rglob("*"):
            if path.is_file() and not path.is_relative_to(data):
                yield path
        for name in _KEPT_SETTINGS:
            if (data / name).exists():
                yield data / name
