"""Measures ``billing-lens check`` against ``claude auth status``.

    python -m benchmarks.check [--rounds N]

The exit code is 1 when a target is missed.
"""

from __future__ import annotations

import argparse
import sys

from benchmarks.command_line import Target, measure, report
from tests.machines import headline


def main() -> int:
    """Print the medians; 1 when a target is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=15, help="runs of each (default: 15)")
    result = measure(headline(), "check", Target("headline", 0.6, 60), parser.parse_args().rounds)
    print(report("check", [result]))
    return 0 if result.is_met else 1


if __name__ == "__main__":
    sys.exit(main())
