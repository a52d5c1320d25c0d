"""The server behind a window: what is its own lies in one place, and it ends with the window."""

from __future__ import annotations

import os
import re
import signal
import subprocess
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from pathlib import Path
from urllib.request import urlopen

from tests.vscode.installation import CODE_SERVER
from tests.vscode.waiting import until

_LISTENING = re.compile(r"HTTP server listening on (http://127\.0\.0\.1:\d+)/")


@contextmanager
def code_server(
    extensions: Path, variables: Mapping[str, str], data: Path, scratch: Path, trusted: bool
) -> Generator[str, None, None]:
    log = scratch / "code-server.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [
                *(*CODE_SERVER, "--config", os.devnull),
                *("--user-data-dir", str(data), "--extensions-dir", str(extensions)),
                *("--bind-addr", "127.0.0.1:0", "--auth", "none"),
                *("--disable-telemetry", "--disable-update-check", "--disable-proxy"),
                *("--disable-getting-started-override", "--ignore-last-opened"),
                *(("--disable-workspace-trust",) if trusted else ()),
            ],
            env=variables,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        origin = until(lambda: _address_in(log), f"code-server listens, see {log}")
        until(lambda: _is_healthy(origin), f"code-server answers, see {log}")
        yield origin
    finally:
        _end_group(process)


def _end_group(process: subprocess.Popen[bytes]) -> None:
    """Ends code-server, its extension hosts and their language servers."""
    for ending in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(process.pid, ending)
        except ProcessLookupError:
            return
        try:
            process.wait(timeout=3)
        except subprocess.TimeoutExpired:
            continue


def _is_healthy(origin: str) -> bool:
    try:
        with urlopen(f"{origin}/healthz", timeout=2) as answer:
            return answer.status == 200
    except OSError:
        return False


def _address_in(log: Path) -> str:
    """Where code-server listens, "" until it says so; the system chose the port."""
    found = _LISTENING.search(log.read_text("utf-8", "replace"))
    return found[1] if found else ""
