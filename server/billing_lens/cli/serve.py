"""`billing-lens serve`: the language server on standard input and output."""

from __future__ import annotations

import argparse
import gc

from billing_lens.cli.options import EXAMPLES_AS_WRITTEN, Subcommands

DEFAULT_THRESHOLDS = (700, 10, 10)
"""Of CPython's garbage collector; `billing_lens.cli` raises them for short runs."""

_DESCRIPTION = """\
Runs the language server for editors: findings in the files that decide who
pays, and their fixes. It speaks on standard input and output and ends with the
editor."""

_EXAMPLES = """\
examples:
  billing-lens serve            what an editor is told to start"""


def add_parser(commands: Subcommands) -> None:
    """Add the command to the parser."""
    parser = commands.add_parser(
        "serve",
        help="speak the Language Server Protocol on stdio",
        description=_DESCRIPTION,
        epilog=_EXAMPLES,
        formatter_class=EXAMPLES_AS_WRITTEN,
    )
    parser.add_argument("--stdio", action="store_true", help="accepted for editors; always on")
    parser.set_defaults(run=run)


def run(given: argparse.Namespace) -> int:
    """Serve until the client ends it."""
    del given
    gc.set_threshold(*DEFAULT_THRESHOLDS)
    # The only import of the language server: it costs a quarter of a second.
    from billing_lens.lsp.server import serve  # noqa: PLC0415

    return serve()
