"""Measures ``billing-lens serve`` against vscode-json-language-server, as an editor uses both.

    (cd benchmarks && npm ci)
    python -m benchmarks.editor [--rounds N] [--sizes BYTES …]

The exit code is 1 when a target is missed.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
import time
from collections.abc import Generator, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from benchmarks.command_line import OURS, table
from benchmarks.language_server import LanguageServer
from benchmarks.machines import STATE, this_machine, with_large_state
from tests.claude_code.enclosure import enclosed, environment_of
from tests.machines import BuiltMachine, MadeUpMachine, headline

THEIRS = Path(__file__).parent / "node_modules/.bin/vscode-json-language-server"
PROFILE = ".config/anthropic/configs/default.json"
FIRST_DIAGNOSTICS = 2.0
IDLE_MEMORY = 0.8
KEYSTROKE = {2_000: 1.0, 50_000: 0.8, 1_000_000: 0.15, 10_000_000: 0.05}
"""The most a keystroke may take, in terms of the other server, by the document's size in bytes."""
_IDLE_SECONDS = 3.0
_PAUSE_SECONDS = 0.1
"""Between keystrokes, so that none waits for what came of the one before."""


@dataclass(frozen=True)
class Result:
    """One thing measured of both servers, as medians in `unit`."""

    what: str
    ours: float
    theirs: float
    target: float
    unit: str

    @property
    def ratio(self) -> float:
        """Ours in terms of theirs."""
        return self.ours / self.theirs

    @property
    def is_met(self) -> bool:
        """Whether the target is met."""
        return self.ratio <= self.target


def measure_start(rounds: int) -> Iterator[Result]:
    """Measure the time from start to the first diagnostics of a profile, and memory after it."""
    seconds: dict[str, list[float]] = {"ours": [], "theirs": []}
    megabytes: dict[str, list[float]] = {"ours": [], "theirs": []}
    for turn in range(rounds + 1):
        for whose in ("ours", "theirs"):
            with (
                _built(_profile_pays()) as machine,
                _server(whose, machine) as server,
            ):
                server.initialize(machine.cwd)
                server.open(machine.home / PROFILE)
                if turn:
                    seconds[whose].append(time.perf_counter() - server.started)
                    time.sleep(_IDLE_SECONDS)
                    megabytes[whose].append(server.resident_megabytes())
    yield _result("first diagnostics", seconds, FIRST_DIAGNOSTICS, "ms")
    yield _result("idle memory", megabytes, IDLE_MEMORY, "MB")


def measure_keystrokes(size: int, rounds: int) -> Result:
    """Measure keystrokes in the middle of a state file of this size."""
    seconds: dict[str, list[float]] = {"ours": [], "theirs": []}
    with ExitStack() as stack:
        machine = stack.enter_context(_built(with_large_state(size)))
        file = machine.home / STATE
        keystrokes = _keystrokes(file.read_text(encoding="utf-8"))
        servers = {
            whose: stack.enter_context(_server(whose, machine)) for whose in ("ours", "theirs")
        }
        for server in servers.values():
            server.initialize(machine.cwd)
            server.open_clean(file)
        for turn in range(rounds + 1):
            for number, change in enumerate(keystrokes):
                for whose, server in servers.items():
                    version = len(keystrokes) * turn + number + 2
                    taken = server.change(file, version, change)
                    if turn:
                        seconds[whose].append(taken)
                for server in servers.values():
                    server.pause(_PAUSE_SECONDS / len(servers))
    return _result(f"keystroke at {_in_words(size)}", seconds, KEYSTROKE[size], "ms")


def _keystrokes(text: str) -> Sequence[dict[str, object]]:
    """Return changes in the middle line: what puts a quote there, then a letter, and removes it."""
    lines = text.split("\n")
    line = len(lines) // 2
    start = {"line": line, "character": len(lines[line]) // 2}
    end = {**start, "character": start["character"] + 1}
    removal: dict[str, object] = {"range": {"start": start, "end": end}, "text": ""}
    changes: list[dict[str, object]] = []
    for typed in '"x':
        changes.extend(({"range": {"start": start, "end": start}, "text": typed}, removal))
    return changes


def _profile_pays() -> MadeUpMachine:
    """Return a machine on which the profile's config has a finding."""
    return headline().with_env(ANTHROPIC_PROFILE="default")


@contextmanager
def _built(machine: MadeUpMachine) -> Generator[BuiltMachine]:
    with (
        tempfile.TemporaryDirectory(prefix="billing-lens-benchmark-") as root,
        enclosed(machine.build(Path(root))) as built,
    ):
        yield built


def _server(whose: str, machine: BuiltMachine) -> LanguageServer:
    environment = environment_of(machine, {})
    if whose == "ours":
        return LanguageServer([str(OURS), "serve"], environment, machine.cwd)
    node = shutil.which("node") or "node"
    command = [node, str(THEIRS), "--stdio"]
    return LanguageServer(command, environment, machine.cwd)


def _result(what: str, values: dict[str, list[float]], target: float, unit: str) -> Result:
    factor = 1000 if unit == "ms" else 1
    ours, theirs = (factor * median(values[whose]) for whose in ("ours", "theirs"))
    return Result(what, ours, theirs, target, unit)


def _in_words(size: int) -> str:
    megabytes, kilobytes = size // 1_000_000, size // 1000
    return f"{megabytes} MB" if megabytes else f"{kilobytes} KB"


def report(results: Sequence[Result]) -> str:
    """Return the results as a Markdown table that also reads well as it is."""
    rows = [
        ("", "ours", "theirs", "ratio", "target", ""),
        *(
            (
                result.what,
                f"{result.ours:.1f} {result.unit}",
                f"{result.theirs:.1f} {result.unit}",
                f"{result.ratio:.2f}",
                f"≤ {result.target:.2f}",
                "met" if result.is_met else "MISSED",
            )
            for result in results
        ),
    ]
    return (
        f"billing-lens serve against vscode-json-language-server\n{this_machine()}\n\n{table(rows)}"
    )


def main() -> int:
    """Print the medians; 1 when a target is missed, 2 without the other server."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=10, help="runs of each (default: 10)")
    parser.add_argument("--sizes", type=int, nargs="*", default=list(KEYSTROKE), metavar="BYTES")
    given = parser.parse_args()
    if not THEIRS.exists():
        print("vscode-json-language-server is missing: cd benchmarks && npm ci", file=sys.stderr)
        return 2
    results = [
        *measure_start(given.rounds),
        *(measure_keystrokes(size, given.rounds) for size in given.sizes),
    ]
    print(report(results))
    return 0 if all(result.is_met for result in results) else 1


if __name__ == "__main__":
    sys.exit(main())
