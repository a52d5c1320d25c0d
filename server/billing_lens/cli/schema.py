"""`billing-lens schema`: what may stand in our JSON output, and in our own settings files."""

from __future__ import annotations

import argparse

from billing_lens.cli.options import EXAMPLES_AS_WRITTEN, Subcommands
from billing_lens.output.schemas import DOCUMENTS, schema_text

_DESCRIPTION = """\
Prints the JSON Schema of what a command prints as JSON, or of one of your files:
config.toml, and a team's policy (.billing-lens.toml). Fields may be added to the
output without a new number in "schema"; none is taken away."""

_EXAMPLES = """\
examples:
  billing-lens schema status > status.schema.json
                                of 'billing-lens status --json'
  billing-lens schema check     of 'billing-lens check --format json', and of
                                each line of it with several homes
  billing-lens schema compare   of 'billing-lens compare --json'
  billing-lens schema undo      of 'billing-lens undo --list --json'
  billing-lens schema report    of 'billing-lens report --json'
  billing-lens schema spent     of 'billing-lens spent --json'
  billing-lens schema config    of your config.toml
  billing-lens schema policy    of a project's .billing-lens.toml"""


def add_parser(commands: Subcommands) -> None:
    """Add the command to the parser."""
    parser = commands.add_parser(
        "schema",
        help="print the JSON Schema of the JSON output or of a settings file",
        description=_DESCRIPTION,
        epilog=_EXAMPLES,
        formatter_class=EXAMPLES_AS_WRITTEN,
    )
    parser.add_argument("document", choices=DOCUMENTS, help="of which document")
    parser.set_defaults(run=run)


def run(given: argparse.Namespace) -> int:
    """Print the schema as it is shipped."""
    print(schema_text(given.document), end="")
    return 0
