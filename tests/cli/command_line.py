"""Running the command line: in this process, and as a program of its own."""

from __future__ import annotations

import hashlib
import io
import json
import os
import subprocess
import sys
from collections.abc import Mapping
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from billing_lens.cli.main import main

SERVER = Path(__file__).parents[2] / "server"


@dataclass(frozen=True)
class Run:
    """What one run of the command line said."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """Standard output as JSON."""
        return json.loads(self.out)

    def findings(self, rule: str) -> list[dict[str, Any]]:
        """The findings of one rule in a JSON output."""
        return [found for found in self.json["findings"] if found["rule"] == rule]


def run(*argv: str) -> Run:
    """Run the command line in this process; its output is no terminal."""
    out, err = (io.TextIOWrapper(io.BytesIO(), "utf-8", write_through=True) for _ in range(2))
    with redirect_stdout(out), redirect_stderr(err):
        try:
            code = main(list(argv))
        except SystemExit as stop:
            code = stop.code if isinstance(stop.code, int) else 1
    return Run(code, _written(out), _written(err))


def _written(stream: io.TextIOWrapper) -> str:
    stream.seek(0)
    return stream.read()


def program(*argv: str, **variables: str) -> tuple[list[str], dict[str, str]]:
    """Return the command and environment that run the command line as a program of its own."""
    # Without PYTHONSAFEPATH the working directory could shadow modules.
    kept = {name: os.environ[name] for name in ("HOME", "SYSTEMROOT") if name in os.environ}
    environment = {
        **kept,
        "PATH": os.defpath,
        "PYTHONPATH": str(SERVER),
        "PYTHONSAFEPATH": "1",
        **variables,
    }
    return [sys.executable, "-m", "billing_lens", *argv], environment


def run_program(*argv: str, variables: Mapping[str, str] | None = None, given: str = "") -> Run:
    """Run the command line as a program with `given` on standard input."""
    command, environment = program(*argv, **(variables or {}))
    done = subprocess.run(
        command,
        env=environment,
        input=given.encode(),
        capture_output=True,
        timeout=60,
        check=False,
    )
    return Run(done.returncode, done.stdout.decode("utf-8", "replace"), done.stderr.decode())


def fingerprint(root: Path) -> dict[str, tuple[str, int, str]]:
    """Return kind, permissions and content of everything below `root`, by relative path."""
    seen: dict[str, tuple[str, int, str]] = {}
    for path in sorted(root.rglob("*")):
        status = path.lstat()
        if path.is_symlink():
            content = os.readlink(path)
        else:
            content = hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""
        seen[str(path.relative_to(root))] = (f"{status.st_mode:o}", status.st_uid, content)
    return seen
