"""The real git, without this machine's own configuration."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

_SILENT = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
_NAMED = {
    f"GIT_{role}_{what}": value
    for role in ("AUTHOR", "COMMITTER")
    for what, value in (("NAME", "Dev"), ("EMAIL", "dev@example.com"))
}


def git(cwd: Path, *arguments: str, given: str = "") -> None:
    """Run git in `cwd`, with `given` as its input.

    Raises:
        subprocess.CalledProcessError: git failed.
    """
    own = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    subprocess.run(
        ["git", "-c", "core.fsync=none", *arguments],
        cwd=cwd,
        env={**own, **_SILENT, **_NAMED},
        input=given.encode(),
        check=True,
        capture_output=True,
    )


def repository(root: Path, *tracked: str, version: str = "2", objects: str = "sha1") -> Path:
    """Return a repository that tracks these files, made where missing, in an index of `version`."""
    root.mkdir(parents=True, exist_ok=True)
    git(root, "init", f"--object-format={objects}")
    for path in (root / name for name in tracked):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    git(root, "add", "--force", "--", *tracked)
    git(root, "update-index", "--index-version", version)
    return root
