"""`undo`: the last change or the one named, byte for byte, or not at all."""

from __future__ import annotations

import json
import os
import shlex
import signal
import time
from pathlib import Path
from typing import Any

import pytest

from billing_lens.fixes import apply as applying
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
    newest, oldest = out.split("\n\n")
    assert newest.startswith(f"{second}\n")
    assert ", applied, for profile-overrides-login\n" in newest
    assert oldest.startswith(f"{first}\n")
    assert ", undone, " in oldest
    assert f"renamed {built.home / CONFIG}\n       to {built.home / CONFIG}.off\n" in newest
    assert "API usage (organization 2222…) -> Claude Max 20x (as expected)" in newest


def test_the_list_fits_80_columns_and_has_the_time_of_the_wall(
    built: BuiltMachine, monkeypatch: pytest.MonkeyPatch
) -> None:
    fix(built, RETIRE)
    (journaled,) = (built.home / ".local/state/billing-lens").glob("*/entry.json")
    entry = {**json.loads(journaled.read_text()), "at": "2026-01-31T23:30:00Z"}
    entry["title"] = "Retire profile 'of a long name that goes on and on' (rename it to another)"
    journaled.write_text(json.dumps(entry))
    monkeypatch.setenv("TZ", "UTC-2")
    monkeypatch.setenv("COLUMNS", "80")
    time.tzset()

    out = undo(built, "--list")[1]

    monkeypatch.undo()
    time.tzset()
    assert "\n  2026-02-01 01:30, applied" in out
    assert [line for line in out.splitlines() if len(line) > 80 and "/" not in line] == []


def test_the_list_as_json(built: BuiltMachine) -> None:
    first = fix(built, CLEAR)
    undo(built)
    second = fix(built, RETIRE)

    done = run("undo", "--list", "--json", "--home", str(built.home))

    assert done.json.keys() == {"schema", "changes"}
    assert done.json["schema"] == 1
    newest, oldest = done.json["changes"]
    assert (newest["id"], newest["state"]) == (second, "applied")
    assert (oldest["id"], oldest["state"]) == (first, "undone")
    finding = newest.pop("finding")
    assert "instead of your Claude Max login" in finding["message"]
    assert finding["location"] == {
        "path": str(built.home / CONFIG),
        "pointer": "/organization_id",
        "variable": None,
    }
    assert newest.pop("at").endswith("Z")
    assert newest == {
        "id": second,
        "state": "applied",
        "home": str(built.home),
        "claudeCode": {"version": "2.1.146"},
        "mode": "interactive",
        "rule": "profile-overrides-login",
        "fix": RETIRE,
        "title": "Retire profile 'default' (rename it to default.json.off)",
        "files": [
            {
                "action": "rename",
                "path": str(built.home / CONFIG),
                "to": f"{built.home / CONFIG}.off",
            }
        ],
        "before": "API usage (organization 2222…)",
        "after": "Claude Max 20x",
        "observed": True,
        "asExpected": True,
    }


def test_an_empty_list_as_json(built: BuiltMachine) -> None:
    done = run("undo", "--list", "--json", "--home", str(built.home))

    assert (done.code, done.json) == (0, {"schema": 1, "changes": []})
    assert run("undo", "--json", "--home", str(built.home)).code == 2


def test_an_entry_of_an_earlier_version_is_listed_and_undone(built: BuiltMachine) -> None:
    before = without_journal(built)
    fix(built, CLEAR)
    (journaled,) = (built.home / ".local/state/billing-lens").glob("*/entry.json")
    entry = json.loads(journaled.read_text())
    kept = ("id", "at", "home", "rule", "fix", "title", "resulting_route", "files", "state")
    journaled.write_text(json.dumps({name: entry[name] for name in kept}))

    out = undo(built, "--list")[1]
    assert "  -> Claude Max 20x (promised, not looked at afterwards)" in out
    done = run("undo", "--list", "--json", "--home", str(built.home)).json["changes"][0]
    assert done["finding"] is done["before"] is done["mode"] is None
    assert undo(built)[0] == 0
    assert without_journal(built) == before


@pytest.mark.parametrize("mode", ["headless", "interactive"])
def test_it_says_who_pays_now_as_the_change_was_looked_at(built: BuiltMachine, mode: str) -> None:
    done = run("fix", "--yes", "--mode", mode, *built.options("2.1.146"))
    assert done.code == 0

    out = run("undo", "--home", str(built.home), "--no-env").out

    assert "Claude Code now bills API usage (organization 2222…) (not as expected)." in out


def test_options_say_on_which_machine_who_pays(built: BuiltMachine) -> None:
    fix(built, CLEAR)

    out = run("undo", *built.options("2.1.330")).out

    assert "Claude Code now bills Claude Max 20x (as expected)." in out


def test_wrong_options_are_refused_before_anything_is_done(built: BuiltMachine) -> None:
    fix(built, CLEAR)
    before = fingerprint(built.home)

    assert undo(built, "--env", "nonsense")[0] == 2
    assert fingerprint(built.home) == before


def test_a_created_file_is_removed(tmp_path: Path) -> None:
    built = headline().with_env(CLAUDE_CODE_USE_BEDROCK="1").build(tmp_path)
    cancel = "cancel:CLAUDE_CODE_USE_BEDROCK@user"
    run("fix", "--yes", "--fix", cancel, *built.options("2.1.146"))
    settings = built.home / ".claude/settings.json"
    assert settings.exists()

    done = run("undo", *built.options("2.1.146"))

    assert done.out.startswith(f"Removed {settings}\nClaude Code now bills Amazon Bedrock")
    assert not settings.exists()


def test_an_interrupt_before_the_undoing_changes_nothing(
    built: BuiltMachine, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    fix(built, CLEAR)
    before = fingerprint(built.home)
    monkeypatch.setattr("billing_lens.cli.undo.undo_entry", interrupt)

    code, out, _ = undo(built)

    assert (code, out) == (130, "\nNothing was changed.\n")
    assert fingerprint(built.home) == before


@pytest.mark.parametrize("name", [CLEAR, RETIRE])
def test_an_interrupt_while_files_are_put_back_waits(
    built: BuiltMachine, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    before = without_journal(built)
    identifier = fix(built, name)
    put_back = applying._put_back  # pyright: ignore[reportPrivateUsage]

    def press_and_put_back(*arguments: Any) -> None:
        os.kill(os.getpid(), signal.SIGINT)
        put_back(*arguments)

    monkeypatch.setattr(applying, "_put_back", press_and_put_back)

    code, out, _ = undo(built)

    assert (code, out) == (130, f"\n{identifier} was undone.\n")
    assert without_journal(built) == before


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
    before = (built.home / CONFIG).read_bytes()
    fix(built, CLEAR)
    (built.home / CONFIG).write_text("newer")

    code, out, err = undo(built)

    assert (code, out) == (1, "")
    assert "changed since the fix" in err
    kept = Path(err.rstrip().rpartition(" is kept in ")[2])
    assert kept.read_bytes() == before
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
