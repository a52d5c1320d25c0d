"""`billing-lens status`: who pays and why."""

from __future__ import annotations

import argparse
import json

from billing_lens.cli.options import add_machine_options, review_of
from billing_lens.cli.subcommand import Subcommands
from billing_lens.output.json import status_document
from billing_lens.output.paint import paint_for
from billing_lens.output.text import status_text


def add_parser(commands: Subcommands) -> None:
    """Add the command to the parser."""
    parser = commands.add_parser("status", help="show who pays and why")
    parser.add_argument("--json", action="store_true", help="print JSON instead of text")
    add_machine_options(parser)
    parser.set_defaults(run=run)


def run(given: argparse.Namespace) -> int:
    """Print the status; always 0, whoever pays."""
    seen = review_of(given)
    if given.json:
        print(json.dumps(status_document(seen), indent=2))
    else:
        print(status_text(seen, paint_for()))
    return 0
