"""A real VS Code (code-server) with the extension, on a scratch machine, in a real browser.

Selectors are those of VS Code 1.139, the version that install.sh pins.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote, urlsplit

from playwright.sync_api import Browser, Locator, Page, Response, Route, expect
from playwright.sync_api import TimeoutError as PlaywrightTimeoutError

from tests.files import replace
from tests.vscode.code_server import code_server
from tests.vscode.installation import environment
from tests.vscode.waiting import TIMEOUT_S, until

EXTENSION_ID = "billing-lens.billing-lens"

USER_SETTINGS = "User/settings.json"
QUIET_SETTINGS: Mapping[str, object] = {
    "chat.disableAIFeatures": True,
    "editor.minimap.enabled": False,
    "extensions.autoCheckUpdates": False,
    "extensions.autoUpdate": "off",
    "extensions.ignoreRecommendations": True,
    "files.autoSave": "off",
    "files.simpleDialog.enable": True,
    "git.enabled": False,
    "json.schemaDownload.enable": False,
    "npm.fetchOnlinePackageInfo": False,
    "remote.autoForwardPorts": False,
    "security.workspace.trust.startupPrompt": "never",
    "telemetry.telemetryLevel": "off",
    "update.mode": "none",
    "window.commandCenter": False,
    "window.restoreWindows": "none",
    "workbench.editor.useModal": "off",
    "workbench.enableExperiments": False,
    "workbench.secondarySideBar.defaultVisibility": "hidden",
    "workbench.startupEditor": "none",
    "workbench.tips.enabled": False,
}
_NOTE_STATUS = """([name, id]) => {
  const said = window[name] = [];
  const look = () => {
    const item = document.getElementById(id);
    if (!item) return;
    const spins = item.querySelector('.codicon-loading') ? ' (loading)' : '';
    const text = item.innerText.trim() + spins;
    if (text !== said.at(-1)) said.push(text);
  };
  look();
  new MutationObserver(look).observe(document.querySelector('.part.statusbar'),
    {subtree: true, childList: true, characterData: true, attributes: true});
}"""


@dataclass
class Workbench:
    """One window. `home` is the machine's home; the server reads nothing outside it."""

    page: Page
    home: Path
    data: Path
    screenshots: Path
    outside_hosts: set[str] = field(default_factory=set[str])
    http_errors: list[str] = field(default_factory=list[str])

    def open(self, path: Path) -> None:
        """Opens a file of any folder, as with Ctrl+P and its path, and waits for its tab."""
        self._type_after("Control+p", str(path))
        self._choose(rf"^{re.escape(path.name)} .*{re.escape(path.parent.name)}(,|$)")
        self.active_tab(path).wait_for()

    def command(self, name: str) -> None:
        """Runs a command by its full name in the command palette."""
        self._type_after("F1", f">{name}")
        self._choose(re.escape(name))

    def active_tab(self, path: Path) -> Locator:
        return self.page.locator(f'.tab.active[data-resource-name="{path.name}"]')

    def unsaved_tab(self, path: Path) -> Locator:
        return self.page.locator(f'.tab.active.dirty[data-resource-name="{path.name}"]')

    def editor_text(self) -> str:
        """The lines on the screen. What is saved is in the file."""
        lines = self.page.locator(".editor-instance .monaco-editor .view-lines").first
        return lines.inner_text().replace("\xa0", " ")

    def put_cursor_on(self, text: str) -> None:
        """Clicks on the first place in the editor where `text` stands."""
        line = self.page.locator(".editor-instance .view-line").filter(has_text=text).first
        line.get_by_text(text).first.click()

    def squiggles(self, severity: str = "error") -> Locator:
        """Of `severity` error, warning or info, in the active editor."""
        return self.page.locator(f".editor-instance .monaco-editor .squiggly-{severity}")

    def hover(self, place: Locator) -> str:
        """The text that comes up when the mouse rests on a place in the editor."""
        hover = self.page.locator(".monaco-hover:visible .monaco-hover-content").first

        def resting() -> bool:
            # Found anew each time: what comes into the text, as a lens does, draws it again.
            if not (box := place.bounding_box()):
                return False
            # Only a mouse that moves makes the hover come up.
            self.page.mouse.move(box["x"] + 20, box["y"] - 40)
            self.page.mouse.move(box["x"] + 12, box["y"] + 2, steps=3)
            self.page.wait_for_timeout(700)
            return hover.is_visible()

        until(resting, "hover")
        return hover.inner_text()

    def status_tooltip(self) -> str:
        """What comes up when the mouse rests on the status bar item."""
        self.page.mouse.move(640, 300)  # only a mouse that comes makes it show
        self.status_item().hover()
        tooltip = self.page.locator(".monaco-hover:visible").last
        tooltip.wait_for()
        return tooltip.inner_text()

    def quick_fixes(self) -> Locator:
        """The open menu's rows, asked for with Ctrl+. at the cursor once the light bulb shows."""
        self.page.locator(".editor-instance .monaco-editor.focused").wait_for()
        self.page.locator(".editor-instance .lightBulbWidget").wait_for()
        self.page.keyboard.press("Control+.")
        rows = self.page.locator(".action-widget .monaco-list-row.action")
        rows.first.wait_for()
        return rows

    def problems_of(self, file: Path) -> list[str]:
        """What the open Problems panel lists under a file, which it shows with its folder."""
        # All at once: rows come and go.
        rows: list[tuple[str, str]] = self.page.locator(
            ".markers-panel-container .monaco-list-row"
        ).evaluate_all("rows => rows.map(row => [row.ariaLevel, row.innerText])")
        found: list[str] = []
        under_file = False
        for level, text in rows:
            if level == "1":
                under_file = file.name in text and str(Path(*file.parts[-4:-1])) in text
            elif under_file:
                found.append(text)
        return found

    def show_problems(self) -> None:
        self.command("Problems: Focus on Problems View")
        self.page.locator(".markers-panel-container").wait_for()

    def status_item(self) -> Locator:
        return self.page.locator(f'.statusbar-item[id="{EXTENSION_ID}.billingLens.route"]')

    def expect_status(self, text: str, colour: str | None) -> None:
        """Waits until the status bar says `text` in `colour`: warning, error or None."""
        expect(self.status_item()).to_contain_text(text)
        kinds = re.compile(rf"\b{colour}-kind\b" if colour else r"\b(warning|error)-kind\b")
        if colour:
            expect(self.status_item()).to_have_class(kinds)
        else:
            expect(self.status_item()).not_to_have_class(kinds)

    def watch_status(self) -> Callable[[], list[str]]:
        """Notes from now on each new text of the status bar item; the result tells them so far."""
        name = f"said{time.monotonic_ns()}"
        self.page.evaluate(_NOTE_STATUS, [name, f"{EXTENSION_ID}.billingLens.route"])
        return lambda: self.page.evaluate("name => window[name]", name)

    def choices(self) -> Locator:
        """Rows of the open quick pick."""
        return self._quick_rows()

    def refactor_preview(self) -> Locator:
        """The changes that wait for a yes, each with a box to tick."""
        return self.page.get_by_role("tree", name="Bulk Edit")

    def discard_preview(self) -> None:
        """Says no to the changes that wait for a yes, if any do."""
        discard = self.page.get_by_role("button", name="Discard", exact=True)
        if discard.is_visible():
            discard.click()
            discard.wait_for(state="hidden")

    def notifications(self) -> Locator:
        return self.page.locator(".notification-toast")

    def press(self, button: str) -> None:
        """Presses a button of a notification."""
        self.notifications().get_by_role("button", name=button, exact=True).click()

    def environments(self) -> list[Path]:
        """The extension's private environments, half-made ones too."""
        return sorted(self.data.glob(f"User/globalStorage/{EXTENSION_ID}/environments/*"))

    def processes(self, *words: str) -> list[int]:
        """Ids of this machine's running processes with all these words in their command line."""
        home = f"HOME={self.home}".encode()
        found: list[int] = []
        for process in Path("/proc").glob("[0-9]*"):
            with suppress(OSError):
                command = (process / "cmdline").read_bytes().split(b"\0")
                is_ours = home in (process / "environ").read_bytes().split(b"\0")
                if is_ours and all(word.encode() in command for word in words):
                    found.append(int(process.name))
        return found

    def language_status(self) -> str:
        """What comes up when the mouse rests on the braces beside the language's name."""
        self.page.locator('.statusbar-item[id^="status.languageStatus"]').first.hover()
        tooltip = self.page.locator(".hover-language-status").first
        tooltip.wait_for()
        return tooltip.inner_text()

    def log(self) -> str:
        """All that the extension has logged."""
        logs = self.data.glob(f"logs/*/exthost*/{EXTENSION_ID}/*.log")
        # What is being written may end within a character.
        return "\n".join(log.read_text("utf-8", "replace") for log in logs)

    def selection(self) -> str:
        """Where the cursor is and how much is selected, as the status bar says it."""
        return self.page.locator("#status\\.editor\\.selection").inner_text()

    def clipboard(self) -> str:
        return self.page.evaluate("navigator.clipboard.readText()")

    def discard_editors(self) -> None:
        """Closes every editor; what was not saved is lost."""
        tabs = self.page.locator(".tabs-container .tab")
        while open_tabs := tabs.count():
            tabs.and_(self.page.locator(".active")).click()  # keys may go to a web view
            self.command("View: Revert and Close Editor")
            expect(tabs).not_to_have_count(open_tabs)

    def set_machine_settings(self, **settings: object) -> None:
        """Replaces the settings under ``billingLens``, with "__" for the dots in their names."""
        named = {f"billingLens.{name.replace('__', '.')}": v for name, v in settings.items()}
        # Settings of scope machine count only here: the window is a remote one.
        replace(self.data / "Machine/settings.json", json.dumps(named, indent=2))

    def trust_workspace(self) -> None:
        self.page.locator(".statusbar-item", has_text="Restricted Mode").click()
        buttons = self.page.locator(".workspace-trust-editor .monaco-button")
        buttons.get_by_text("Trust", exact=True).first.click()

    def screenshot(self, name: str) -> None:
        self.page.screenshot(path=self.screenshots / f"{name}.png", animations="disabled")

    def _type_after(self, key: str, text: str) -> None:
        """Opens the quick input with a key, anew if it is closed by a focus that comes late."""
        field = self.page.locator('.quick-input-widget input[type="text"]')

        def typed() -> bool:
            self.page.keyboard.press(key)
            try:
                field.fill(text, timeout=3000)
            except PlaywrightTimeoutError:
                return False
            return True

        until(typed, f"typing {text}")

    def _choose(self, pattern: str) -> None:
        """Presses Enter once that would choose a row of which a screen reader says `pattern`.

        Until what was typed is looked up, the rows are still those that were used last.
        """
        focused = self._quick_rows().and_(self.page.locator(".focused"))
        expect(focused).to_have_attribute("aria-label", re.compile(pattern))
        self.page.keyboard.press("Enter")

    def _quick_rows(self) -> Locator:
        return self.page.locator(".quick-input-list .monaco-list-row")


@contextmanager
def start_workbench(
    browser: Browser,
    extensions: Path,
    *,
    home: Path,
    workspace: Path,
    data: Path,
    scratch: Path,
    screenshots: Path,
    trusted: bool,
    programs: Mapping[str, Path] | None = None,
    **machine_settings: object,
) -> Generator[Workbench, None, None]:
    """A window on `workspace`, a folder or ``.code-workspace`` file, trusted or in restricted mode.

    VS Code keeps its own files in `data`. `programs` are on its PATH by these names, and nothing
    else. Afterwards nothing of it runs.
    """
    replace(data / USER_SETTINGS, json.dumps(QUIET_SETTINGS, indent=2))
    screenshots.mkdir(parents=True, exist_ok=True)
    variables = environment(home, programs or {})
    with code_server(extensions, variables, data, scratch, trusted) as origin:
        context = browser.new_context(
            viewport={"width": 1280, "height": 800},
            permissions=["clipboard-read", "clipboard-write"],
        )
        page = context.new_page()
        workbench = Workbench(page, home, data, screenshots)
        workbench.set_machine_settings(**machine_settings)
        _watch_network(workbench)
        page.set_default_timeout(TIMEOUT_S * 1000)
        expect.set_options(timeout=TIMEOUT_S * 1000)
        try:
            kind = "folder" if workspace.is_dir() else "workspace"
            page.goto(f"{origin}/?{kind}={quote(str(workspace))}")
            page.locator(".monaco-workbench").wait_for()
            workbench.status_item().wait_for()
            yield workbench
        except Exception:
            workbench.screenshot("did-not-start")
            raise
        finally:
            context.close()


def _watch_network(workbench: Workbench) -> None:
    """Lets the page reach code-server alone, and notes what else it asked for and what failed."""

    def block(route: Route) -> None:
        workbench.outside_hosts.add(urlsplit(route.request.url).hostname or "")
        route.abort()

    def note_error(response: Response) -> None:
        # Microsoft's own builds have vsda; code-server asks for it and does without.
        if response.status >= 400 and "/vsda" not in response.url:
            workbench.http_errors.append(f"{response.status} {response.url}")

    def is_outside(url: str) -> bool:
        return urlsplit(url).hostname != "127.0.0.1"

    workbench.page.context.route(is_outside, block)
    workbench.page.on("response", note_error)
