"""`billing-lens undo`: takes a fix back, byte for byte."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from billing_lens.cli.options import UsageError
from billing_lens.cli.subcommand import Subcommands
from billing_lens.fixes.apply import FixRefusedError, undo_entry
from billing_lens.fixes.journal import Entry, Journal, journal_directory


def add_parser(commands: Subcommands) -> None:
    """Add the command to the parser."""
    parser = commands.add_parser("undo", help="take back the last fix, or the one named")
    parser.add_argument("id", nargs="?", metavar="ID", help="which one (default: the last applied)")
    parser.add_argument("--list", action="store_true", help="list what was applied, newest first")
    parser.add_argument("--home", metavar="DIR", type=Path, help="the home that was changed")
    parser.set_defaults(run=run)


def run(given: argparse.Namespace) -> int:
    """List or undo; 1 when the undoing was refused."""
    home = Path(os.path.abspath(given.home)) if given.home else Path.home()
    journal = Journal(journal_directory(home))
    entries = [entry for entry in journal.entries() if entry.home == str(home)]
    if given.list:
        for entry in reversed(entries):
            print(f"{entry.id}  {entry.state:8} {entry.title}: {entry.resulting_route}")
        if not entries:
            print("Nothing was changed here yet.")
        return 0
    entry = _wanted(entries, given.id)
    try:
        undo_entry(entry, journal)
    except FixRefusedError as error:
        print(f"billing-lens: not undone: {error}", file=sys.stderr)
        return 1
    for file in entry.files:
        print(f"Put back {file.path}")
    return 0


def _wanted(entries: list[Entry], identifier: str | None) -> Entry:
    if identifier:
        named = [entry for entry in entries if entry.id == identifier]
        if not named:
            raise UsageError(f"there is no change '{identifier}'; see 'billing-lens undo --list'")
        if named[0].state == "undone":
            raise UsageError(f"'{identifier}' is undone already")
        return named[0]
    applied = [entry for entry in entries if entry.state != "undone"]
    if not applied:
        raise UsageError("there is nothing to undo")
    return applied[-1]
