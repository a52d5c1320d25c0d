"""`billing-lens status`: who pays and why."""

from __future__ import annotations

import argparse
import functools
import json

from billing_lens.cli.options import (
    EXAMPLES_AS_WRITTEN,
    Subcommands,
    add_amount_options,
    add_ci_option,
    add_color_option,
    add_machine_options,
    review_of,
)

_DESCRIPTION = """\
Shows who pays for Claude Code, whether that is as expected, and every
credential it could use, in its order, with the reason and the place of each.
Nothing is changed, nothing is run, and no secret is shown.

Exit codes: 0 whoever pays, 2 wrong usage, 3 the machine could not be read."""

_EXAMPLES = """\
examples:
  billing-lens status                    who pays, and why
  billing-lens status --quiet            only that, in one line
  billing-lens status --mode headless    as 'claude -p', the SDK and CI
  billing-lens status --claude-version 2.1.146
                                         as that version decides
  billing-lens status --json             for programs, see docs/output.md
  billing-lens status -- --bare          as 'claude --bare'"""


def add_parser(commands: Subcommands) -> None:
    """Add the command to the parser."""
    parser = commands.add_parser(
        "status",
        help="show who pays and why",
        description=_DESCRIPTION,
        epilog=_EXAMPLES,
        formatter_class=EXAMPLES_AS_WRITTEN,
    )
    parser.add_argument("--json", action="store_true", help="print JSON instead of text")
    add_amount_options(
        parser,
        quiet="only the line that says who pays",
        verbose="leftovers that change nothing too, and the files looked at",
    )
    add_color_option(parser)
    add_ci_option(parser)
    add_machine_options(parser)
    parser.set_defaults(run=run)


def run(given: argparse.Namespace) -> int:
    """Print the status; always 0, whoever pays."""
    seen = review_of(given)
    if given.json:
        from billing_lens.output.json import status_document  # noqa: PLC0415

        print(json.dumps(status_document(seen), indent=2))
        return 0
    # Imported here because JSON needs none of it, and imports are most of a run.
    from billing_lens.cli.rerun import command_again  # noqa: PLC0415
    from billing_lens.output.terminal import screen_for  # noqa: PLC0415
    from billing_lens.output.text import status_text, verdict_text  # noqa: PLC0415

    screen = screen_for(given.color)
    again = functools.partial(command_again, given, seen.machine)
    if given.quiet:
        print(verdict_text(seen, screen))
    else:
        print(status_text(seen, screen, again, verbose=given.verbose))
    return 0
