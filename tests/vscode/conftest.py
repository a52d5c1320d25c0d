"""The extension, packaged and installed as a user gets it, in windows on made-up machines."""

from __future__ import annotations

import re
import shutil
import sys
from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.machines import MadeUpMachine
from tests.vscode.cases import profile_pays
from tests.vscode.installation import ROOT, chromium, install_packaged_extension
from tests.vscode.shared_window import DATA, SharedWindow
from tests.vscode.workbench import Workbench, start_workbench

SCREENSHOTS = ROOT / "build/screenshots"

OpenWorkbench = Callable[..., Workbench]

_failed = pytest.StashKey[bool]()


@pytest.hookimpl(tryfirst=True)  # before -m selects
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent):
            item.add_marker(pytest.mark.vscode)


@pytest.fixture(scope="session")
def extensions(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the packaged extension installed in it."""
    return install_packaged_extension(tmp_path_factory.mktemp("extension"))


# Not for the whole session: while Playwright runs, no other asyncio loop can run in this thread.
@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


@pytest.fixture
def open_workbench(
    extensions: Path, browser: Browser, tmp_path: Path, request: pytest.FixtureRequest
) -> Iterator[OpenWorkbench]:
    """Opens a window on a made-up machine's project, `trusted` or not; call it once a test.

    `workspace` names another folder or ``.code-workspace`` file of the home instead. `programs` are
    all that is on its PATH.

    The other keyword arguments are settings as in `Workbench.set_machine_settings`; by default the
    server is the one installed beside these tests.
    """
    screenshots = _screenshots_of(request.node)
    opened: list[Workbench] = []
    with ExitStack() as windows:

        def open_on(
            machine: MadeUpMachine,
            trusted: bool = True,
            programs: Mapping[str, Path] | None = None,
            workspace: str | None = None,
            **settings: object,
        ) -> Workbench:
            built = machine.build(tmp_path)
            window = start_workbench(
                browser,
                extensions,
                home=built.home,
                workspace=built.home / workspace if workspace else built.cwd,
                data=tmp_path / "data",
                scratch=tmp_path,
                screenshots=screenshots,
                trusted=trusted,
                programs=programs,
                **({"interpreter": sys.executable} | settings),
            )
            opened.append(windows.enter_context(window))
            return opened[-1]

        yield open_on

        for workbench in opened:
            _check_after(request.node, workbench)


@pytest.fixture(scope="package")
def shared_window(
    extensions: Path, browser: Browser, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[SharedWindow]:
    """One window on the headline case for many tests, since a VS Code takes long to start.

    It lies where code-server's own files are by default, so that the server sees the user's
    settings.
    """
    scratch = tmp_path_factory.mktemp("shared")
    built = profile_pays().build(scratch)
    with start_workbench(
        browser,
        extensions,
        home=built.home,
        workspace=built.cwd,
        data=built.home / DATA,
        scratch=scratch,
        screenshots=SCREENSHOTS / "shared",
        trusted=True,
        interpreter=sys.executable,
    ) as workbench:
        yield SharedWindow(workbench)


@pytest.fixture
def workbench(shared_window: SharedWindow, request: pytest.FixtureRequest) -> Iterator[Workbench]:
    """The shared window, its machine and its settings as they were at first, nothing open."""
    shared_window.start_over()
    workbench = shared_window.workbench
    workbench.screenshots = _screenshots_of(request.node)
    yield workbench
    _check_after(request.node, workbench)


def _screenshots_of(node: pytest.Item) -> Path:
    """An empty folder for a test's screenshots."""
    folder = SCREENSHOTS / re.sub(r"\W+", "-", node.name).strip("-")
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder


def _check_after(node: pytest.Item, workbench: Workbench) -> None:
    if node.stash.get(_failed, False):
        workbench.screenshot("failed")
        print(workbench.log())
    assert not workbench.outside_hosts, "the page asked for outside hosts"
    assert not workbench.http_errors


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if report.when == "call":
        item.stash[_failed] = report.failed
    return report
