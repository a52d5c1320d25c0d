"""Takes the pictures in docs/images of the real thing: ``make screenshots``.

Each scene in a light, a dark and a high-contrast theme. Look at them before you commit them.
"""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import FloatRect, expect

from tests.files import replace
from tests.vscode.cases import PROFILE, profile_pays
from tests.vscode.installation import ROOT, chromium, install_packaged_extension
from tests.vscode.shared_window import DATA
from tests.vscode.waiting import until
from tests.vscode.who_pays import WhoPaysView
from tests.vscode.workbench import QUIET_SETTINGS, USER_SETTINGS, Workbench, start_workbench

IMAGES = ROOT / "docs/images"
LARGEST = 150_000
"""Bytes that a picture may have: the pages that show them must load fast."""

THEMES = {
    "light": ("Light Modern", "vs"),
    "dark": ("Dark Modern", "vs-dark"),
    "high-contrast": ("Default High Contrast", "hc-black"),
}
SHOWING = {"breadcrumbs.enabled": False, "editor.hover.above": False}
"""Settings that leave room for what is to be seen."""
WIDTH, HEIGHT = 1040, 620


def who_pays(workbench: Workbench) -> FloatRect:
    """The view, the text to blame, and the status bar."""
    view = WhoPaysView(workbench)
    view.expand("Claude Code bills API usage")
    view.click("The profile 'default' in charge")
    workbench.active_tab(workbench.home / PROFILE).wait_for()
    workbench.squiggles().first.wait_for()
    workbench.page.mouse.move(WIDTH - 20, 60)
    return FloatRect(x=0, y=30, width=WIDTH, height=HEIGHT - 30)


def problems(workbench: Workbench) -> FloatRect:
    """What is listed without any file being open."""
    workbench.command("View: Close Primary Side Bar")
    workbench.show_problems()
    until(lambda: workbench.problems_of(workbench.home / PROFILE), "the problems")
    return _box(workbench, ".part.panel")


def tooltip(workbench: Workbench) -> FloatRect:
    """What comes up over the status bar."""
    workbench.status_tooltip()
    shown = workbench.page.locator(".monaco-hover:visible").last.bounding_box()
    assert shown
    left, top = shown["x"] - 12, shown["y"] - 12
    return FloatRect(x=left, y=top, width=WIDTH - left, height=HEIGHT - top)


def hover(workbench: Workbench) -> FloatRect:
    """What comes up over the text to blame."""
    workbench.command("View: Close Primary Side Bar")
    workbench.open(workbench.home / PROFILE)
    workbench.squiggles().first.wait_for()
    workbench.hover(workbench.squiggles().first)
    shown = workbench.page.locator(".monaco-hover:visible").first.bounding_box()
    assert shown
    right, bottom = shown["x"] + shown["width"] + 20, shown["y"] + shown["height"] + 20
    return FloatRect(x=0, y=30, width=right, height=bottom - 30)


def quick_fix(workbench: Workbench) -> FloatRect:
    """The fixes that are offered, with who pays then."""
    workbench.command("View: Close Primary Side Bar")
    workbench.open(workbench.home / PROFILE)
    line = workbench.page.locator(".editor-instance .view-line").filter(has_text="organization_id")
    line.get_by_text("organization_id").first.click()
    workbench.quick_fixes()
    workbench.page.mouse.move(WIDTH - 20, 60)
    return FloatRect(x=0, y=30, width=WIDTH, height=HEIGHT - 30)


SCENES: dict[str, Callable[[Workbench], FloatRect]] = {
    "who-pays": who_pays,
    "problems": problems,
    "tooltip": tooltip,
    "hover": hover,
    "quick-fix": quick_fix,
}


def main() -> None:
    """Takes every picture anew."""
    with tempfile.TemporaryDirectory() as folder, chromium() as browser:
        scratch = Path(folder)
        built = profile_pays().build(scratch)
        with start_workbench(
            browser,
            install_packaged_extension(scratch),
            home=built.home,
            workspace=built.cwd,
            data=built.home / DATA,
            scratch=scratch,
            screenshots=scratch,
            trusted=True,
            interpreter=sys.executable,
        ) as workbench:
            workbench.page.set_viewport_size({"width": WIDTH, "height": HEIGHT})
            for theme in THEMES:
                _use_theme(workbench, theme)
                for scene, show in SCENES.items():
                    _take(workbench, IMAGES / f"{scene}-{theme}.png", show)


def _use_theme(workbench: Workbench, theme: str) -> None:
    name, base = THEMES[theme]
    settings = {**QUIET_SETTINGS, **SHOWING, "workbench.colorTheme": name}
    replace(workbench.data / USER_SETTINGS, json.dumps(settings))
    workbench.page.reload()
    expect(workbench.page.locator(f".monaco-workbench.{base}")).to_be_visible()
    workbench.expect_status("API usage", colour="warning")
    expect(workbench.page.get_by_text("Activating Extensions")).to_have_count(0)


def _take(workbench: Workbench, image: Path, show: Callable[[Workbench], FloatRect]) -> None:
    clip = show(workbench)
    workbench.page.wait_for_timeout(500)  # for what fades in
    workbench.page.screenshot(path=image, clip=clip, animations="disabled", caret="hide")
    assert image.stat().st_size <= LARGEST, f"{image.name} is too large"
    print(image.relative_to(ROOT), image.stat().st_size)
    _put_away(workbench)


def _put_away(workbench: Workbench) -> None:
    workbench.page.mouse.move(640, 200)
    for _ in range(2):
        workbench.page.keyboard.press("Escape")
    workbench.discard_editors()
    panel = workbench.page.locator(".part.panel")
    if panel.is_visible():
        workbench.command("View: Hide Panel")
        until(lambda: not panel.is_visible(), "the panel is hidden")
    workbench.command("View: Show Explorer")


def _box(workbench: Workbench, part: str) -> FloatRect:
    box = workbench.page.locator(part).bounding_box()
    assert box
    return box


if __name__ == "__main__":
    main()
