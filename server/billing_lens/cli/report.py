"""`billing-lens report`: one text to paste into an issue, with nothing private in it."""

from __future__ import annotations

import argparse
import os
import select
import stat
import sys
from datetime import datetime, timedelta, timezone

from msgspec.structs import replace

from billing_lens.cli.options import Subcommands, add_machine_options, machine_options, review_of
from billing_lens.cli.spent import logs_of
from billing_lens.machine.machine import Machine
from billing_lens.output.contract.reports import RecentUse
from billing_lens.output.json import json_text
from billing_lens.output.report import circumstances_of, report_of
from billing_lens.output.report_markdown import report_markdown
from billing_lens.output.spent import recent_use
from billing_lens.usage.accounting import spent_of
from billing_lens.usage.signals import confounders_of
from billing_lens.usage.span import Span

_DESCRIPTION = """\
Prints a report for an issue or a support thread: versions, who pays and why, every
credential by kind and state, the findings, what was changed, the files with their
modes and sizes. Tokens never show; e-mail addresses are hidden, ids cut to 8
characters, and your home is ~. Read it before you post it all the same.

With the text of an error that Claude Code gave, it also says what kind of failure
that is, and whether it can be put right here."""

_EXAMPLES = """\
examples:
  billing-lens report                              Markdown, ready to paste
  billing-lens report --error "Credit balance is too low"
  claude -p hi 2>&1 | billing-lens report          the error from standard input
  billing-lens report --json                       for programs"""

LONGEST_ERROR = 100_000
"""How many characters of an error are looked at."""
DAYS_OF_USE = 7
LONGEST_WAIT_SECONDS = 60
"""How long to wait for the other program's first output."""


def add_parser(commands: Subcommands) -> None:
    """Add the command to the parser."""
    parser = commands.add_parser(
        "report",
        help="print a report without secrets, for an issue",
        description=_DESCRIPTION,
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--json", action="store_true", help="print JSON instead of Markdown")
    parser.add_argument(
        "--error",
        metavar="TEXT",
        help="what Claude Code said when it failed; - reads it from standard input",
    )
    add_machine_options(parser)
    parser.set_defaults(run=run)


def run(given: argparse.Namespace) -> int:
    """Print the report; always 0, whoever pays."""
    error = _error(given.error)
    seen = review_of(given)
    confined = machine_options(given).confined
    around = circumstances_of(seen.machine, error, confined=confined)
    around = replace(around, spent=_spent(seen.machine, confined=confined))
    report = report_of(seen, around)
    print(f"{json_text(report)}\n" if given.json else report_markdown(report), end="")
    return 0


def _spent(machine: Machine, *, confined: bool) -> tuple[RecentUse, ...]:
    """Return what was used in the last days: older logs can be long and need not be read for it."""
    since = datetime.now(timezone.utc) - timedelta(days=DAYS_OF_USE)
    logs = logs_of(machine, confined=confined, since=since)
    spent = spent_of(logs, span=Span(since), confounders=confounders_of(machine))
    return recent_use(spent, None)


def _error(text: str | None) -> str | None:
    """Return the error to sort: as given, or what another program pipes to us."""
    if text is not None and text != "-":
        return text
    if text == "-" or _is_piped():
        return sys.stdin.read(LONGEST_ERROR) or None
    return None


def _is_piped() -> bool:
    """Whether standard input is a file, or another program's output that comes in time."""
    try:
        mode = os.fstat(sys.stdin.fileno()).st_mode
    except (AttributeError, OSError, ValueError):
        return False
    if not stat.S_ISFIFO(mode) or os.name != "posix":
        return stat.S_ISREG(mode)
    readable, _, _ = select.select([sys.stdin], [], [], 0)
    if not readable:
        print("Waiting for an error message on standard input ...", file=sys.stderr)
        readable, _, _ = select.select([sys.stdin], [], [], LONGEST_WAIT_SECONDS)
    return bool(readable)
