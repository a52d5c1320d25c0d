"""`fix`: shows, asks, applies, and looks again."""

from __future__ import annotations

import json
import shlex
from pathlib import Path
from typing import Any, cast

import pytest

from billing_lens.fixes.apply import apply_fix
from billing_lens.fixes.journal import Entry
from tests.cli.command_line import fingerprint, run, run_program
from tests.machines import CANARY, BuiltMachine, MadeUpMachine, assert_no_canary, headline

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
    assert "Applied. Claude Code now bills Claude Max 20x (as expected)." in done.out
    assert "As expected now; " in done.out
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

    assert done.code == 1
    assert "Nothing was changed (--dry-run)." in done.out
    assert str(built.home / CONFIG) in done.out
    assert fingerprint(built.home) == before


def test_a_dry_run_with_nothing_to_do_succeeds(built: BuiltMachine) -> None:
    assert run("fix", "--dry-run", *built.options("2.1.330")).code == 0


def command_in(out: str) -> list[str]:
    """Return the arguments of the command that is named to apply a change."""
    return shlex.split(out.partition("  billing-lens ")[2].splitlines()[0])


@pytest.mark.parametrize("dry", [True, False])
@pytest.mark.parametrize(
    ("machine", "version"),
    [
        (headline(), "2.1.146"),
        (headline().with_env(ANTHROPIC_PROFILE="default", X='it\'s a "test" $HOME'), "2.1.330"),
        (
            headline().with_args("--settings", '{"env": {"ANTHROPIC_PROFILE": "default"}}'),
            "2.1.330",
        ),
    ],
)
def test_the_command_that_is_named_applies_what_was_shown(
    tmp_path: Path, machine: MadeUpMachine, version: str, dry: bool
) -> None:
    built = machine.build(tmp_path / "a home with blanks")
    options = ["--mode", "headless", *built.options(version)]
    shown = run("fix", "--dry-run", *options) if dry else run_program("fix", *options)
    assert shown.code == 1

    applied = run(*command_in(shown.out))

    assert applied.code == 0
    assert run("status", "--json", *options).json["asExpected"] is True


def test_a_secret_among_the_options_is_not_repeated(tmp_path: Path) -> None:
    machine = headline().with_env(
        ANTHROPIC_PROFILE="default", MY_PASSWORD="verysecretword", MY_TOKEN=f"odd {CANARY}"
    )
    settings = json.dumps({"env": {"ANTHROPIC_CUSTOM_HEADERS": f"X: {CANARY}"}})
    options = machine.with_args("--settings", settings).build(tmp_path).options("2.1.330")

    shown = run("fix", "--dry-run", *options)
    applied = run("fix", "--yes", *options)

    for done in (shown, applied):
        assert_no_canary(done.out + done.err)
        assert "verysecretword" not in done.out
    assert "--env 'MY_PASSWORD=••••" in shown.out
    assert "Put the secrets in again where •••• stands." in shown.out
    undo = applied.out.partition("Undo it with: billing-lens ")[2].splitlines()[0]
    assert "••••" not in undo
    assert run(*shlex.split(undo)).code == 0


@pytest.mark.parametrize("given", ["", "y\n"])
def test_without_yes_and_without_a_terminal_nothing_is_done(
    built: BuiltMachine, given: str
) -> None:
    before = fingerprint(built.home)

    done = run_program("fix", *built.options("2.1.146"), given=given)

    assert done.code == 1
    assert command_in(done.out)[:4] == ["fix", "--fix", CLEAR, "--yes"]
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


def logged_out(tmp_path: Path) -> BuiltMachine:
    """A profile pays, and nobody could use Claude Code without it."""
    expired = cast("dict[str, dict[str, object]]", headline().files[".claude/.credentials.json"])
    login = {**expired["claudeAiOauth"], "expiresAt": 1, "refreshToken": None}
    files = {".claude/.credentials.json": {"claudeAiOauth": login}}
    return headline().with_files(files).build(tmp_path)


@pytest.mark.parametrize("options", [["--yes"], ["--dry-run"], []])
def test_a_fix_that_helps_nobody_is_not_offered(tmp_path: Path, options: list[str]) -> None:
    built = logged_out(tmp_path)
    before = fingerprint(built.home)

    done = run("fix", *options, *built.options("2.1.146"))

    assert done.code == 1
    assert "still bills API usage" in done.out
    assert "Step 1" not in done.out
    assert "billing-lens check" in done.out
    assert fingerprint(built.home) == before


def test_a_fix_that_helps_nobody_warns_when_it_is_named(tmp_path: Path) -> None:
    built = logged_out(tmp_path)
    check = run("check", "--format", "json", *built.options("2.1.146"))
    (fix, *_) = [offer for found in check.json["findings"] for offer in found["fixes"]]

    done = run("fix", "--dry-run", "--fix", fix["id"], *built.options("2.1.146"))

    assert fix["safety"] == "unsafe"
    assert "Careful: Claude Code cannot be used after this change" in done.out


BEDROCK = headline().with_env(CLAUDE_CODE_USE_BEDROCK="1")
CANCEL = "cancel:CLAUDE_CODE_USE_BEDROCK@user"


def test_an_unsafe_step_is_never_taken_without_asking(tmp_path: Path) -> None:
    built = BEDROCK.build(tmp_path)
    before = fingerprint(built.home)

    done = run("fix", "--yes", *built.options("2.1.146"))

    assert done.code == 1
    assert "Claude Code still bills Amazon Bedrock (not as expected)." in done.out
    assert "Without --yes you can go step by step." in done.out
    assert fingerprint(built.home) == before


def test_an_unsafe_step_is_shown_with_a_warning(tmp_path: Path) -> None:
    done = run("fix", "--dry-run", *BEDROCK.build(tmp_path).options("2.1.146"))

    assert "Careful: this is not enough on its own. Claude Code then bills API usage" in done.out
    assert f"--fix {CANCEL} --yes" in done.out


def test_an_unsafe_step_is_taken_when_it_is_named(tmp_path: Path) -> None:
    built = BEDROCK.build(tmp_path)

    done = run("fix", "--yes", "--fix", CANCEL, *built.options("2.1.146"))

    assert done.code == 1
    assert "now bills API usage (organization 2222…) (still not as expected)." in done.out


IGNORED = headline().with_files({".claude/settings.json": '{"hooks": {},}'})


def test_what_changes_more_than_who_pays_is_offered_when_nothing_else_is(tmp_path: Path) -> None:
    done = run("fix", "--dry-run", *IGNORED.build(tmp_path).options("2.1.330"))

    assert "Careful: more than who pays can change" in done.out
    assert "--fix mend-settings:user --yes" in done.out


def test_what_changes_more_than_who_pays_is_never_done_without_asking(tmp_path: Path) -> None:
    built = IGNORED.build(tmp_path)
    before = fingerprint(built.home)

    done = run("fix", "--yes", *built.options("2.1.330"))

    assert (done.code, "1 finding remains" in done.out) == (0, True)
    assert fingerprint(built.home) == before


def test_a_safe_fix_comes_before_an_unsafe_one(built: BuiltMachine) -> None:
    work = built.home / ".config/anthropic/configs/work.json"
    work.write_text(json.dumps(headline().files[CONFIG]))
    credentials = built.home / ".config/anthropic/credentials"
    (credentials / "work.json").write_bytes((credentials / "default.json").read_bytes())

    done = run("fix", "--dry-run", *built.options("2.1.146"))

    assert "Careful" not in done.out
    assert "bills Claude Max 20x" in done.out


def test_what_no_edit_can_do_is_named(tmp_path: Path) -> None:
    done = run("fix", "--yes", *BEDROCK.build(tmp_path).options("2.1.146"))

    assert "Run this yourself:\n  unset CLAUDE_CODE_USE_BEDROCK\n" in done.out


def test_a_fix_that_does_not_help_is_not_repeated(
    built: BuiltMachine, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = (built.home / CONFIG).read_bytes()
    applied: list[Entry] = []

    def apply_in_vain(*arguments: Any) -> Entry:
        applied.append(apply_fix(*arguments))
        (built.home / CONFIG).write_bytes(text)
        return applied[-1]

    monkeypatch.setattr("billing_lens.cli.fix.apply_fix", apply_in_vain)

    done = run("fix", "--yes", *built.options("2.1.146"))

    assert done.code == 1
    assert len(applied) == 1
    assert "(still not as expected)" in done.out
    assert f"Stopped: '{CLEAR}' was applied, yet the same change is called for again" in done.out
    assert f"billing-lens undo {applied[0].id}" in done.out.partition("Stopped")[2]


def test_a_fix_that_is_refused_is_told_and_nothing_is_changed(
    built: BuiltMachine, tmp_path: Path
) -> None:
    (built.home / CONFIG).parent.rename(tmp_path / "outside")
    (built.home / CONFIG).parent.symlink_to(tmp_path / "outside")

    done = run("fix", "--yes", *built.options("2.1.146"))

    assert "organization_id" in (tmp_path / "outside/default.json").read_text()
    assert done.code in (0, 1)


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
