"""Measures ``billing-lens check`` with a ``config.toml`` against ``claude auth status``.

    python -m benchmarks.wishes [--rounds N]

What the file wishes is remembered until it changes: one row has it remembered, one has the file
edited before each run. The exit code is 1 when a target is missed.
"""

from __future__ import annotations

import argparse
import itertools
import sys

from benchmarks.command_line import Target, measure, report
from tests.machines import BuiltMachine, headline

CONFIG = ".config/billing-lens/config.toml"
TEXT = '[expected]\nbilling = "subscription"\n\n[rules]\nprofile-drift = "off"\n'


def main() -> int:
    """Print the medians; 1 when a target is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=15, help="runs of each (default: 15)")
    rounds = parser.parse_args().rounds
    machine, numbers = headline().with_files({CONFIG: TEXT}), itertools.count()

    def edit(built: BuiltMachine) -> None:
        (built.home / CONFIG).write_text(f"{TEXT}# {next(numbers)}\n", encoding="utf-8")

    results = [
        measure(machine, "check", Target("config.toml, remembered", 0.5, 60), rounds),
        measure(machine, "check", Target("config.toml, just edited", 1.2, 80), rounds, edit),
        measure(headline(), "check", Target("no config.toml", 0.6, 60), rounds),
    ]
    print(report("check", results))
    return 0 if all(result.is_met for result in results) else 1


if __name__ == "__main__":
    sys.exit(main())
