"""What a person sees: at 60, 80 and 160 columns, with colour and links or without."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from tests.cli.command_line import run, run_program
from tests.cli.terminal import Shown, shown_on_a_terminal
from tests.machines import CANARY, BuiltMachine, assert_no_canary, headline

WIDTHS = [60, 80, 160]
KEY = f"sk-ant-api03-{CANARY}"
MACHINE = headline().with_files(
    {
        "proj/.claude/settings.json": {"env": {"ANTHROPIC_API_KEY": KEY}},
        ".claude/settings.json": '{"note": "' + "日本語😀" * 40 + '", "apiKeyHelper": 5}',
    }
)
COLOUR = re.compile(r"\x1b\[[0-9;]+m")
LINK = re.compile(r"\x1b\]8;;([^\x1b]*)\x1b\\([^\x1b]+)\x1b\]8;;\x1b\\")
VTE = {"VTE_VERSION": "7600"}
PROSE = ["status", "check", "fix --dry-run", "rules"]


@pytest.fixture
def built(tmp_path: Path) -> BuiltMachine:
    return MACHINE.build(tmp_path)


def at_home(built: BuiltMachine, *argv: str, columns: int = 80, **variables: str) -> Shown:
    """Run the command as whoever lives on the machine would, in the project."""
    machine = ["--cwd", str(built.cwd), "--claude-version", "2.1.146"]
    options = [] if argv[0] in ("rules", "undo") else machine
    return shown_on_a_terminal(*argv, *options, columns=columns, HOME=str(built.home), **variables)


@pytest.mark.parametrize("columns", WIDTHS)
@pytest.mark.parametrize("command", PROSE)
def test_no_line_is_broken_by_the_terminal(built: BuiltMachine, command: str, columns: int) -> None:
    """Commands to copy and diffs keep their lines; all else fits."""
    shown = at_home(built, *command.split(), columns=columns, NO_COLOR="1")

    too_long = [line for line in shown.written.splitlines() if len(line) > columns]
    kept = ("  billing-lens ", "  +", "  -", "   ")
    assert [line for line in too_long if not line.startswith(kept)] == []
    assert_no_canary(shown.written)


@pytest.mark.parametrize("columns", WIDTHS)
@pytest.mark.parametrize("command", ["status", "check"])
def test_paths_stay_whole_and_begin_with_the_tilde(
    built: BuiltMachine, command: str, columns: int
) -> None:
    shown = at_home(built, command, columns=columns, NO_COLOR="1")

    text = "\n".join(shown.lines)
    for place in (
        "~/.config/anthropic/configs/default.json:8:3",
        "~/proj/.claude/settings.json:3:5",
    ):
        assert place in text
    assert str(built.home) not in text.replace(f"--cwd {built.cwd}", "")


@pytest.mark.parametrize("columns", WIDTHS)
def test_the_excerpt_and_its_carets_fit(built: BuiltMachine, columns: int) -> None:
    lines = at_home(built, "check", columns=columns, NO_COLOR="1").lines

    number = next(
        at for at, line in enumerate(lines) if line.startswith('  8 |   "organization_id"')
    )
    source, carets = lines[number], lines[number + 1]
    assert len(source) <= columns
    assert carets.startswith("    |   ^^^")
    assert len(carets) == len(source)
    key = next(at for at, line in enumerate(lines) if '"ANTHROPIC_API_KEY"' in line)
    assert lines[key].endswith(f'"ANTHROPIC_API_KEY": "••••{KEY[-4:]}"')
    assert len(lines[key + 1]) == len(lines[key])


@pytest.mark.parametrize("columns", WIDTHS)
def test_a_line_of_wide_characters_is_cut_to_the_terminal(
    built: BuiltMachine, columns: int
) -> None:
    lines = at_home(built, "check", "--verbose", columns=columns, NO_COLOR="1").lines

    number = next(at for at, line in enumerate(lines) if '"apiKeyHelper": 5' in line)
    assert "…" in lines[number]
    assert lines[number + 1].strip("| ^") == ""


@pytest.mark.parametrize("columns", WIDTHS)
def test_labels_are_aligned_and_what_follows_hangs(built: BuiltMachine, columns: int) -> None:
    lines = at_home(built, "status", columns=columns, NO_COLOR="1").lines

    why = next(at for at, line in enumerate(lines) if line.startswith("  why "))
    facts = lines[why : lines.index("")]
    assert {line[:12].rstrip() for line in facts} >= {"  why", "  expected", "  mode", "  version"}
    assert all(line[11] == " " and line[12] != " " for line in facts)


def test_the_command_at_the_end_does_what_it_says(tmp_path: Path) -> None:
    built = headline().build(tmp_path)

    last = run("check", *built.options("2.1.146")).out.splitlines()[-1]
    words = shlex.split(last)

    assert words[:2] == ["billing-lens", "fix"]
    assert run(*words[1:], "--yes").code == 0
    assert run("check", *built.options("2.1.146")).code == 0


def test_a_secret_is_left_out_of_that_command_and_said_so(tmp_path: Path) -> None:
    built = headline().with_env(ANTHROPIC_AUTH_TOKEN=KEY).build(tmp_path)

    for command in ("status", "check"):
        out = run(command, *built.options("2.1.146")).out
        assert "Put the secrets in again where •••• stands." in out
        assert_no_canary(out)


class TestQuiet:
    def test_status_is_one_line(self, built: BuiltMachine) -> None:
        out = run("status", "--quiet", *built.options("2.1.146")).out

        assert out == "Claude Code bills API usage (organization 2222…) (NOT as expected)\n"

    def test_check_is_a_line_for_each_finding_that_fails_it(self, built: BuiltMachine) -> None:
        strict = run("check", "-q", "--fail-on", "warning", *built.options("2.1.146"))
        usual = run("check", "-q", *built.options("2.1.146"))

        assert strict.code == usual.code == 1
        form = re.compile(r".+:\d+:\d+: (error|warning)\[[a-z-]+\] .+")
        for done in (strict, usual):
            assert all(form.fullmatch(line) for line in done.out.splitlines())
        assert set(usual.out.splitlines()) < set(strict.out.splitlines())
        assert "warning[" not in usual.out

    def test_a_clean_check_says_nothing(self, tmp_path: Path) -> None:
        done = run("check", "--quiet", *headline().build(tmp_path).options("2.1.330"))

        assert (done.code, done.out, done.err) == (0, "", "")

    def test_not_together_with_verbose(self, built: BuiltMachine) -> None:
        assert run("check", "-q", "-v", *built.options()).code == 2


class TestVerbose:
    @pytest.mark.parametrize("command", ["status", "check"])
    def test_shows_hints_and_the_files_looked_at(self, tmp_path: Path, command: str) -> None:
        options = headline().build(tmp_path).options("2.1.330")

        usual, verbose = run(command, *options).out, run(command, "--verbose", *options).out

        assert "organization-conflict" not in usual
        assert "organization-conflict" in verbose
        assert re.search(r"anthropic-profile +\S+/configs/default\.json\n", verbose)
        assert re.search(r"claude-settings \(user\) +\S+/settings\.json \(not there\)\n", verbose)

    def test_otherwise_the_check_says_that_there_are_hints(self, tmp_path: Path) -> None:
        out = run("check", *headline().build(tmp_path).options("2.1.330")).out

        assert "hints on what changes nothing now; --verbose shows them." in out


class TestColour:
    COMMANDS = ("status", "check", "fix --dry-run", "rules", "undo --list")

    @pytest.mark.parametrize("command", COMMANDS)
    def test_always_paints_a_pipe_and_never_paints_no_terminal(
        self, built: BuiltMachine, command: str
    ) -> None:
        words, options = command.split(), built.options("2.1.146")
        run("fix", "--yes", *options)
        broken = MACHINE.build(built.home.parent / "again").options("2.1.146")
        options = [] if words[0] == "rules" else options if words[0] == "undo" else broken

        assert COLOUR.search(run(*words, "--color", "always", *options).out)
        assert not COLOUR.search(run(*words, "--color", "never", *options).out)
        forced = run_program(*words, "--color", "never", *options, variables={"FORCE_COLOR": "1"})
        assert not COLOUR.search(forced.out)

    def test_another_word_is_wrong(self) -> None:
        assert run("rules", "--color", "sometimes").code == 2

    def test_the_demonstration_hands_it_on(self, tmp_path: Path) -> None:
        done = run_program("demo", "--color", "always", variables={"TMPDIR": str(tmp_path)})

        assert COLOUR.search(done.out.split("$ billing-lens check")[1])


class TestLinks:
    def test_a_terminal_that_opens_them_gets_paths_as_links(self, built: BuiltMachine) -> None:
        written = at_home(built, "check", columns=80, **VTE).written

        links = {text: address for address, text in LINK.findall(written)}
        address = links["~/.config/anthropic/configs/default.json:8:3"]
        assert address.startswith("file://")
        assert address.endswith(f"{built.home}/.config/anthropic/configs/default.json")
        assert links["profile-overrides-login"].endswith("/docs/rules/profile-overrides-login.md")

    def test_they_take_no_room(self, built: BuiltMachine) -> None:
        plain = at_home(built, "check", columns=60)

        assert at_home(built, "check", columns=60, **VTE).lines == plain.lines
        assert not LINK.search(plain.written)

    def test_a_pipe_gets_none(self, built: BuiltMachine) -> None:
        done = run_program("check", *built.options("2.1.146"), variables=VTE)

        assert "\x1b" not in done.out


def test_what_foreign_files_say_does_not_steer_the_terminal(tmp_path: Path) -> None:
    evil = "x\x1b[2J\x1b]8;;http://evil\x07y\u202e"
    machine = headline().with_env(ANTHROPIC_PROFILE=evil, ANTHROPIC_BASE_URL=f"https://{evil}/")
    options = machine.build(tmp_path).options("2.1.146")

    for command in ("status", "check"):
        for more in ([], ["--verbose"], ["--quiet"]):
            out = run(command, *more, *options).out
            assert "Claude Code" in out or more == ["--quiet"]
            assert not set(out) & {"\x1b", "\x07", "\u202e"}
