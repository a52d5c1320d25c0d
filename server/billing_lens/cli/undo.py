"""`billing-lens undo`: takes a fix back, byte for byte, and says who pays then."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from billing_lens.cli.options import (
    EXAMPLES_AS_WRITTEN,
    Subcommands,
    UnreadableMachineError,
    UsageError,
    add_color_option,
    add_machine_options,
    machine_options,
    review_of,
)
from billing_lens.fixes.apply import FixRefusedError, undo_entry
from billing_lens.fixes.journal import Entry, Journal, journal_directory
from billing_lens.machine.machine import Mode
from billing_lens.output.changes import (
    changes_of,
    changes_text,
    payment_sentence,
    put_back_lines,
)
from billing_lens.output.json import json_text
from billing_lens.output.redaction import Redactor
from billing_lens.output.terminal import paint_for, wrapped

DONE, REFUSED, INTERRUPTED = 0, 1, 130

_DESCRIPTION = """\
Puts the files of a change back byte for byte, and says who pays then. A file
that changed since is left as it is. The machine options only matter for who
pays; without them the mode of the change counts.

Exit codes: 0 done, 1 refused, 2 wrong usage or nothing to undo, 3 the machine
could not be read, 130 interrupted."""

_EXAMPLES = """\
examples:
  billing-lens undo                 take the last change back
  billing-lens undo --list          what was changed when, and who paid before
                                    and after, newest first
  billing-lens undo --list --json   the same for programs
  billing-lens undo ID              take this one back"""


def add_parser(commands: Subcommands) -> None:
    """Add the command to the parser."""
    parser = commands.add_parser(
        "undo",
        help="take back the last fix, or the one named",
        description=_DESCRIPTION,
        epilog=_EXAMPLES,
        formatter_class=EXAMPLES_AS_WRITTEN,
    )
    parser.add_argument("id", nargs="?", metavar="ID", help="which one (default: the last applied)")
    parser.add_argument("--list", action="store_true", help="list what was applied, newest first")
    parser.add_argument("--json", action="store_true", help="with --list: print JSON")
    add_color_option(parser)
    add_machine_options(parser)
    parser.set_defaults(run=run, mode=None)


def run(given: argparse.Namespace) -> int:
    """List or undo; 1 when the undoing was refused."""
    home = Path(os.path.abspath(given.home)) if given.home else Path.home()
    journal = Journal(journal_directory(home))
    entries = [entry for entry in journal.entries() if entry.home == str(home)]
    if given.json and not given.list:
        raise UsageError("--json goes with --list")
    if given.list:
        return _list(entries, given)
    entry = _wanted(entries, given.id)
    machine_options(given)  # Options that make no sense are refused before anything is done.
    try:
        return _undo(entry, journal, given)
    except KeyboardInterrupt:
        undone = any(kept.id == entry.id and kept.state == "undone" for kept in journal.entries())
        print(f"\n{entry.id} was undone." if undone else "\nNothing was changed.")
        return INTERRUPTED


def _list(entries: list[Entry], given: argparse.Namespace) -> int:
    newest_first = entries[::-1]
    if given.json:
        print(json_text(changes_of(newest_first)))
    elif entries:
        print(changes_text(newest_first, paint_for(when=given.color)))
    else:
        print("Nothing was changed here yet.")
    return DONE


def _undo(entry: Entry, journal: Journal, given: argparse.Namespace) -> int:
    try:
        undone = undo_entry(entry, journal)
    except FixRefusedError as error:
        print(f"billing-lens: not undone: {error}", file=sys.stderr)
        return REFUSED
    for line in put_back_lines(undone.files):
        print(line)
    sys.stdout.flush()
    _say_who_pays(undone, given)
    return DONE


def _say_who_pays(entry: Entry, given: argparse.Namespace) -> None:
    """Say who pays after the undoing, as the options describe the machine.

    What they leave open is taken from the change: the mode, and for another home, which has no
    Claude Code of its own, the version.
    """
    known_modes = {mode.value for mode in Mode}
    given.mode = given.mode or (entry.mode if entry.mode in known_modes else Mode.INTERACTIVE.value)
    if given.home and not given.claude_version and entry.claude_version:
        given.claude_version = entry.claude_version
    try:
        seen = review_of(given)
    except (UsageError, UnreadableMachineError) as error:
        print(f"billing-lens: undone; who pays now cannot be told: {error}", file=sys.stderr)
        return
    print(wrapped(Redactor(seen.machine).text(f"{payment_sentence(seen, 'now')}.")))


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
