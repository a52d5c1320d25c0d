"""What git tracks, read from indexes that the real git wrote."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from billing_lens.machine.disk import Disk
from billing_lens.machine.git import tracked_by_git
from tests.unit.machine.git_program import git, repository

SETTINGS = ".claude/settings.json"
LOCAL = ".claude/settings.local.json"
VERSIONS = ("2", "3", "4")


def found(cwd: Path, *names: str) -> set[str]:
    """Return which of these files in `cwd` are said to be tracked."""
    tracked = tracked_by_git([cwd / name for name in names], cwd, Disk().entry)
    return {str(Path(path).relative_to(cwd)) for path in tracked}


@pytest.mark.parametrize("objects", ["sha1", "sha256"])
@pytest.mark.parametrize("version", VERSIONS)
def test_what_is_added_is_tracked_and_nothing_else(
    tmp_path: Path, version: str, objects: str
) -> None:
    others = ("a", "README.md", ".claude/settings", ".claude/settings.json5", "z/last")
    root = repository(tmp_path, *others, SETTINGS, version=version, objects=objects)

    assert found(root, SETTINGS, LOCAL, "last", "z/last") == {SETTINGS, "z/last"}


@pytest.mark.parametrize("version", VERSIONS)
def test_a_file_of_the_same_name_further_down_is_another_one(tmp_path: Path, version: str) -> None:
    root = repository(tmp_path, f"docs/{SETTINGS}", f"x{SETTINGS}", version=version)

    assert found(root, SETTINGS) == set()


@pytest.mark.parametrize("version", VERSIONS)
def test_a_folder_of_the_repository_is_looked_at_from_inside(tmp_path: Path, version: str) -> None:
    root = repository(tmp_path, f"app/{SETTINGS}", LOCAL, version=version)

    assert found(root / "app", SETTINGS, LOCAL) == {SETTINGS}


@pytest.mark.parametrize("version", VERSIONS)
def test_long_names_are_read(tmp_path: Path, version: str) -> None:
    """From 128 bytes on it takes two bytes to say how much of a name goes."""
    deep = "/".join(["é" * 60] * 20)

    root = repository(tmp_path, "a", f"{deep}/last", "ê", version=version)

    assert found(root, "a", f"{deep}/first", f"{deep}/last", "ê") == {"a", f"{deep}/last", "ê"}


@pytest.mark.parametrize("version", VERSIONS)
def test_it_is_found_among_many(tmp_path: Path, version: str) -> None:
    root = repository(tmp_path, "z", version=version)
    listing = "".join(f"100644 {1:040}\t.many/{number:06}\n" for number in range(20_000))

    git(root, "update-index", "--index-info", given=listing)

    assert found(root, ".many/000000", ".many/019999", ".many/020000", "z") == {
        *(".many/000000", ".many/019999", "z")
    }


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("flag", ["--skip-worktree", "--assume-unchanged"])
def test_a_file_whose_changes_are_overlooked_is_tracked(
    tmp_path: Path, version: str, flag: str
) -> None:
    root = repository(tmp_path, "a", SETTINGS, "z", version=version)

    git(root, "update-index", flag, SETTINGS)

    assert found(root, "a", SETTINGS, LOCAL, "z") == {"a", SETTINGS, "z"}


@pytest.mark.parametrize("version", VERSIONS)
def test_a_file_that_will_be_added_is_tracked(tmp_path: Path, version: str) -> None:
    root = repository(tmp_path, "a", version=version)
    (root / ".claude").mkdir()
    (root / SETTINGS).touch()

    git(root, "add", "--intent-to-add", SETTINGS)

    assert found(root, SETTINGS) == {SETTINGS}


@pytest.mark.parametrize("version", VERSIONS)
def test_a_file_that_git_forgot_is_not_tracked(tmp_path: Path, version: str) -> None:
    root = repository(tmp_path, "a", SETTINGS, version=version)

    git(root, "rm", "--cached", SETTINGS)

    assert found(root, "a", SETTINGS) == {"a"}


@pytest.mark.parametrize("version", VERSIONS)
def test_a_worktree_has_an_index_of_its_own(tmp_path: Path, version: str) -> None:
    root = repository(tmp_path / "main", "a", SETTINGS, version=version)
    git(root, "commit", "--message", "Begin")
    git(root, "worktree", "add", "../other")
    other = tmp_path / "other"
    git(other, "update-index", "--index-version", version)
    git(root, "rm", "--cached", SETTINGS)

    assert found(other, "a", SETTINGS) == {"a", SETTINGS}
    assert found(root, "a", SETTINGS) == {"a"}


def test_a_submodule_is_a_repository_of_its_own(tmp_path: Path) -> None:
    part = repository(tmp_path / "part", SETTINGS)
    git(part, "commit", "--message", "Begin")
    root = repository(tmp_path / "whole", "a")
    git(root, "-c", "protocol.file.allow=always", "submodule", "add", str(part), "sub")

    assert found(root / "sub", SETTINGS) == {SETTINGS}
    assert found(root, f"sub/{SETTINGS}") == set()


def test_an_empty_folder_named_git_is_no_repository(tmp_path: Path) -> None:
    root = repository(tmp_path, f"app/{SETTINGS}")
    (root / "app" / ".git").mkdir()

    assert found(root / "app", SETTINGS) == {SETTINGS}


def test_nothing_is_tracked_before_the_first_add_nor_without_a_repository(tmp_path: Path) -> None:
    assert found(tmp_path, SETTINGS) == set()

    git(tmp_path, "init")
    assert found(tmp_path, SETTINGS) == set()


DAMAGES: dict[str, Callable[[bytes], bytes]] = {
    "empty": lambda _: b"",
    "no index": lambda _: b"[core]\n",
    "header alone": lambda index: index[:12],
    "another version": lambda index: index[:7] + b"\x09" + index[8:],
    "all bits set": lambda index: index[:12] + b"\xff" * 400,
    "all bits clear": lambda index: index[:12] + b"\0" * 400,
}


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
def test_a_damaged_index_ends_in_no_error(
    tmp_path: Path, damage: Callable[[bytes], bytes], version: str
) -> None:
    root = repository(tmp_path, "a", SETTINGS, "z", version=version)
    index = root / ".git" / "index"
    index.write_bytes(damage(index.read_bytes()))

    found(root, "a", SETTINGS)


@pytest.mark.parametrize("version", VERSIONS)
def test_an_index_cut_short_anywhere_ends_in_no_error(tmp_path: Path, version: str) -> None:
    root = repository(tmp_path, "a", SETTINGS, "z", version=version)
    index = root / ".git" / "index"
    whole = index.read_bytes()
    for length in range(len(whole)):
        index.write_bytes(whole[:length])
        assert found(root, "a", SETTINGS, LOCAL) <= {"a", SETTINGS}
