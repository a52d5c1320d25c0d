"""What own files wish is read once; until they change, a start loads no parser and no pydantic."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.cli.command_line import fingerprint, program, run, run_program
from tests.machines import BuiltMachine, headline

CONFIG = ".config/billing-lens/config.toml"
POLICY = "proj/.billing-lens.toml"
OFF = '[rules]\nprofile-overrides-login = "off"\n'
DEAR = ("pydantic", "pydantic_core", "tomllib", "tomli", "tomlkit", "tree_sitter_toml")
RUN = f"""
import json, sys
from billing_lens.cli.main import main
code = main(sys.argv[1:])
print(json.dumps([code, [name for name in {DEAR!r} if name in sys.modules]]), file=sys.stderr)
"""


def dear(command: str, options: Sequence[str]) -> tuple[int, list[str]]:
    """The exit code of a run, and which of the dear modules it loaded."""
    argv, environment = program()
    done = subprocess.run(
        [argv[0], "-c", RUN, command, *options],
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    code, loaded = json.loads(done.stderr.splitlines()[-1])
    return code, loaded


@pytest.mark.parametrize("command", ["check", "status"])
def test_a_machine_without_such_a_file_never_loads_what_reads_them(
    tmp_path: Path, command: str
) -> None:
    assert dear(command, headline().build(tmp_path).options("2.1.146"))[1] == []


@pytest.mark.parametrize("path", [CONFIG, POLICY])
def test_a_file_is_read_once_and_again_when_it_has_changed(tmp_path: Path, path: str) -> None:
    built = headline().with_files({path: '[rules]\nprofile-drift = "of"\n'}).build(tmp_path)
    options = built.options("2.1.330")

    parser = "tomllib" if sys.version_info >= (3, 11) else "tomli"
    needed = ["pydantic", "pydantic_core", parser, "tree_sitter_toml"]
    assert dear("check", options) == (1, needed)
    assert dear("check", options) == (1, []), "what is wrong is remembered too"
    (built.home / path).write_text('[rules]\nprofile-drift = "off"\n')
    assert dear("check", options)[0] == 0
    assert dear("check", options) == (0, [])


def test_it_is_remembered_by_whoever_looks_and_not_in_the_home_looked_at(
    tmp_path: Path, own_home: Path
) -> None:
    built = headline().with_files({CONFIG: OFF}).build(tmp_path)
    before = fingerprint(built.home)

    assert "1 left out" in run("check", *built.options("2.1.146")).out

    assert fingerprint(built.home) == before
    [kept] = (own_home / ".local" / "state" / "billing-lens" / "wishes").iterdir()
    assert str(built.home) not in kept.name
    assert "1 left out" in run("check", *built.options("2.1.146")).out


def test_where_it_cannot_be_remembered_the_answer_is_the_same(
    tmp_path: Path, own_home: Path
) -> None:
    options = headline().with_files({CONFIG: OFF}).build(tmp_path).options("2.1.146")
    expected = run("check", *options).out
    state = own_home / "no-folder"
    state.write_text("")

    for _ in range(2):
        done = run_program("check", *options, variables={"XDG_STATE_HOME": str(state)})
        assert (done.out, done.err) == (expected, "")


def test_many_homes_leave_no_trace(tmp_path: Path, own_home: Path) -> None:
    homes = [headline().with_files({CONFIG: OFF}).build(tmp_path / name).home for name in "ab"]

    run("check", "--home", str(homes[0]), "--home", str(homes[1]), "--jobs", "1")

    assert list(own_home.iterdir()) == []


def invalid(built: BuiltMachine, *more: str) -> list[dict[str, Any]]:
    found = run("check", "--format", "json", *built.options("2.1.330"), *more)
    assert found.code == 1
    return found.findings("invalid-config")


@pytest.mark.parametrize("path", [CONFIG, POLICY])
class TestStrangeFiles:
    """What stands in a file's place, or in it, is told and never a crash."""

    def test_a_folder(self, tmp_path: Path, path: str) -> None:
        built = headline().build(tmp_path)
        (built.home / path).mkdir(parents=True)

        [found] = invalid(built)

        assert found["message"].startswith("A directory stands where a file belongs. Nothing in ")

    @pytest.mark.skipif(os.name != "posix", reason="there are no pipes in folders")
    def test_a_pipe(self, tmp_path: Path, path: str) -> None:
        built = headline().build(tmp_path)
        (built.home / path).parent.mkdir(parents=True, exist_ok=True)
        os.mkfifo(built.home / path)

        [found] = invalid(built)

        assert "not a regular file" in found["message"]

    def test_a_link_to_nothing(self, tmp_path: Path, path: str) -> None:
        built = headline().build(tmp_path)
        (built.home / path).parent.mkdir(parents=True, exist_ok=True)
        (built.home / path).symlink_to(built.home / "gone")

        [found] = invalid(built)

        assert found["message"].startswith("A symbolic link points to nothing.")

    def test_one_that_is_too_large(self, tmp_path: Path, path: str) -> None:
        text = OFF + "#" * (64 * 1024 - len(OFF))
        built = headline().with_files({path: text}).build(tmp_path)
        assert run("check", *built.options("2.1.330")).code == 0

        (built.home / path).write_text(f"{text}#")

        [found] = invalid(built)
        assert found["message"].startswith("The file is larger than 64 KB and is not read.")
        assert "counts." in found["message"]

    def test_one_that_is_no_utf_8(self, tmp_path: Path, path: str) -> None:
        built = headline().with_files({path: ""}).build(tmp_path)
        (built.home / path).write_bytes(b"# caf\xe9 mine\n")

        [found] = invalid(built)

        assert found["message"].startswith("This is no TOML: this is not valid UTF-8. Nothing in ")
        assert found["location"]["range"] == {
            "start": {"line": 0, "character": 5},
            "end": {"line": 0, "character": 6},
        }
