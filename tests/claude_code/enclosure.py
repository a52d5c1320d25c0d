"""Runs the real program on a made-up machine so that nothing of this machine takes part.

The environment is built from scratch, the home is always the made-up one, and the program is
stopped with everything it started when its time is over.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Generator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from tests.machines import MANAGED, BuiltMachine, MadeUpMachine

_MANAGED = Path(MANAGED)
_LOCK = Path(tempfile.gettempdir()) / "billing-lens-managed-settings.lock"


class EnclosureError(Exception):
    """The program would see something of this machine; the message says what."""


@dataclass(frozen=True)
class Run:
    """What the program did. The made-up home is shown as ``~``."""

    exit_code: int | None
    """None when it was still running at the end of its time."""
    stdout: str
    stderr: str
    seconds: float


@contextmanager
def enclosed(machine: MadeUpMachine | BuiltMachine) -> Generator[BuiltMachine]:
    """The machine on disk, its managed settings in place while the block lasts.

    A `MadeUpMachine` is built afresh and thrown away; a `BuiltMachine` is used as it stands.
    EnclosureError where ``/etc/claude-code`` exists already, or has to be written and may not be.
    """
    with tempfile.TemporaryDirectory(prefix="billing-lens-", ignore_cleanup_errors=True) as root:
        built = machine.build(Path(root)) if isinstance(machine, MadeUpMachine) else machine
        with _managed_settings_of(built):
            yield built


def environment_of(machine: BuiltMachine, extra: Mapping[str, str]) -> dict[str, str]:
    """All variables the program gets: only the machine's own, and what keeps it to itself."""
    return {
        "HOME": str(machine.home),
        "PATH": "/usr/bin:/bin",
        "DISABLE_AUTOUPDATER": "1",
        "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC": "1",
        **extra,
        **machine.environment,
    }


def run(command: list[str], machine: BuiltMachine, extra: Mapping[str, str], seconds: float) -> Run:
    """Runs `command` in the machine's working directory for at most this long."""
    started = time.monotonic()
    process = subprocess.Popen(
        command,
        cwd=machine.cwd,
        env=environment_of(machine, extra),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        errors="replace",
        start_new_session=True,
    )
    exit_code = None
    try:
        stdout, stderr = process.communicate(timeout=seconds)
        exit_code = process.returncode
    except subprocess.TimeoutExpired:
        stop(process)
        stdout, stderr = process.communicate()
    home = str(machine.home)
    return Run(
        exit_code,
        stdout.replace(home, "~").strip(),
        stderr.replace(home, "~").strip(),
        time.monotonic() - started,
    )


def stop(process: subprocess.Popen[str] | subprocess.Popen[bytes]) -> None:
    """Stops a process that leads its own session, and everything it started there."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.kill()
    process.wait()


@contextmanager
def _managed_settings_of(machine: BuiltMachine) -> Generator[None]:
    """Puts the managed settings where the program looks for them; alone, as all runs see them."""
    with _LOCK.open("w") as lock:
        if not machine.managed_dir.exists():
            fcntl.flock(lock, fcntl.LOCK_SH)
            _require_no_managed_settings()
            yield
            return
        fcntl.flock(lock, fcntl.LOCK_EX)
        _require_no_managed_settings()
        try:
            shutil.copytree(machine.managed_dir, _MANAGED, symlinks=True)
        except PermissionError:
            raise EnclosureError(f"managed settings need the right to write {MANAGED}") from None
        try:
            yield
        finally:
            shutil.rmtree(_MANAGED)


def _require_no_managed_settings() -> None:
    if _MANAGED.exists():
        raise EnclosureError(f"{MANAGED} exists on this machine and would take part")
