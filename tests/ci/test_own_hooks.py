"""The hooks for those who work on this project, run by pre-commit in a scratch repository."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.ci.test_pre_commit import ROOT, git

CONFIG = ".pre-commit-config.yaml"
SLOPPY = "import os\nx = {  'a':1 }\n"
NO_NETWORK = {"https_proxy": "http://127.0.0.1:9", "http_proxy": "http://127.0.0.1:9"}


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A repository with the hooks, and with the tools of this environment in its .venv."""
    git(tmp_path, "init", "-q")
    for name in (CONFIG, "pyproject.toml", "action.yml"):
        shutil.copy(ROOT / name, tmp_path / name)
    shutil.copytree(ROOT / ".github", tmp_path / ".github")
    (tmp_path / ".venv").symlink_to(sys.prefix)
    (tmp_path / ".gitignore").write_text("/.venv\n")
    return tmp_path


def run_hooks(repository: Path) -> tuple[int, str]:
    git(repository, "add", "--all")
    done = subprocess.run(
        [sys.executable, "-m", "pre_commit", "run", "--all-files"],
        cwd=repository,
        env={
            **{name: os.environ[name] for name in ("PATH", "HOME")},
            "PRE_COMMIT_HOME": str(repository.parent / "cache"),
            **NO_NETWORK,
        },
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


def test_what_is_sloppy_is_mended_before_it_is_committed(repository: Path) -> None:
    server = repository / "server" / "sloppy.py"
    server.parent.mkdir()
    server.write_text(f'"""A module."""\n\n{SLOPPY}')

    code, said = run_hooks(repository)

    assert code == 1, said
    assert server.read_text() == '"""A module."""\n\nx = {"a": 1}\n'
    code, said = run_hooks(repository)
    assert said.count("Passed") == 3, said


def test_a_workflow_that_trusts_whoever_opens_a_pull_request_is_stopped(repository: Path) -> None:
    workflow = repository / ".github/workflows/trusting.yml"
    workflow.write_text(
        "on: issues\npermissions: {}\njobs:\n  a:\n    runs-on: ubuntu-24.04\n"
        "    steps:\n      - run: echo ${{ github.event.issue.title }}\n"
    )

    code, said = run_hooks(repository)

    assert code == 1, said
    assert "template-injection" in said
