"""Measures ``billing-lens status`` against ``claude auth status``.

    python -m benchmarks.status [--rounds N]

The exit code is 1 when a target is missed.
"""

from __future__ import annotations

import argparse
import sys

from benchmarks.command_line import Target, measure, report
from benchmarks.machines import with_large_state
from tests.machines import headline

LARGE = 50_000_000


def main() -> int:
    """Print the medians; 1 when a target is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=15, help="runs of each (default: 15)")
    rounds = parser.parse_args().rounds
    results = [
        measure(headline(), "status", Target("headline", 0.6, 60), rounds),
        measure(
            with_large_state(LARGE), "status", Target("50 MB ~/.claude.json", 1.5, 300), rounds
        ),
    ]
    print(report("status", results))
    return 0 if all(result.is_met for result in results) else 1


if __name__ == "__main__":
    sys.exit(main())
