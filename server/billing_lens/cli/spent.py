"""`billing-lens spent`: who paid for what already ran, and what it comes to by list."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable
from datetime import datetime, timezone, tzinfo
from pathlib import Path

from billing_lens.cli.options import (
    EXAMPLES_AS_WRITTEN,
    Subcommands,
    UsageError,
    add_color_option,
    add_machine_options,
    machine_options,
    read_machine,
)
from billing_lens.config.kinds import Platform
from billing_lens.config.paths import resolved
from billing_lens.machine.machine import Machine
from billing_lens.usage.accounting import By, Spent, spent_of
from billing_lens.usage.reading import Logs, Passed, log_files, read_logs
from billing_lens.usage.signals import confounders_of
from billing_lens.usage.span import FORMS, Span, span_of

_DESCRIPTION = """\
Reads the session logs that Claude Code keeps (projects/**/*.jsonl in its directory)
and adds up what was used, by who paid for it: subscription, usage credits, API usage,
a cloud provider, a gateway. No log names the payer; it is told from how the requests
were made, and each answer says how sure it is. Only counts, ids, times and models are
read: no prompt, no answer, no output of a tool. Nothing is sent anywhere.

Prices are Anthropic's list prices. What you were billed can differ."""

_EXAMPLES = """\
examples:
  billing-lens spent                          all that the logs have, by payer
  billing-lens spent --since 7d --by day      the last week, day by day
  billing-lens spent --since 2026-11 --until 2026-11-20
  billing-lens spent --by project --csv       for a spreadsheet
  billing-lens spent --html spent.html        a page to read, print or send
  billing-lens spent --claim                  the evidence for a support thread
  billing-lens spent --json --redact          for programs, see docs/spent.md"""

_LONG_WORK = 100_000_000
"""How many bytes of logs take long enough for a progress bar."""


def add_parser(commands: Subcommands) -> None:
    """Add the command to the parser."""
    parser = commands.add_parser(
        "spent",
        help="show who paid for what already ran, from the session logs",
        description=_DESCRIPTION,
        epilog=_EXAMPLES,
        formatter_class=EXAMPLES_AS_WRITTEN,
    )
    parser.add_argument("--since", metavar="TIME", help=f"from then on: {FORMS}")
    parser.add_argument("--until", metavar="TIME", help="up to the end of that day or month")
    parser.add_argument("--utc", action="store_true", help="days of UTC, not of this time zone")
    parser.add_argument("--project", metavar="DIR", help="only sessions in this folder and below")
    parser.add_argument(
        "--by", choices=[it.value for it in By], default=By.PAYER.value, help="what to group by"
    )
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="print JSON instead of text")
    form.add_argument("--csv", action="store_true", help="print the rows as CSV")
    form.add_argument("--html", metavar="FILE", help="write a page; - prints it")
    form.add_argument(
        "--claim", action="store_true", help="print the evidence for a refund as Markdown, redacted"
    )
    parser.add_argument(
        "--redact", action="store_true", help="no folder names, ids cut, the home as ~"
    )
    add_color_option(parser)
    add_machine_options(parser)
    parser.set_defaults(run=run)


def run(given: argparse.Namespace) -> int:
    """Print what was spent; always 0, also where there are no logs."""
    zone = timezone.utc if given.utc else None
    span = _span(given, zone)
    machine = read_machine(given)
    spent = spent_of(
        logs_of(machine, confined=machine_options(given).confined),
        span=span,
        project=resolved(machine.cwd, given.project) if given.project else None,
        confounders=confounders_of(machine),
    )
    if given.claim:
        return _print_claim(given, spent, zone)
    _print(given, spent, machine, zone)
    return 0


def _print(given: argparse.Namespace, spent: Spent, machine: Machine, zone: tzinfo | None) -> None:
    # Imported here because each form needs but its own, and imports are most of a run.
    from billing_lens.output.spent import spent_document  # noqa: PLC0415

    said = spent_document(spent, machine, By(given.by), zone, redact=given.redact)
    if given.json:
        from billing_lens.output.json import json_text  # noqa: PLC0415

        print(json_text(said))
    elif given.csv:
        from billing_lens.output.spent_csv import spent_csv  # noqa: PLC0415

        print(spent_csv(said), end="")
    elif given.html:
        from billing_lens.output.spent_page import spent_page  # noqa: PLC0415

        days = spent_document(spent, machine, By.DAY, zone, redact=given.redact)
        _write_page(given.html, spent_page(said, days, zone))
    else:
        from billing_lens.output.spent_text import spent_text  # noqa: PLC0415
        from billing_lens.output.terminal import screen_for  # noqa: PLC0415

        print(spent_text(said, screen_for(given.color), str(machine.home), zone))


def _print_claim(given: argparse.Namespace, spent: Spent, zone: tzinfo | None) -> int:
    from billing_lens.cli.options import review_of  # noqa: PLC0415 a claim alone needs the review
    from billing_lens.output.report import circumstances_of, report_of  # noqa: PLC0415
    from billing_lens.output.spent_claim import spent_claim  # noqa: PLC0415

    seen = review_of(given)
    confined = machine_options(given).confined
    report = report_of(seen, circumstances_of(seen.machine, None, confined=confined))
    print(spent_claim(spent, report, seen.machine, zone), end="")
    return 0


def _write_page(path: str, page: str) -> None:
    if path == "-":
        print(page, end="")
        return
    try:
        with open(path, "w", encoding="utf-8", errors="replace") as file:
            file.write(page)
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {os.strerror(error.errno or 0)}") from None
    print(f"Wrote {path}")


def _span(given: argparse.Namespace, zone: tzinfo | None) -> Span:
    """Return the time that is asked for.

    Raises:
        UsageError: it is not to be understood, or ends before it begins.
    """
    now = datetime.now(timezone.utc)
    try:
        since = span_of(given.since, now, zone).start if given.since else None
        until = span_of(given.until, now, zone).end if given.until else None
    except ValueError as error:
        raise UsageError(str(error)) from error
    if since and until and until <= since:
        raise UsageError("--until is before --since")
    return Span(since, until)


def logs_of(machine: Machine, *, confined: bool, since: datetime | None = None) -> Logs:
    """Return what the logs of a machine say that were written to after `since`.

    A home that is looked at alone (`confined`) is not left.
    """
    directory = str(machine.claude.directory / "projects")
    if machine.platform is Platform.WIN32 and os.name != "nt":
        directory = directory.replace("\\", "/")
    if confined:
        home = Path(os.path.realpath(str(machine.home).replace("\\", "/")))
        if not Path(os.path.realpath(directory)).is_relative_to(home):
            note = f"billing-lens: {directory} is outside {machine.home}; it is not read"
            print(note, file=sys.stderr)
            return Logs(directory)
    passed = Passed()
    files = log_files(directory, passed, since)
    total = sum(size for _, size in files)
    if total < _LONG_WORK or not sys.stderr.isatty():
        return read_logs(directory, files, passed)
    from tqdm import tqdm  # noqa: PLC0415 hardly a run needs it

    with tqdm(total=total, unit="B", unit_scale=True, leave=False, file=sys.stderr) as bar:
        told: Callable[[int], object] = bar.update
        return read_logs(directory, files, passed, told)
