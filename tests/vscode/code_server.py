"""The server behind a window: what is its own lies in one place, and it ends with the window."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from pathlib import Path
from urllib.request import urlopen

from tests.vscode.installation import CODE_SERVER
from tests.vscode.waiting import until


@contextmanager
def code_server(
    extensions: Path, variables: Mapping[str, str], data: Path, scratch: Path, trusted: bool
) -> Generator[str, None, None]:
    port = _free_port()
    origin = f"http://127.0.0.1:{port}"
    log = scratch / "code-server.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [
                *(*CODE_SERVER, "--config", os.devnull),
                *("--user-data-dir", str(data), "--extensions-dir", str(extensions)),
                *("--bind-addr", f"127.0.0.1:{port}", "--auth", "none"),
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


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
