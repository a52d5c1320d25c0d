"""The real Claude Code program, any published version, from the npm registry.

A version takes about 100 MB to fetch and 250 to 400 MB on disk. It is kept in
``$BILLING_LENS_CLAUDE_CACHE``, or else in the user's cache directory, as ``<version>/claude``.
"""

from __future__ import annotations

import fcntl
import os
import platform
import subprocess
import sys
import tarfile
import tempfile
import threading
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import platformdirs

CACHE_VARIABLE = "BILLING_LENS_CLAUDE_CACHE"
_ARCHITECTURES = {"x86_64": "x64", "amd64": "x64", "aarch64": "arm64", "arm64": "arm64"}
_MEMBER = "package/claude"
_SECONDS_BETWEEN_SIGNS_OF_LIFE = 10


class ProgramUnavailableError(Exception):
    """Claude Code cannot be had here; the message says why."""


def newest() -> str:
    """The newest published version; ProgramUnavailableError without npm or network."""
    return _npm("view", "@anthropic-ai/claude-code", "version").strip()


def program(version: str) -> Path:
    """The executable of `version`, fetched first if it is not there yet.

    Two processes never fetch the same version at once, and an interrupted fetch leaves nothing that
    could be taken for a program. ProgramUnavailableError says why there is none.
    """
    executable = cache_directory() / version / "claude"
    if not executable.exists():
        with _only_process(executable.parent):
            if not executable.exists():
                _fetch(version, executable)
    return executable


def cache_directory() -> Path:
    """Where fetched versions are kept."""
    chosen = os.environ.get(CACHE_VARIABLE)
    return Path(chosen) if chosen else platformdirs.user_cache_path("billing-lens") / "claude-code"


def _fetch(version: str, executable: Path) -> None:
    with tempfile.TemporaryDirectory(dir=executable.parent) as scratch:
        with _signs_of_life(f"Claude Code {version}: about 100 MB from the npm registry"):
            _npm("pack", "--silent", f"{_package()}@{version}", cwd=Path(scratch))
            unpacked = _unpack(next(Path(scratch).glob("*.tgz")), Path(scratch))
        # Renaming within one directory is atomic: the program is there whole or not at all.
        unpacked.replace(executable)


def _package() -> str:
    architecture = _ARCHITECTURES.get(platform.machine().lower())
    if sys.platform != "linux" or architecture is None:
        raise ProgramUnavailableError(f"not run on {sys.platform} {platform.machine()}: Linux only")
    return f"@anthropic-ai/claude-code-linux-{architecture}"


def _unpack(package: Path, directory: Path) -> Path:
    target = directory / "claude"
    with tarfile.open(package) as archive:
        content = archive.extractfile(_MEMBER)
        if content is None:
            raise ProgramUnavailableError(f"{package.name} has no {_MEMBER}")
        with target.open("wb") as file:
            while block := content.read(1 << 20):
                file.write(block)
    target.chmod(0o755)
    return target


def _npm(*arguments: str, cwd: Path | None = None) -> str:
    try:
        done = subprocess.run(
            ["npm", *arguments], cwd=cwd, capture_output=True, text=True, check=True
        )
    except FileNotFoundError:
        raise ProgramUnavailableError("npm is missing: install npm") from None
    except subprocess.CalledProcessError as failure:
        raise ProgramUnavailableError(
            f"npm {arguments[0]} failed: {failure.stderr.strip()}"
        ) from None
    return done.stdout


@contextmanager
def _only_process(directory: Path) -> Generator[None]:
    directory.mkdir(parents=True, exist_ok=True)
    with (directory / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@contextmanager
def _signs_of_life(what: str) -> Generator[None]:
    """Says on stderr what goes on, at the start, at the end and while it lasts."""
    started, over = time.monotonic(), threading.Event()

    def say(state: str) -> None:
        print(f"{what}: {state}", file=sys.stderr, flush=True)

    def keep_saying() -> None:
        while not over.wait(_SECONDS_BETWEEN_SIGNS_OF_LIFE):
            say(f"{time.monotonic() - started:.0f} s so far")

    teller = threading.Thread(target=keep_saying, daemon=True)
    say("fetching")
    teller.start()
    try:
        yield
    finally:
        over.set()
        teller.join()
    say(f"done in {time.monotonic() - started:.0f} s")
