"""`fix` and `undo` killed at every system call that changes the disk: the old or the new is left.

Between two such calls the disk stays as it is, so these are all the moments there are.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
from collections import Counter
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest

from billing_lens.fixes.journal import Journal, journal_directory
from tests.cli.command_line import program, run
from tests.machines import BuiltMachine, headline

CONFIG = ".config/anthropic/configs/default.json"
VERSION = "2.1.146"
CHANGING = "openat,write,fsync,rename,mkdir,unlink,chmod,fchmod,fchown,flock,close,exit_group"

pytestmark = pytest.mark.skipif(
    shutil.which("strace") is None and "CI" not in os.environ,
    reason="needs strace (apt-get install strace)",
)


@dataclass(frozen=True)
class Moment:
    """The `number`th call of `name` in a run, 1-based; `line` is what strace wrote of it."""

    name: str
    number: int
    line: str


@dataclass(frozen=True)
class Killed:
    """What a run that was killed at a moment left behind."""

    moment: Moment
    built: BuiltMachine
    code: int


def traced(built: BuiltMachine, command: tuple[str, ...], *injection: str) -> tuple[int, str]:
    """Run the command line under strace; its exit code and the trace of what changes the disk."""
    argv, environment = program(*command, PYTHONHASHSEED="0", PYTHONDONTWRITEBYTECODE="1")
    log = built.home.parent / "trace"
    strace = ("strace", "-f", "-qq", "-s", "0", "-o", str(log), "-e", f"trace={CHANGING}")
    done = subprocess.run(
        [*strace, *injection, *argv], env=environment, capture_output=True, timeout=60, check=False
    )
    return done.returncode, log.read_text()


def moments(trace: str, home: Path) -> Iterator[Moment]:
    """Yield the calls from the first one that changes something in the home on."""
    counted: Counter[str] = Counter()
    begun = False
    for line in trace.splitlines():
        name = re.sub(r"^\d+ +", "", line).partition("(")[0]
        counted[name] += 1
        begun = begun or (str(home) in line and ("O_CREAT" in line or name in ("mkdir", "rename")))
        if begun:
            yield Moment(name, counted[name], line)


def fixing(built: BuiltMachine, fix: str) -> tuple[str, ...]:
    return ("fix", "--yes", "--fix", fix, *built.options(VERSION))


def undoing(built: BuiltMachine) -> tuple[str, ...]:
    return ("undo", *built.options(VERSION))


def built_below(root: Path, fix: str | None = None) -> BuiltMachine:
    """Build the headline machine, after `fix` if one is given."""
    root.mkdir()
    built = headline().build(root)
    if fix:
        assert run(*fixing(built, fix)).code == 0
    return built


def killed_at_each_moment(root: Path, fix: str, *, undo: bool) -> list[Killed]:
    """Run `fix`, or the undoing of it, once for each moment, and kill it there."""

    def command(built: BuiltMachine) -> tuple[str, ...]:
        return undoing(built) if undo else fixing(built, fix)

    def start(name: str) -> BuiltMachine:
        return built_below(root / name, fix if undo else None)

    whole = start("whole")
    code, trace = traced(whole, command(whole))
    assert code == 0

    def kill(pair: tuple[int, Moment]) -> Killed:
        index, moment = pair
        built = start(str(index))
        injection = f"inject={moment.name}:signal=SIGKILL:when={moment.number}"
        code, _ = traced(built, command(built), "-e", injection)
        return Killed(moment, built, code)

    with ThreadPoolExecutor(2) as pool:
        return list(pool.map(kill, enumerate(moments(trace, whole.home))))


def of_the_user(built: BuiltMachine) -> Mapping[str, tuple[int, bytes]]:
    """Mode and bytes of all files in the home, whatever its name is.

    Our journal and unfinished copies, which no program looks at, are left out.
    """
    paths = {str(path.relative_to(built.home)): path for path in built.home.rglob("*")}
    return {
        name: (path.stat().st_mode, path.read_bytes().replace(bytes(built.home), b"~"))
        for name, path in paths.items()
        if path.is_file()
        if not name.startswith(".local") and not re.search(r"/\.default\.json\.\w+$", name)
    }


@pytest.mark.parametrize("fix", ["clear-sign-in:default", "retire-profile:default"])
@pytest.mark.parametrize("undo", [False, True], ids=["fix", "undo"])
def test_killed_at_any_moment_it_leaves_the_old_or_the_new_and_can_be_taken_back(
    tmp_path: Path, fix: str, undo: bool
) -> None:
    old = of_the_user(built_below(tmp_path / "old"))
    new = of_the_user(built_below(tmp_path / "new", fix))

    for killed in killed_at_each_moment(tmp_path, fix, undo=undo):
        left = of_the_user(killed.built)
        assert killed.code == -signal.SIGKILL, killed.moment
        assert left in (old, new), killed.moment

        entries = list(Journal(journal_directory(killed.built.home)).entries())
        assert left == old or entries, killed.moment
        for entry in entries:
            run("undo", entry.id, *killed.built.options(VERSION))

        assert of_the_user(killed.built) == old, killed.moment


def test_a_kill_was_tried_where_it_matters(tmp_path: Path) -> None:
    built = built_below(tmp_path / "built")

    code, trace = traced(built, fixing(built, "clear-sign-in:default"))

    names = Counter(moment.name for moment in moments(trace, built.home))
    assert code == 0
    assert names["rename"] >= 4, "the copy kept, the entry before and after, the file itself"
    assert names["fsync"] >= 8


def test_a_power_cut_finds_the_new_text_on_the_disk_before_its_name(tmp_path: Path) -> None:
    """A kill keeps what the system has in memory; what is durable only the order of calls shows."""
    built = built_below(tmp_path / "built")

    _, trace = traced(built, fixing(built, "clear-sign-in:default"))

    calls = [moment.line for moment in moments(trace, built.home)]
    at = next(i for i, line in enumerate(calls) if "rename(" in line and f'{CONFIG}"' in line)
    backup = next(i for i, line in enumerate(calls) if "rename(" in line and "0.before" in line)
    names = [re.sub(r"^\d+ +", "", line).partition("(")[0] for line in calls]
    written = max(i for i in range(at) if names[i] == "write")
    assert backup < at, "what was there is kept before it is replaced"
    assert "fsync" in names[written:at], "the text is on the disk before it has the name"
    assert names[at + 1 : at + 3] == ["openat", "fsync"], "and so is the directory, right after"
