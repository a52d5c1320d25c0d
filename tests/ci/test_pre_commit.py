"""The pre-commit hook, installed and run by pre-commit in a scratch repository."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.machines import CANARY, assert_no_canary

ROOT = Path(__file__).parents[2]
KEY = f"sk-ant-api03-{CANARY}"
SETTINGS = ".claude/settings.json"
SOURCES = (":(glob)*", "server", "docs/rules", ".pre-commit-hooks.yaml")
"""What the hook is installed from: the top folder's own files, and these folders."""


def git(folder: Path, *arguments: str) -> None:
    identity = ("-c", "user.name=Dev", "-c", "user.email=dev@example.com")
    subprocess.run(["git", *identity, *arguments], cwd=folder, check=True, capture_output=True)


@pytest.fixture(scope="module")
def hooks(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository with the hook and what it installs, as it stands in the working tree."""
    folder = tmp_path_factory.mktemp("hooks")
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--", *SOURCES], cwd=ROOT, check=True, capture_output=True
    )
    for name in filter(None, listed.stdout.decode().split("\0")):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, folder / name)
    git(folder, "init", "-q")
    git(folder, "add", "--all")
    git(folder, "commit", "-qm", "The hook")
    return folder


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cache")


def try_hook(hooks: Path, cache: Path, repository: Path) -> tuple[int, str]:
    """Commit nothing; let pre-commit run the hook on all files of `repository`."""
    git(repository, "add", "--all")
    done = subprocess.run(
        [sys.executable, "-m", "pre_commit", "try-repo", str(hooks), "--all-files", "--verbose"],
        cwd=repository,
        env={
            **{name: os.environ[name] for name in ("PATH", "HOME")},
            "PRE_COMMIT_HOME": str(cache),
            "ANTHROPIC_API_KEY": KEY,
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert_no_canary(done.stdout + done.stderr)
    return done.returncode, done.stdout + done.stderr


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    git(tmp_path, "init", "-q")
    (tmp_path / ".claude").mkdir()
    return tmp_path


def test_a_project_that_sets_nothing_passes_whatever_the_shell_has(
    hooks: Path, cache: Path, repository: Path
) -> None:
    (repository / SETTINGS).write_text('{"model": "opus"}\n')

    code, said = try_hook(hooks, cache, repository)

    assert code == 0, said
    assert "Passed" in said


def test_a_key_that_the_policy_does_not_allow_fails(
    hooks: Path, cache: Path, repository: Path
) -> None:
    (repository / SETTINGS).write_text(f'{{"env": {{"ANTHROPIC_API_KEY": "{KEY}"}}}}\n')
    (repository / ".billing-lens.toml").write_text('[allowed]\nsources = ["oauth_token"]\n')

    code, said = try_hook(hooks, cache, repository)

    assert code == 1, said
    assert "source-not-allowed" in said
    assert "secret-in-project" in said


def test_a_project_without_such_files_is_not_looked_at(
    hooks: Path, cache: Path, repository: Path
) -> None:
    (repository / "main.py").write_text("")

    code, said = try_hook(hooks, cache, repository)

    assert code == 0, said
    assert "no files to check" in said
