"""Measures a command of Billing Lens against ``claude auth status`` on the same machine."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from benchmarks.machines import this_machine
from tests.claude_code.enclosure import enclosed, environment_of
from tests.claude_code.program import program
from tests.machines import BuiltMachine, MadeUpMachine

CLAUDE_CODE = "2.1.330"
OURS = Path(sys.executable).with_name("billing-lens")
_LAUNCH = Path(__file__).with_name("launch.py")
_FINDINGS = 1
"""The exit code of ``billing-lens check`` when there are findings."""


class BrokenRunError(Exception):
    """A command did not do what was to be measured; the message says what it did."""


@dataclass(frozen=True)
class Cost:
    """What one run took: seconds of wall and processor time, and peak memory in MB (10^6 bytes)."""

    seconds: float
    processor: float
    megabytes: float


@dataclass(frozen=True)
class Target:
    """The most a command may take: of the other's wall time, and of memory in MB."""

    machine: str
    ratio: float
    megabytes: float


@dataclass(frozen=True)
class Result:
    """All runs of two programs on one machine, interleaved."""

    target: Target
    ours: tuple[Cost, ...]
    theirs: tuple[Cost, ...]

    @property
    def ratio(self) -> float:
        """Our wall time in terms of theirs, by the medians."""
        return seconds(self.ours) / seconds(self.theirs)

    @property
    def megabytes(self) -> float:
        """Our highest peak memory."""
        return max(cost.megabytes for cost in self.ours)

    @property
    def is_met(self) -> bool:
        """Whether the target is met."""
        return self.ratio <= self.target.ratio and self.megabytes < self.target.megabytes


def seconds(costs: Sequence[Cost]) -> float:
    """Return the median wall time."""
    return median(cost.seconds for cost in costs)


def measure(
    machine: MadeUpMachine,
    command: str,
    target: Target,
    rounds: int,
    edit: Callable[[BuiltMachine], object] = lambda _: None,
) -> Result:
    """Run both programs in turn, each on its own copy of the machine, after one run to warm up.

    Claude Code rewrites its state file as it runs; ours must not meet what it left. `edit` changes
    our copy before each run.

    Raises:
        BrokenRunError: one of them failed.
        ProgramUnavailableError: Claude Code cannot be had.
    """
    theirs = [str(program(CLAUDE_CODE)), "auth", "status"]
    ours = [str(OURS), command]
    with (
        tempfile.TemporaryDirectory(prefix="billing-lens-benchmark-") as root,
        enclosed(machine.build(Path(root, "ours"))) as our_copy,
        enclosed(machine.build(Path(root, "theirs"))) as their_copy,
    ):
        runs: list[tuple[Cost, Cost]] = []
        for _ in range(rounds + 1):
            edit(our_copy)
            runs.append((run(ours, our_copy), run(theirs, their_copy)))
    our_runs, their_runs = zip(*runs[1:], strict=True)
    return Result(target, our_runs, their_runs)


def run(command: Sequence[str], machine: BuiltMachine) -> Cost:
    """Run the command once on the machine.

    Raises:
        BrokenRunError: it failed.
    """
    done = subprocess.run(
        [sys.executable, "-I", "-S", str(_LAUNCH), *command],
        cwd=machine.cwd,
        env=environment_of(machine, {}),
        capture_output=True,
        check=True,
        text=True,
    )
    exit_code, wall, processor, kibibytes = done.stdout.split()
    if int(exit_code) not in (0, _FINDINGS):
        raise BrokenRunError(f"{' '.join(command)}: exit {exit_code}")
    return Cost(float(wall), float(processor), int(kibibytes) * 1024 / 1e6)


def report(command: str, results: Sequence[Result]) -> str:
    """Return the results as a Markdown table that also reads well as it is."""
    rounds = len(results[0].ours)
    load = os.getloadavg()[0]
    heading = (
        f"billing-lens {command} against claude auth status {CLAUDE_CODE}: "
        f"medians of {rounds} interleaved runs, wall time (processor time)\n"
        f"{this_machine()}; load {load:.1f}\n"
    )
    rows = [
        ("machine", "ours", "theirs", "ratio", "target", "our memory", "target", ""),
        *(_row(result) for result in results),
    ]
    return f"{heading}\n{table(rows)}"


def _row(result: Result) -> tuple[str, ...]:
    return (
        result.target.machine,
        _seconds(result.ours),
        _seconds(result.theirs),
        f"{result.ratio:.2f}",
        f"≤ {result.target.ratio:.2f}",
        f"{result.megabytes:.0f} MB",
        f"< {result.target.megabytes:.0f} MB",
        "met" if result.is_met else "MISSED",
    )


def _seconds(costs: Sequence[Cost]) -> str:
    """Return the median wall time, and in brackets that of processor time."""
    return f"{seconds(costs):.2f} s ({median(cost.processor for cost in costs):.2f})"


def table(rows: Sequence[Sequence[str]]) -> str:
    """Return `rows`, the first of them the heading, as an aligned Markdown table."""
    widths = [max(3, *map(len, column)) for column in zip(*rows, strict=True)]

    def line(cells: Sequence[str]) -> str:
        padded = [cell.ljust(width) for cell, width in zip(cells, widths, strict=True)]
        return f"| {' | '.join(padded)} |"

    rule = f"|{'|'.join('-' * (width + 2) for width in widths)}|"
    return "\n".join([line(rows[0]), rule, *map(line, rows[1:])])
