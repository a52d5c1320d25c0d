"""`billing-lens check`: the findings, for people and for CI."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable

from billing_lens.cli.options import add_machine_options, review_of
from billing_lens.cli.subcommand import Subcommands
from billing_lens.output.github import workflow_commands
from billing_lens.output.json import check_document
from billing_lens.output.paint import paint_for
from billing_lens.output.sarif import sarif_log
from billing_lens.output.text import check_text
from billing_lens.review import Review
from billing_lens.rules import Severity

CLEAN, FOUND = 0, 1

FORMATS: dict[str, Callable[[Review], str]] = {
    "text": lambda seen: check_text(seen, paint_for()),
    "json": lambda seen: json.dumps(check_document(seen), indent=2),
    "sarif": lambda seen: json.dumps(sarif_log(seen), indent=2),
    "github": lambda seen: "\n".join(workflow_commands(seen)),
}


def add_parser(commands: Subcommands) -> None:
    """Add the command to the parser."""
    parser = commands.add_parser(
        "check",
        help="report what pays wrongly; exit 1 if anything does",
        description="Exit codes: 0 clean, 1 findings at or above --fail-on, 2 wrong usage, "
        "3 the machine could not be read.",
    )
    parser.add_argument("--format", choices=list(FORMATS), default="text")
    parser.add_argument(
        "--fail-on",
        choices=[level.value for level in (Severity.ERROR, Severity.WARNING, Severity.INFO)],
        default=Severity.ERROR.value,
        help="the least severity that makes the check fail (default: error)",
    )
    add_machine_options(parser)
    parser.set_defaults(run=run)


def run(given: argparse.Namespace) -> int:
    """Print the findings and return whether any reaches ``--fail-on``."""
    seen = review_of(given)
    print(FORMATS[given.format](seen))
    worst_allowed = Severity(given.fail_on).rank
    found = any(finding.finding.severity.rank <= worst_allowed for finding in seen.findings)
    return FOUND if found else CLEAN
