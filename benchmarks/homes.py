"""Measures ``billing-lens check`` on many homes at once against a run for each home alone.

    python -m benchmarks.homes [--homes N]

The exit code is 1 when a target is missed.
"""

from __future__ import annotations

import argparse
import itertools
import os
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from statistics import mean

from benchmarks.command_line import OURS, Cost, run, table
from benchmarks.machines import this_machine, with_large_state
from tests.claude_code.enclosure import enclosed
from tests.machines import BuiltMachine, MadeUpMachine, headline

SECONDS = 0.040
"""The most processor time a home may take, that of all processes taken together."""
RATIO = 0.25
"""The same in terms of a run for that home alone."""
MEGABYTES = 60.0
"""The most memory that each process may hold."""
ALONE = 20
"""How many of the homes are checked alone too, half of them before and half after the others."""
KINDS = (
    headline(),
    with_large_state(200_000),
    headline().with_files({".claude/settings.json": {"env": {"ANTHROPIC_API_KEY": "made-up"}}}),
    headline().with_files({".claude/settings.json": '{"env": {,}'}),
    MadeUpMachine({}),
)
"""What people's homes hold, in turn."""


@dataclass(frozen=True)
class Result:
    """What all homes at once took, and some of them alone."""

    homes: int
    at_once: Cost
    alone: tuple[Cost, ...]

    @property
    def seconds(self) -> float:
        """Processor time for each home."""
        return self.at_once.processor / self.homes

    @property
    def seconds_alone(self) -> float:
        """Processor time of a run for one home: their mean, as `seconds` is one."""
        return mean(cost.processor for cost in self.alone)

    @property
    def ratio(self) -> float:
        """A home among many in terms of a home alone."""
        return self.seconds / self.seconds_alone

    @property
    def is_met(self) -> bool:
        """Whether all targets are met."""
        return (
            self.seconds <= SECONDS and self.ratio <= RATIO and self.at_once.megabytes < MEGABYTES
        )


def measure(count: int) -> Result:
    """Check `count` homes at once, and some of them alone.

    Raises:
        BrokenRunError: a run failed.
    """
    check = [str(OURS), "check", "--format", "json", "--claude-version", "2.1.146"]
    with tempfile.TemporaryDirectory(prefix="billing-lens-benchmark-") as root:
        kinds = itertools.islice(itertools.cycle(KINDS), count)
        built = [kind.build(Path(root, f"{number:05}")) for number, kind in enumerate(kinds)]
        with enclosed(built[0]) as here:
            before = [_alone(check, here, home) for home in built[: ALONE // 2]]
            at_once = run([*check, "--home", f"{root}/*/home"], here)
            after = [_alone(check, here, home) for home in built[: ALONE // 2]]
    return Result(count, at_once, (*before, *after))


def _alone(check: list[str], here: BuiltMachine, home: BuiltMachine) -> Cost:
    return run([*check, "--no-env", "--home", str(home.home)], here)


def report(result: Result) -> str:
    """Return the result as a Markdown table that also reads well as it is."""
    rows = [
        (
            "homes",
            "each",
            "target",
            "each alone",
            "ratio",
            "target",
            "memory",
            "target",
            "in all",
            "",
        ),
        (
            str(result.homes),
            f"{result.seconds * 1000:.1f} ms",
            f"≤ {SECONDS * 1000:.0f} ms",
            f"{result.seconds_alone * 1000:.0f} ms",
            f"{result.ratio:.2f}",
            f"≤ {RATIO:.2f}",
            f"{result.at_once.megabytes:.0f} MB",
            f"< {MEGABYTES:.0f} MB",
            f"{result.at_once.seconds:.1f} s",
            "met" if result.is_met else "MISSED",
        ),
    ]
    heading = (
        "billing-lens check on many homes against each alone: processor time, memory of the\n"
        "largest process, and how long it took in all\n"
        f"{this_machine()}; load {os.getloadavg()[0]:.1f}\n"
    )
    return f"{heading}\n{table(rows)}"


def main() -> int:
    """Print what it took; 1 when a target is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--homes", type=int, default=1000, help="how many (default: 1000)")
    result = measure(parser.parse_args().homes)
    print(report(result))
    return 0 if result.is_met else 1


if __name__ == "__main__":
    sys.exit(main())
