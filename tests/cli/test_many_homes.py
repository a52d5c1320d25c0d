"""`check` on many homes: each for itself, and nothing that one of them is stops the others."""

from __future__ import annotations

import json
import multiprocessing
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest
from jsonschema import validate

from billing_lens.cli import many_homes
from billing_lens.output.contract.status import Check
from billing_lens.output.json import check_of
from billing_lens.output.schemas import schema_text
from billing_lens.review import Review
from tests.cli.command_line import Run, fingerprint, program, run
from tests.machines import CANARY, MadeUpMachine, assert_no_canary, headline

SCHEMA = json.loads(schema_text("check"))
KEY = f"sk-ant-api03-{CANARY}"
POLICY = {"forceLoginMethod": "claudeai"}


@pytest.fixture
def homes(tmp_path: Path) -> Path:
    """A folder of homes: `ann` and `cid` pay wrongly up to 2.1.153, `bob` never used it."""
    place = tmp_path / "homes"
    for name, machine in {"ann": headline(), "bob": MadeUpMachine({}), "cid": headline()}.items():
        machine.build(tmp_path / name).home.rename(_in(place) / name)
    return place


def _in(place: Path) -> Path:
    place.mkdir(exist_ok=True)
    return place


def check(place: Path, *options: str) -> Run:
    return check_home(f"{place}/*", *options)


def check_home(home: str, *options: str) -> Run:
    """Check without the managed settings of this machine."""
    return run("check", "--home", home, "--managed-dir", os.devnull, *options)


def lines(done: Run) -> dict[str, dict[str, Any]]:
    """Return each line of JSON by the name of its home; all must be as the schema says."""
    documents = [json.loads(line) for line in done.out.splitlines()]
    for document in documents:
        validate(document, SCHEMA)
        assert document["schema"] == 1
    return {os.path.basename(document["home"]): document for document in documents}


def rules(document: dict[str, Any]) -> list[str]:
    return [found["rule"] for found in document["findings"]]


class TestWhatIsSaid:
    def test_a_line_of_json_for_each_home_in_order_of_its_path(self, homes: Path) -> None:
        done = check(homes, "--format", "json", "--claude-version", "2.1.146")

        assert list(lines(done)) == ["ann", "bob", "cid"]
        assert lines(done)["ann"].keys() == {"schema", "home", "findings"}
        assert lines(done)["bob"]["findings"] == []
        assert lines(done)["ann"]["home"] == str(homes / "ann")
        assert done.err == ""

    def test_the_findings_are_those_of_the_home_alone(self, homes: Path) -> None:
        version = ("--claude-version", "2.1.146", "--no-env")
        alone = check_home(str(homes / "ann"), "--format", "json", *version)

        together = lines(check(homes, "--format", "json", *version))["ann"]
        assert together["findings"] == alone.json["findings"]
        assert len(together["findings"]) > 1

    def test_a_person_sees_the_homes_with_findings_and_the_counts(self, homes: Path) -> None:
        done = check(homes, "--claude-version", "2.1.146")

        first, second, counts, _, command = done.out.splitlines()
        for line, name in ((first, "ann"), (second, "cid")):
            assert line.startswith("error ")
            assert f" {homes / name}: " in line
            assert "profile-overrides-login" in line
        assert counts == "3 homes, 1 clean, 2 with findings, 0 unreadable."
        assert command.startswith(f"  billing-lens check --home {homes / 'ann'} ")

    def test_the_command_at_the_end_shows_what_is_wrong_there(self, homes: Path) -> None:
        done = check(homes, "--claude-version", "2.1.146")

        again = run(*done.out.splitlines()[-1].split()[1:])
        assert "error[profile-overrides-login]" in again.out

    def test_hints_do_not_count_but_can_be_shown(self, homes: Path) -> None:
        done = check(homes, "--claude-version", "2.1.330")
        assert done.out == "3 homes, 3 clean, 0 with findings, 0 unreadable.\n"

        told = check(homes, "--claude-version", "2.1.330", "--verbose").out.splitlines()
        assert [line.split()[0] for line in told[:3]] == ["hint", "clean", "hint"]

    def test_quiet_says_only_which_homes_fail(self, homes: Path) -> None:
        done = check(homes, "--claude-version", "2.1.146", "--quiet")

        assert len(done.out.splitlines()) == 2
        assert check(homes, "--claude-version", "2.1.330", "--quiet").out == ""

    def test_what_a_home_does_not_want_to_know_is_counted(self, homes: Path) -> None:
        wishes = homes / "ann/.config/billing-lens/config.toml"
        wishes.parent.mkdir()
        wishes.write_text('[rules]\nprofile-overrides-login = "off"\n')

        seen = lines(check(homes, "--format", "json", "--claude-version", "2.1.146"))

        assert seen["ann"]["suppressed"] == 1
        assert "profile-overrides-login" not in rules(seen["ann"])
        assert "profile-overrides-login" in rules(seen["cid"])


class TestExitCode:
    @pytest.mark.parametrize(
        ("version", "level", "code"),
        [("2.1.146", "error", 1), ("2.1.330", "error", 0), ("2.1.330", "info", 0)],
    )
    def test_says_whether_any_home_fails(
        self, homes: Path, version: str, level: str, code: int
    ) -> None:
        assert check(homes, "--claude-version", version, "--fail-on", level).code == code

    @pytest.mark.parametrize("form", ["text", "json"])
    @pytest.mark.parametrize("version", ["2.1.146", "2.1.330"])
    def test_an_unreadable_home_comes_first(self, homes: Path, form: str, version: str) -> None:
        (homes / "dan").write_text("no home")

        assert check(homes, "--format", form, "--claude-version", version).code == 3

    @pytest.mark.parametrize("options", [("--jobs", "1"), ("--jobs", "2"), ("--jobs", "99")])
    def test_does_not_depend_on_how_many_are_checked_at_once(
        self, homes: Path, options: tuple[str, ...]
    ) -> None:
        at_once = check(homes, "--format", "json", "--claude-version", "2.1.146", *options)

        usual = check(homes, "--format", "json", "--claude-version", "2.1.146")
        assert (at_once.code, at_once.out) == (usual.code, usual.out)


class TestWhichHomes:
    def test_several_named_and_patterns_are_each_checked_once(self, homes: Path) -> None:
        named = [str(homes / "cid"), f"{homes}/[ab]*", str(homes / "ann") + "/"]
        more = [part for name in named[1:] for part in ("--home", name)]

        done = check_home(named[0], "--format", "json", *more)

        assert list(lines(done)) == ["ann", "bob", "cid"]

    def test_a_pattern_that_matches_one_home_still_prints_lines(self, homes: Path) -> None:
        done = check_home(f"{homes}/b?b", "--format", "json")

        assert list(lines(done)) == ["bob"]

    def test_one_plain_home_is_told_of_as_ever(self, homes: Path) -> None:
        done = check_home(str(homes / "bob"), "--format", "json")

        assert done.json == {"schema": 1, "findings": []}

    def test_a_home_whose_name_looks_like_a_pattern_is_one_home(self, homes: Path) -> None:
        odd = (homes / "bob").rename(homes / "b[o]b*")

        done = check_home(str(odd), "--format", "json")

        assert done.json == {"schema": 1, "findings": []}

    @pytest.mark.parametrize(
        "options",
        [
            ["--home", "@/nobody*"],
            ["--home", "@/ann", "--home", "@/nobody*"],
            ["--home", "@/*", "--cwd", "@/ann"],
            ["--home", "@/*", "--ci"],
            ["--home", "@/*", "--claude-version", "latest"],
            ["--home", "@/*", "--env", "NAME"],
            ["--home", "@/*", "--jobs", "0"],
            ["--home", "@/*", "--jobs", "many"],
            ["--home", "@/*", "--", "--settings"],
            *(["--home", "@/*", "--format", form] for form in ("sarif", "github", "junit")),
        ],
    )
    def test_wrong_usage_is_told(self, homes: Path, options: list[str]) -> None:
        done = run("check", *(option.replace("@", str(homes)) for option in options))

        assert (done.code, done.out) == (2, "")
        assert done.err.count("\n") >= 1

    def test_no_variable_of_whoever_looks_counts(
        self, homes: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("ANTHROPIC_API_KEY", KEY)
        monkeypatch.setenv("CLAUDE_CONFIG_DIR", str(homes / "ann"))

        seen = lines(check(homes, "--format", "json", "--claude-version", "2.1.330"))

        assert "api-key-overrides-login" not in rules(seen["ann"])

    def test_a_variable_that_is_given_counts_for_each(self, homes: Path) -> None:
        given = ("--env", f"ANTHROPIC_API_KEY={KEY}", "--mode", "headless")

        done = check(homes, "--format", "json", "--claude-version", "2.1.330", *given)

        assert all("api-key-overrides-login" in rules(lines(done)[it]) for it in ("ann", "cid"))
        assert_no_canary(done.out)


class TestOddHomes:
    """Whatever a home is, the others are checked, and it is told of."""

    def told(self, homes: Path, name: str) -> dict[str, Any]:
        done = check(homes, "--format", "json", "--claude-version", "2.1.146")
        seen = lines(done)
        assert {"profile-overrides-login"} <= set(rules(seen["ann"])) & set(rules(seen["cid"]))
        assert seen["bob"]["findings"] == []
        return seen[name]

    def test_a_file(self, homes: Path) -> None:
        (homes / "odd").write_text("")

        assert str(homes / "odd") in self.told(homes, "odd")["error"]["message"]

    def test_a_pipe(self, homes: Path) -> None:
        os.mkfifo(homes / "odd")

        assert "error" in self.told(homes, "odd")

    def test_a_link_to_nowhere(self, homes: Path) -> None:
        (homes / "odd").symlink_to(homes / "nobody")

        assert "error" in self.told(homes, "odd")

    def test_a_link_to_a_home(self, homes: Path) -> None:
        (homes / "odd").symlink_to(homes / "ann")

        assert "profile-overrides-login" in rules(self.told(homes, "odd"))

    def test_a_name_that_is_no_text(self, homes: Path) -> None:
        odd = os.fsdecode(os.fsencode(homes) + b"/odd-\xff\n\x1b[31m")
        (homes / "ann").rename(odd)
        headline().build(homes.parent / "another").home.rename(homes / "ann")

        told = self.told(homes, os.path.basename(odd))
        assert os.fsencode(told["home"]) == os.fsencode(odd)
        assert "profile-overrides-login" in rules(told)
        text = check(homes, "--claude-version", "2.1.146").out
        assert "\x1b" not in text
        assert len(text.splitlines()) == 3 + 3

    def test_pipes_in_place_of_its_files(self, homes: Path) -> None:
        for path in (".claude.json", ".claude/.credentials.json", ".claude/settings.json"):
            place = homes / "odd" / path
            place.parent.mkdir(parents=True, exist_ok=True)
            os.mkfifo(place)

        assert "findings" in self.told(homes, "odd")

    def test_a_state_file_of_fifty_megabytes(self, homes: Path) -> None:
        state = {"projects": {"/p": {"history": ["x" * 1000] * 50_000}}}
        (homes / "odd").mkdir()
        (homes / "odd/.claude.json").write_text(json.dumps(state))

        assert self.told(homes, "odd")["findings"] == []

    @pytest.mark.skipif(os.geteuid() != 0, reason="only root can make files of another user")
    def test_what_only_its_owner_may_read(self, homes: Path) -> None:
        """Our own reading of such a home would be another one than Claude Code's."""
        for name in ("ann", "cid"):
            for path in (homes / name, *(homes / name).rglob("*")):
                os.chown(path, 12345, 54321)
        (homes / "cid").chmod(0o700)
        (homes / "ann/.config").chmod(0o700)

        options = ("--home", f"{homes}/*", "--managed-dir", os.devnull, "--format", "json")
        done = _without_root("check", *options)

        told = lines(done)
        assert done.code == 3
        assert "cannot be read" in told["ann"]["error"]["message"]
        assert str(homes / "cid") in told["cid"]["error"]["message"]
        assert told["bob"]["findings"] == []


def _without_root(*arguments: str) -> Run:
    """Run the program as root that may read no more than others: without root's capabilities."""
    command, environment = program(*arguments)
    bounded = ["setpriv", "--bounding-set=-dac_override,-dac_read_search", "--inh-caps=-all"]
    done = subprocess.run([*bounded, *command], env=environment, capture_output=True, check=False)
    return Run(done.returncode, done.stdout.decode(), done.stderr.decode())


@pytest.mark.parametrize("form", ["text", "json"])
def test_no_secret_of_any_home_is_shown(homes: Path, form: str) -> None:
    broken = f'{{"env": {{"ANTHROPIC_API_KEY": "{KEY}",}}}}'
    (homes / "ann/.claude/settings.json").write_text(broken)
    (homes / "bob/.claude.json").write_text(json.dumps({"primaryApiKey": KEY}))

    done = check(homes, "--format", form, "--env", f"MY_TOKEN={KEY}", "--verbose")

    assert_no_canary(done.out + done.err)
    assert "settings-ignored" in done.out


@pytest.mark.skipif(multiprocessing.get_start_method() != "fork", reason="the fault is inherited")
def test_a_fault_of_ours_is_told_of_the_home_without_the_values_at_hand(
    homes: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(seen: Review, home: str) -> Check:
        if home == str(homes / "bob"):
            raise RuntimeError(f"with {KEY}")
        return check_of(seen, home)

    monkeypatch.setattr(many_homes, "check_of", fail)

    done = check(homes, "--format", "json")

    assert done.code == 3
    assert "internal error" in lines(done)["bob"]["error"]["message"]
    assert "findings" in lines(done)["ann"]
    assert_no_canary(done.out + done.err)


def test_nothing_is_written(homes: Path) -> None:
    before = fingerprint(homes)

    check(homes, "--format", "json")

    assert fingerprint(homes) == before
