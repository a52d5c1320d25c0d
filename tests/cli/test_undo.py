"""`undo`: the last change or the one named, byte for byte, or not at all."""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest

from tests.cli.command_line import fingerprint, run
from tests.machines import BuiltMachine, headline

CONFIG = ".config/anthropic/configs/default.json"
CLEAR, RETIRE = "clear-sign-in:default", "retire-profile:default"


@pytest.fixture
def built(tmp_path: Path) -> BuiltMachine:
    return headline().build(tmp_path)


def without_journal(built: BuiltMachine) -> dict[str, tuple[str, int, str]]:
    seen = fingerprint(built.home)
    return {path: what for path, what in seen.items() if not path.startswith(".local")}


def fix(built: BuiltMachine, name: str) -> str:
    """Apply a fix and return the id that undoes it, as the output names it."""
    done = run("fix", "--yes", "--fix", name, *built.options("2.1.146"))
    assert done.code == 0, done.err
    return done.out.partition("billing-lens undo ")[2].split()[0]


def undo(built: BuiltMachine, *argv: str) -> tuple[int, str, str]:
    done = run("undo", *argv, "--home", str(built.home))
    return done.code, done.out, done.err


@pytest.mark.parametrize("name", [CLEAR, RETIRE])
@pytest.mark.parametrize("by_id", [True, False])
def test_undoing_restores_every_byte(built: BuiltMachine, name: str, by_id: bool) -> None:
    (built.home / CONFIG).chmod(0o640)
    before = without_journal(built)
    identifier = fix(built, name)
    assert without_journal(built) != before

    code, out, err = undo(built, *([identifier] if by_id else []))

    assert (code, err) == (0, "")
    assert f"Put back {built.home / CONFIG}" in out
    assert without_journal(built) == before


def test_every_change_is_listed_newest_first(built: BuiltMachine) -> None:
    assert undo(built, "--list") == (0, "Nothing was changed here yet.\n", "")
    first = fix(built, CLEAR)
    undo(built)
    second = fix(built, RETIRE)

    code, out, _ = undo(built, "--list")

    assert code == 0
    newest, oldest = out.splitlines()
    assert newest.startswith(second)
    assert " applied " in newest
    assert oldest.startswith(first)
    assert " undone " in oldest
    assert "Claude Max 20x" in newest


def test_undoing_twice_takes_nothing_back_a_second_time(built: BuiltMachine) -> None:
    identifier = fix(built, CLEAR)
    undo(built)
    before = without_journal(built)

    assert undo(built) == (2, "", "billing-lens: there is nothing to undo\n")
    code, _, err = undo(built, identifier)
    assert (code, "undone already" in err) == (2, True)
    assert without_journal(built) == before


def test_the_last_applied_one_is_undone_first(built: BuiltMachine) -> None:
    before = without_journal(built)
    fix(built, CLEAR)
    between = without_journal(built)
    run(
        "fix",
        "--yes",
        "--rule",
        "organization-conflict",
        "--fix",
        RETIRE,
        *built.options("2.1.146"),
    )
    assert without_journal(built) != between

    assert undo(built)[0] == 0
    assert without_journal(built) == between
    assert undo(built)[0] == 0
    assert without_journal(built) == before


def test_a_file_changed_since_is_left_as_it_is(built: BuiltMachine) -> None:
    fix(built, CLEAR)
    (built.home / CONFIG).write_text("newer")

    code, out, err = undo(built)

    assert (code, out) == (1, "")
    assert "changed since the fix" in err
    assert (built.home / CONFIG).read_text() == "newer"
    assert undo(built)[0] == 1


def test_an_unknown_id_is_wrong_usage(built: BuiltMachine) -> None:
    fix(built, CLEAR)
    before = without_journal(built)

    for identifier in ("nonsense", "../.."):
        code, _, err = undo(built, identifier)
        assert code == 2
        assert "undo --list" in err
    assert without_journal(built) == before


def test_another_home_has_changes_of_its_own(tmp_path: Path) -> None:
    first, second = (headline().build(tmp_path / name) for name in ("a", "b"))
    fix(first, CLEAR)

    assert undo(second)[0] == 2
    assert undo(second, "--list")[1] == "Nothing was changed here yet.\n"


def test_looking_at_the_list_writes_nothing(built: BuiltMachine) -> None:
    before = fingerprint(built.home)

    undo(built, "--list")
    undo(built)

    assert fingerprint(built.home) == before


def test_the_command_that_is_named_undoes_the_fix(built: BuiltMachine) -> None:
    before = without_journal(built)
    done = run("fix", "--yes", *built.options("2.1.146"))
    command = done.out.partition("Undo it with: billing-lens ")[2].splitlines()[0]

    assert run(*shlex.split(command)).code == 0
    assert without_journal(built) == before
