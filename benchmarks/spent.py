"""Measures ``billing-lens spent`` against ccusage on the same session logs.

    python -m benchmarks.spent [--megabytes N] [--rounds N]

The exit code is 1 when a target is missed. ccusage's total of tokens must be the same.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
from datetime import timedelta
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.command_line import OURS, Cost, run, seconds, table
from benchmarks.machines import this_machine
from tests.claude_code.enclosure import enclosed, environment_of
from tests.machines import BuiltMachine, headline
from tests.unit.usage.logs import START, MadeUpLog

CCUSAGE = Path(__file__).with_name("node_modules") / "@ccusage/ccusage-linux-x64/bin/ccusage"
RATIO = 4.0
"""The most wall time, in terms of ccusage's, a native program that uses every core."""
MEGABYTES = 100.0
"""The most memory ours may hold, however large the logs are."""
_TURNS = 60
_CHARACTERS = 'abcdefghij {}\\n"'


def write_logs(directory: Path, megabytes: int) -> None:
    """Write sessions as Claude Code does, compact JSON and mostly text, of about this size."""
    chance, written, number = random.Random(18), 0, 0  # noqa: S311 logs need be no secret
    while written < megabytes * 1_000_000:
        number += 1
        at = START + timedelta(minutes=7 * number)
        log = MadeUpLog(session=f"{number:08x}-0000-4000-8000-000000000000", at=at).owner()
        for _ in range(_TURNS):
            log.lines.append(
                {
                    "type": "user",
                    "sessionId": log.session,
                    "message": {"role": "user", "content": _text(chance, 4000)},
                    "toolUseResult": _text(chance, 1500),
                }
            )
            log.answer("1h", oauth=True)
            log.lines[-1]["message"]["content"] = [{"type": "text", "text": _text(chance, 900)}]
            blob = {"role": "assistant", "content": _text(chance, 3000)}
            log.lines.append(
                {"type": "api-request-blob", "sessionId": log.session, "message": blob}
            )
        written += log.write(directory).stat().st_size


def _text(chance: random.Random, length: int) -> str:
    return "".join(chance.choices(_CHARACTERS, k=100)) * chance.randrange(1, length // 50)


def totals(machine: BuiltMachine, ours: list[str], theirs: list[str]) -> tuple[int, int]:
    """Return how many tokens each of the two counts."""

    def printed(command: list[str]) -> Any:
        environment = environment_of(machine, {})
        done = subprocess.run(
            command, env=environment, cwd=machine.cwd, capture_output=True, check=True
        )
        return json.loads(done.stdout)

    our_tokens = sum(sum(it["tokens"].values()) for it in printed(ours)["payers"])
    return our_tokens, printed(theirs)["totals"]["totalTokens"]


def main() -> int:
    """Measure, print the table, and return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--megabytes", type=int, default=300)
    parser.add_argument("--rounds", type=int, default=5)
    given = parser.parse_args()
    if not CCUSAGE.exists():
        print("ccusage is not there: run npm ci in benchmarks/", file=sys.stderr)
        return 2
    CCUSAGE.chmod(0o755)  # npm's own start script does that too.
    ours = [str(OURS), "spent", "--json", "--utc"]
    theirs = [str(CCUSAGE), "claude", "daily", "--offline", "--json"]
    with (
        tempfile.TemporaryDirectory(prefix="billing-lens-benchmark-") as root,
        enclosed(headline().build(Path(root))) as machine,
    ):
        write_logs(machine.home / ".claude" / "projects", given.megabytes)
        runs = [(run(ours, machine), run(theirs, machine)) for _ in range(given.rounds + 1)][1:]
        counted = totals(machine, ours, theirs)
    return _reported(given.megabytes, runs, counted)


def _reported(size: int, runs: list[tuple[Cost, Cost]], counted: tuple[int, int]) -> int:
    our_runs, their_runs = zip(*runs, strict=True)
    ratio = seconds(our_runs) / seconds(their_runs)
    megabytes = max(it.megabytes for it in our_runs)
    is_met = ratio <= RATIO and megabytes < MEGABYTES and counted[0] == counted[1]
    same = "the same tokens" if counted[0] == counted[1] else f"tokens {counted[0]}, {counted[1]}"
    print(f"billing-lens spent against ccusage: medians of {len(runs)} interleaved runs")
    print("wall time (processor time)")
    print(f"{this_machine()}; load {os.getloadavg()[0]:.1f}; {same}\n")
    rows = [
        ("logs", "ours", "theirs", "ratio", "target", "our memory", "target", ""),
        (
            f"{size} MB",
            f"{seconds(our_runs):.2f} s ({median(it.processor for it in our_runs):.2f})",
            f"{seconds(their_runs):.2f} s ({median(it.processor for it in their_runs):.2f})",
            f"{ratio:.2f}",
            f"≤ {RATIO:.2f}",
            f"{megabytes:.0f} MB",
            f"< {MEGABYTES:.0f} MB",
            "met" if is_met else "MISSED",
        ),
    ]
    print(table(rows))
    return 0 if is_met else 1


if __name__ == "__main__":
    raise SystemExit(main())
