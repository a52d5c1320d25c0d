"""`billing-lens fix`: puts it right, one change at a time, each shown before it is made."""

from __future__ import annotations

import argparse
import shlex
import sys
from collections.abc import Iterator
from pathlib import Path

from billing_lens.cli.options import UsageError, add_machine_options, review_of
from billing_lens.cli.subcommand import Subcommands
from billing_lens.fixes.apply import FixRefusedError, apply_fix
from billing_lens.fixes.fix import Safety
from billing_lens.fixes.journal import Journal, journal_directory
from billing_lens.output.paint import Paint, paint_for
from billing_lens.output.text import fix_text
from billing_lens.review import OfferedFix, Review, describe_payment
from billing_lens.rules import RULES, Severity

DONE, NOT_DONE = 0, 1


def add_parser(commands: Subcommands) -> None:
    """Add the command to the parser."""
    parser = commands.add_parser(
        "fix",
        help="put it right: shows each change, asks, applies, looks again",
        description="Exit codes: 0 nothing is left to put right, 1 something is, 2 wrong usage, "
        "3 the machine could not be read. Every change can be undone with 'billing-lens undo'.",
    )
    parser.add_argument("--rule", metavar="ID", help="only findings of this rule")
    parser.add_argument("--fix", metavar="ID", help="this fix, as 'billing-lens check' names it")
    parser.add_argument(
        "--dry-run", action="store_true", help="show what would be done, do nothing"
    )
    parser.add_argument(
        "--yes", action="store_true", help="do not ask; safe fixes only unless --fix"
    )
    add_machine_options(parser)
    parser.set_defaults(run=run)


def run(given: argparse.Namespace) -> int:
    """Apply fixes until the right one pays, none is left or the user says no."""
    if given.rule and given.rule not in RULES:
        raise UsageError(f"there is no rule '{given.rule}'; the rules are {', '.join(RULES)}")
    paint = paint_for()
    tried: set[str] = set()
    while True:
        seen = review_of(given)
        offer = _next_offer(seen, given, tried)
        if offer is None:
            return _conclude(seen, paint, changed=bool(tried))
        tried.add(offer.id)
        print(fix_text(seen.machine, offer, paint))
        if given.dry_run:
            print("Nothing was changed (--dry-run).")
            return DONE
        if not (given.yes or _confirmed()):
            print("Nothing was changed.")
            return NOT_DONE
        if not _applied(seen, offer, paint, given.home):
            return NOT_DONE


def _next_offer(seen: Review, given: argparse.Namespace, tried: set[str]) -> OfferedFix | None:
    if given.fix:
        return None if tried else _chosen(seen, given)
    if tried and seen.as_expected is not False:
        return None
    for offer in _offers(seen, given.rule):
        if offer.id not in tried and (offer.safety is Safety.SAFE or not given.yes):
            return offer
    return None


def _offers(seen: Review, rule: str | None) -> Iterator[OfferedFix]:
    """Yield the best fix of each finding that matters; a leftover only when its rule is named."""
    for found in seen.findings:
        matters = found.finding.severity is not Severity.HINT or rule is not None
        if matters and found.fixes and rule in (None, found.finding.rule):
            yield found.fixes[0]


def _chosen(seen: Review, given: argparse.Namespace) -> OfferedFix:
    offers = {offer.id: offer for offer in seen.offered}
    if given.fix in offers:
        return offers[given.fix]
    known = f"; there are {', '.join(offers)}" if offers else "; nothing here needs one"
    raise UsageError(f"there is no fix '{given.fix}' on this machine{known}")


def _confirmed() -> bool:
    if not sys.stdin.isatty():
        print("Add --yes to apply this without being asked.")
        return False
    try:
        return input("Apply this? [y/N] ").strip().lower() in ("y", "yes")
    except (EOFError, KeyboardInterrupt):
        print()
        return False


def _applied(seen: Review, offer: OfferedFix, paint: Paint, home: Path | None) -> bool:
    journal = Journal(journal_directory(_real_home(seen)))
    rules = [found.finding.rule for found in seen.findings if offer in found.fixes]
    try:
        entry = apply_fix(offer.fix, seen.machine, journal, rules[0], offer.resulting.label)
    except FixRefusedError as error:
        print(f"billing-lens: not applied: {error}", file=sys.stderr)
        return False
    there = f" --home {shlex.quote(str(home))}" if home else ""
    undo = paint("bold", f"billing-lens undo {entry.id}{there}")
    print(f"{paint('green', 'Applied.')} Undo it with: {undo}\n")
    return True


def _real_home(seen: Review) -> Path:
    return Path(str(seen.machine.home))


def _conclude(seen: Review, paint: Paint, *, changed: bool) -> int:
    payment = describe_payment(seen.route)
    if seen.as_expected is False:
        print(f"Claude Code still {payment}, which is not as expected.")
        print(f"See {paint('bold', 'billing-lens check')} for what else can be done.")
        return NOT_DONE
    if changed:
        print(f"Claude Code now {paint('green', payment)}.")
    else:
        print(f"Nothing to put right: Claude Code {payment}.")
    return DONE
