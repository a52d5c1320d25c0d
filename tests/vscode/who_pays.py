"""The view "Who Pays" of a window, as a person uses it."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import Locator, expect

from tests.vscode.workbench import Workbench

_TEXT_OF_ROWS = """rows => rows.map(row =>
  [...row.querySelectorAll('.label-name, .label-description')]
    .map(part => part.innerText).join(' ').trim())"""
_NOTE_FIRST_ROW = """() => {
  const rows = window.firstRows = [];
  const look = () => {
    const row = document.querySelector(
      '.sidebar .tree-explorer-viewlet-tree-view .monaco-list-row[data-index="0"]');
    const parts = row ? row.querySelectorAll('.label-name, .label-description') : [];
    const text = [...parts].map(part => part.innerText).join(' ');
    if (text !== rows.at(-1)) rows.push(text);
  };
  look();
  new MutationObserver(look).observe(document.querySelector('.sidebar'),
    {subtree: true, childList: true, characterData: true});
}"""


class WhoPaysView:
    """The view in the side bar; shown when made."""

    def __init__(self, workbench: Workbench) -> None:
        self.workbench = workbench
        page = workbench.page
        self._tree = page.locator(".sidebar .tree-explorer-viewlet-tree-view")
        if not self._tree.is_visible():
            page.locator(".activitybar .action-item:has([aria-label*='Billing Lens'])").click()
        rows = self._tree.locator(".monaco-list-row")
        rows.or_(self.welcome()).first.wait_for()

    def row(self, text: str) -> Locator:
        """The first row that begins with this text, label and description together."""
        words = r"^\s*" + r"\s*".join(map(re.escape, text.split()))
        return self._tree.locator(".monaco-list-row").filter(has_text=re.compile(words)).first

    def shown(self) -> list[str]:
        """What the rows show, label and description."""
        # All at once: rows come and go.
        return self._tree.locator(".monaco-list-row").evaluate_all(_TEXT_OF_ROWS)

    def spoken(self, text: str) -> str:
        """What a screen reader says of a row."""
        return self.row(text).get_attribute("aria-label") or ""

    def expand(self, text: str) -> None:
        row = self.row(text)
        if row.get_attribute("aria-expanded") == "false":
            row.locator(".monaco-tl-twistie").click()
        expect(row).to_have_attribute("aria-expanded", "true")

    def is_expanded(self, text: str) -> bool:
        return self.row(text).get_attribute("aria-expanded") == "true"

    def click(self, text: str) -> None:
        self.row(text).locator(".label-name").click()

    def act(self, text: str, action: str) -> None:
        """Clicks on a row's button, which shows when the mouse is over the row."""
        self.row(text).hover()
        self.row(text).get_by_role("button", name=action).click()

    def watch_first_row(self) -> Callable[[], list[str]]:
        """Notes from now on each new text of the first row, "" when there is none."""
        self.workbench.page.evaluate(_NOTE_FIRST_ROW)
        return lambda: self.workbench.page.evaluate("window.firstRows")

    def welcome(self) -> Locator:
        """What stands in the view when it has no rows."""
        return self.workbench.page.locator(".sidebar .welcome-view-content")
