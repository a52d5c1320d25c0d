"""`fix`: shows, asks, applies, and looks again."""

from __future__ import annotations

import json
from pathlib import Path
from typing import cast

import pytest

from tests.cli.command_line import fingerprint, run, run_program
from tests.machines import BuiltMachine, MadeUpMachine, headline

CONFIG = ".config/anthropic/configs/default.json"
CLEAR, RETIRE = "clear-sign-in:default", "retire-profile:default"
WORK = {".config/anthropic/configs/work.json": {"version": "1.0"}}


@pytest.fixture
def built(tmp_path: Path) -> BuiltMachine:
    return headline().build(tmp_path)


def payer(built: BuiltMachine, version: str = "2.1.146") -> str:
    return str(run("status", "--json", *built.options(version)).json["route"]["label"])


@pytest.mark.parametrize("mode", ["headless", "interactive"])
@pytest.mark.parametrize(
    ("fix", "explicit"),
    # A selection does not help where a variable selects.
    [
        (CLEAR, False),
        (CLEAR, True),
        (RETIRE, False),
        (RETIRE, True),
        ("select-profile:work", False),
    ],
)
def test_each_fix_keeps_its_promise(tmp_path: Path, fix: str, explicit: bool, mode: str) -> None:
    machine = headline().with_files(WORK)
    if explicit:
        machine = machine.with_env(ANTHROPIC_PROFILE="default")
    built = machine.build(tmp_path)
    options = ["--mode", mode, *built.options("2.1.330" if explicit else "2.1.146")]
    found = run("check", "--format", "json", *options).json["findings"][0]
    (promised,) = [offer for offer in found["fixes"] if offer["id"] == fix]

    done = run("fix", "--fix", fix, "--yes", *options)

    assert (done.code, done.err) == (0, "")
    assert promised["title"] in done.out
    assert "Claude Code now bills Claude Max 20x." in done.out
    route = run("status", "--json", *options).json["route"]
    assert route == promised["resultingRoute"]


def test_without_a_choice_the_best_safe_fix_is_taken(built: BuiltMachine) -> None:
    done = run("fix", "--yes", *built.options("2.1.146"))

    assert done.code == 0
    assert json.loads((built.home / CONFIG).read_text()) == {"version": "1.0"}
    assert payer(built) == "Claude Max 20x"


def test_where_all_is_well_nothing_is_done(built: BuiltMachine) -> None:
    before = fingerprint(built.home)

    done = run("fix", "--yes", *built.options("2.1.330"))

    assert (done.code, done.out) == (0, "Nothing to put right: Claude Code bills Claude Max 20x.\n")
    assert fingerprint(built.home) == before


def test_fixing_twice_is_as_good_as_once(built: BuiltMachine) -> None:
    run("fix", "--yes", *built.options("2.1.146"))
    before = fingerprint(built.home)

    assert run("fix", "--yes", *built.options("2.1.146")).code == 0
    assert fingerprint(built.home) == before


def test_a_leftover_is_offered_when_its_rule_is_named(built: BuiltMachine) -> None:
    rule = ("--rule", "organization-conflict")

    assert "Nothing to put right" in run("fix", "--dry-run", *built.options("2.1.330")).out
    assert "Clear the cached" in run("fix", "--dry-run", *rule, *built.options("2.1.330")).out


def test_a_leftover_is_removed_when_its_rule_is_named(built: BuiltMachine) -> None:
    done = run("fix", "--yes", "--rule", "organization-conflict", *built.options("2.1.330"))

    assert done.code == 0
    assert "organization_id" not in (built.home / CONFIG).read_text()


@pytest.mark.parametrize(
    "options", [["--dry-run"], ["--dry-run", "--yes"], ["--dry-run", "--fix", RETIRE]]
)
def test_a_dry_run_shows_the_change_and_makes_none(built: BuiltMachine, options: list[str]) -> None:
    before = fingerprint(built.home)

    done = run("fix", *options, *built.options("2.1.146"))

    assert "Nothing was changed (--dry-run)." in done.out
    assert str(built.home / CONFIG) in done.out
    assert fingerprint(built.home) == before


@pytest.mark.parametrize("given", ["", "y\n"])
def test_without_yes_and_without_a_terminal_nothing_is_done(
    built: BuiltMachine, given: str
) -> None:
    before = fingerprint(built.home)

    done = run_program("fix", *built.options("2.1.146"), given=given)

    assert done.code == 1
    assert "--yes" in done.out
    assert "Nothing was changed." in done.out
    assert fingerprint(built.home) == before


@pytest.mark.parametrize("version", ["2.1.146", "2.1.330"])
def test_an_unknown_fix_is_wrong_usage_and_names_the_known_ones(
    built: BuiltMachine, version: str
) -> None:
    done = run("fix", "--fix", "nonsense", "--yes", *built.options(version))

    assert done.code == 2
    assert "nonsense" in done.err
    if version == "2.1.146":
        assert CLEAR in done.err
        assert RETIRE in done.err


def test_an_unsafe_fix_is_never_taken_on_its_own(tmp_path: Path) -> None:
    expired = cast("dict[str, dict[str, object]]", headline().files[".claude/.credentials.json"])
    login = {**expired["claudeAiOauth"], "expiresAt": 1, "refreshToken": None}
    files = {".claude/.credentials.json": {"claudeAiOauth": login}}
    built = headline().with_files(files).build(tmp_path)
    before = fingerprint(built.home)

    done = run("fix", "--yes", *built.options("2.1.146"))

    assert done.code == 1
    assert "still bills API usage" in done.out
    assert fingerprint(built.home) == before


def test_a_fix_that_is_refused_is_told_and_nothing_is_changed(
    built: BuiltMachine, tmp_path: Path
) -> None:
    (built.home / CONFIG).parent.rename(tmp_path / "outside")
    (built.home / CONFIG).parent.symlink_to(tmp_path / "outside")

    done = run("fix", "--yes", *built.options("2.1.146"))

    assert "organization_id" in (tmp_path / "outside/default.json").read_text()
    assert done.code in (0, 1)


def test_the_file_changed_while_the_question_was_open(
    built: BuiltMachine, monkeypatch: pytest.MonkeyPatch
) -> None:
    def change_and_agree() -> bool:
        (built.home / CONFIG).write_text('{"organization_id": "newer"}')
        return True

    monkeypatch.setattr("billing_lens.cli.fix._confirmed", change_and_agree)

    done = run("fix", *built.options("2.1.146"))

    assert done.code == 1
    assert "not applied" in done.err
    assert "changed since it was read" in done.err
    assert (built.home / CONFIG).read_text() == '{"organization_id": "newer"}'


def test_nothing_is_written_to_our_own_home(built: BuiltMachine, own_home: Path) -> None:
    run("fix", "--yes", *built.options("2.1.146"))

    assert list(own_home.iterdir()) == []
    assert (built.home / ".local/state/billing-lens").is_dir()


def test_our_own_home_keeps_its_journal_itself(own_home: Path, tmp_path: Path) -> None:
    built = headline().build(tmp_path)
    for path in (".claude", ".claude.json", ".config"):
        (built.home / path).rename(own_home / path)
    options = ["--no-env", "--claude-version", "2.1.146"]

    assert run("fix", "--yes", *options).code == 0
    assert (own_home / ".local/state/billing-lens").is_dir()
    assert run("undo").code == 0
    assert "organization_id" in (own_home / CONFIG).read_text()


def test_settings_of_claude_code_reach_the_fix(tmp_path: Path) -> None:
    settings = json.dumps({"env": {"ANTHROPIC_PROFILE": "default"}})
    machine = headline().with_args("--settings", settings)
    built = machine.build(tmp_path)

    done = run("fix", "--yes", *built.options("2.1.330"))

    assert done.code == 0
    assert "Claude Max 20x" in done.out


def test_nobody_logged_in_has_nothing_to_fix(tmp_path: Path) -> None:
    built = MadeUpMachine({}).build(tmp_path)

    assert run("fix", "--yes", *built.options()).code == 0
