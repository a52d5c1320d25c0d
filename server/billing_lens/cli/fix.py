"""`billing-lens fix`: puts it right, one change at a time, each shown before it is made."""

from __future__ import annotations

import argparse
import shlex
import sys
from pathlib import Path

from msgspec import Struct, field

from billing_lens.cli.offers import (
    Offer,
    Payer,
    alternatives,
    changes_the_expectation,
    named_offer,
    needed,
    next_offer,
    payer_of,
    still_needed,
    works_for_somebody,
)
from billing_lens.cli.options import (
    EXAMPLES_AS_WRITTEN,
    Subcommands,
    UsageError,
    add_color_option,
    add_machine_options,
    review_of,
)
from billing_lens.cli.rerun import command_again, undo_command
from billing_lens.fixes.apply import FixRefusedError, apply_fix, note_outcome
from billing_lens.fixes.journal import Entry, Journal, KeptFinding, Occasion, journal_directory
from billing_lens.output.changes import payment_sentence
from billing_lens.output.findings_text import SEVERITY_STYLES
from billing_lens.output.fix_text import fix_text
from billing_lens.output.places_text import command_lines
from billing_lens.output.redaction import Redactor
from billing_lens.output.terminal import Paint, paint_for, printable, wrapped
from billing_lens.review import Review, describe_payment
from billing_lens.rules import RULES, Command
from billing_lens.wishes.severity import Severity

DONE, NOT_DONE, INTERRUPTED = 0, 1, 130

_DESCRIPTION = """\
Puts it right one change at a time: shows what is wrong and what would change,
asks, applies it, and looks again, so that nothing is changed that is no longer
needed. Secrets are never shown. Every change can be taken back, byte for byte,
with 'billing-lens undo'.

Exit codes: 0 nothing is left to put right, 1 something is (or the answer was
no), 2 wrong usage, 3 the machine could not be read, 130 interrupted."""

_EXAMPLES = """\
examples:
  billing-lens fix                  step by step, asking before each change
  billing-lens fix --dry-run        show the first step, change nothing
  billing-lens fix --yes            do not ask; only what puts it right
  billing-lens fix --fix ID --yes   this change, named by 'billing-lens check'
  billing-lens fix --rule organization-conflict
                                    leftovers too, which change nothing now
  billing-lens undo                 take the last change back"""


def add_parser(commands: Subcommands) -> None:
    """Add the command to the parser."""
    parser = commands.add_parser(
        "fix",
        help="put it right: shows each change, asks, applies, looks again",
        description=_DESCRIPTION,
        epilog=_EXAMPLES,
        formatter_class=EXAMPLES_AS_WRITTEN,
    )
    parser.add_argument("--rule", metavar="RULE", help="only findings of this rule")
    parser.add_argument("--fix", metavar="ID", help="this fix, as 'billing-lens check' names it")
    parser.add_argument(
        "--dry-run",
        action="store_true",
        help="show the next step, do nothing; exit 1 when there is one",
    )
    parser.add_argument(
        "--yes", action="store_true", help="do not ask; safe fixes only unless --fix"
    )
    add_color_option(parser)
    add_machine_options(parser)
    parser.set_defaults(run=run)


def run(given: argparse.Namespace) -> int:
    """Apply fixes until the right one pays, none is left or the user says no."""
    if given.rule and given.rule not in RULES:
        raise UsageError(f"there is no rule '{given.rule}'; the rules are {', '.join(RULES)}")
    steps = _Steps(given, paint_for(when=given.color))
    try:
        return steps.walk()
    except KeyboardInterrupt:
        print()
        steps.say_what_was_changed()
        return INTERRUPTED


class _Steps(Struct):
    """One run: what it applied so far, what was offered, and who paid on the way."""

    given: argparse.Namespace
    paint: Paint
    journal: Journal | None = None
    known: frozenset[str] = frozenset()
    """The journal's entries from before this run."""
    applied: list[Entry] = field(default_factory=list[Entry])
    offered: set[str] = field(default_factory=set[str])
    payers: set[Payer] = field(default_factory=set[Payer])

    def walk(self) -> int:
        seen = review_of(self.given)
        self.journal = Journal(journal_directory(Path(str(seen.machine.home))))
        self.known = frozenset(entry.id for entry in self.journal.entries())
        while True:
            offer = self._next(seen)
            if offer is None:
                return self._conclude(seen)
            if offer.fix.id in {entry.fix for entry in self.applied}:
                return self._stop_without_progress(seen, offer)
            self._show(seen, offer)
            if self.given.dry_run:
                print("Nothing was changed (--dry-run). To apply it:")
                self._say_how_to_apply(seen, offer)
                return NOT_DONE
            if not (self.given.yes or self._confirmed(seen, offer)):
                return NOT_DONE
            entry = self._apply(seen, offer, self.journal)
            if entry is None:
                return NOT_DONE
            self.applied.append(entry)
            seen = self._look_again(entry, self.journal)

    def _next(self, seen: Review) -> Offer | None:
        self.payers.add(payer_of(seen.route))
        self.offered.update(_ids(seen, self.given.rule))
        if self.given.fix:
            return None if self.applied else self._named(seen)
        offer = self._best(seen)
        return None if offer and self.given.yes and not offer.is_safe else offer

    def _best(self, seen: Review) -> Offer | None:
        findings = still_needed(seen, self.given.rule, self.applied)
        return next_offer(seen, findings, self.payers)

    def _named(self, seen: Review) -> Offer:
        offer = named_offer(seen, self.given.fix)
        if offer:
            return offer
        ids = ", ".join(offer.id for offer in seen.offered)
        known = f"; there are {ids}" if ids else "; nothing here needs one"
        raise UsageError(f"there is no fix '{self.given.fix}' on this machine{known}")

    def _show(self, seen: Review, offer: Offer) -> None:
        finding = offer.found.finding
        severity = self.paint(SEVERITY_STYLES[finding.severity], finding.severity.value)
        number = self.paint("bold", f"Step {len(self.applied) + 1}:")
        message = printable(Redactor(seen.machine).text(finding.message))
        print(wrapped(f"{number} {message}"))
        print(f"  {severity}[{finding.rule}]\n")
        title, _, changes = fix_text(seen.machine, offer.fix, self.paint).partition("\n")
        print(f"{wrapped(title)}\n{changes}\n")
        warning = self._warning(seen, offer)
        if warning:
            print(wrapped(f"{self.paint('bold yellow', 'Careful:')} {warning}"))

    def _warning(self, seen: Review, offer: Offer) -> str:
        if offer.is_safe or changes_the_expectation(offer.fix):
            return ""
        if not works_for_somebody(offer.fix):
            return "Claude Code cannot be used after this change; you would have to log in."
        if offer.fix.reaches:
            return "more than who pays can change: all else in the file counts again too."
        same = offer.fix.resulting.label == seen.route.label
        payment = f"{'still' if same else 'then'} {describe_payment(offer.fix.resulting)}"
        text = f"this is not enough on its own. Claude Code {payment}, which is not as expected"
        return Redactor(seen.machine).text(f"{text}{'' if same else ' either'}.")

    def _say_how_to_apply(self, seen: Review, offer: Offer) -> None:
        command = command_again(self.given, seen.machine, "fix", "--fix", offer.fix.id, "--yes")
        print("\n".join(command_lines(command, self.paint)))

    def _confirmed(self, seen: Review, offer: Offer) -> bool:
        if not sys.stdin.isatty():
            print("Nothing was changed. There is no terminal to ask on; to apply it:")
            self._say_how_to_apply(seen, offer)
            return False
        if _agreed():
            return True
        self.say_what_was_changed()
        others = list(alternatives(offer))
        if others:
            print("Another way:" if len(others) == 1 else "Other ways:")
        for fix in others:
            print(wrapped(f"  {Redactor(seen.machine).text(fix.title)}", indent="    "))
            command = command_again(self.given, seen.machine, "fix", "--fix", fix.id)
            print(f"    {self.paint('bold', command)}")
        return False

    def _apply(self, seen: Review, offer: Offer, journal: Journal) -> Entry | None:
        try:
            return apply_fix(offer.fix.fix, seen.machine, journal, _occasion(seen, offer))
        except FixRefusedError as error:
            said = Redactor(seen.machine).text(str(error))
            print(f"billing-lens: not applied: {said}", file=sys.stderr)
            return None

    def _look_again(self, entry: Entry, journal: Journal) -> Review:
        """Say and keep who pays now, as the disk has it, and return that look."""
        seen = review_of(self.given)
        redact = Redactor(seen.machine).text
        done = self.paint("bold green", "Applied.")
        print(wrapped(f"{done} {redact(payment_sentence(seen, 'now', 'still not as expected'))}."))
        print(f"Undo it with: {self.paint('bold', self._undo(seen, entry))}\n", flush=True)
        try:
            note_outcome(entry, journal, redact(seen.route.label), as_expected=seen.as_expected)
        except FixRefusedError as error:
            print(f"billing-lens: the outcome was not kept: {error}", file=sys.stderr)
        return seen

    def _undo(self, seen: Review, entry: Entry) -> str:
        return undo_command(self.given, seen.machine, entry.id)

    def _stop_without_progress(self, seen: Review, offer: Offer) -> int:
        entry = next(entry for entry in self.applied if entry.fix == offer.fix.id)
        text = (
            f"Stopped: '{offer.fix.id}' was applied, yet the same change is called for again, "
            "so it does not help here. You can take it back:"
        )
        print(wrapped(text))
        print(f"  {self.paint('bold', self._undo(seen, entry))}")
        return NOT_DONE

    def _conclude(self, seen: Review) -> int:
        if seen.as_expected is False:
            return self._give_up(seen)
        if not self.applied:
            payment = Redactor(seen.machine).text(describe_payment(seen.route))
            print(f"Nothing to put right: Claude Code {payment}.")
        else:
            print(f"{self.paint('green', self._summary(seen))}.")
        left = [] if self.given.rule else list(needed(seen, None))
        if left:
            findings = "1 finding remains" if len(left) == 1 else f"{len(left)} findings remain"
            print(f"{findings}; see {self.paint('bold', 'billing-lens check')}.")
        return DONE

    def _summary(self, seen: Review) -> str:
        """Return how it ended, and how many changes offered on the way are not needed any more."""
        applied = {entry.fix for entry in self.applied}
        spared = len(self.offered - applied - set(_ids(seen, None)))
        if spared == 0:
            return "Nothing more to put right"
        verdict = "As expected now" if seen.as_expected else "Nothing more to put right"
        others = (
            "1 other offered change is" if spared == 1 else f"{spared} other offered changes are"
        )
        return f"{verdict}; {others} no longer needed"

    def _give_up(self, seen: Review) -> int:
        redact = Redactor(seen.machine).text
        print(wrapped(f"{redact(payment_sentence(seen, 'still'))}."))
        if self.given.yes and not self.given.fix and self._best(seen):
            print("No single change puts it right. Without --yes you can go step by step.")
        commands = _commands(seen)
        if commands:
            print("Run this yourself:" if len(commands) == 1 else "Run these yourself:")
        for command in commands:
            print(f"  {self.paint('bold', redact(command.run))}")
            print(wrapped(f"      {redact(command.purpose)}", indent="      "))
        print(f"See {self.paint('bold', 'billing-lens check')} for all that was found.")
        return NOT_DONE

    def say_what_was_changed(self) -> None:
        """Say what this run changed, as the journal has it: an interrupt comes at any time."""
        entries = list(self.journal.entries()) if self.journal else []
        ours = [entry for entry in entries if entry.id not in self.known]
        kept = [entry for entry in ours if entry.state != "undone"]
        if not kept:
            print("Nothing was changed.")
            return
        print("Nothing more was changed. Applied before, newest first:")
        home = ["--home", str(self.given.home)] if self.given.home else []
        for entry in reversed(kept):
            command = shlex.join(["billing-lens", "undo", entry.id, *home])
            print(f"  {entry.title}; undo it with:\n    {self.paint('bold', command)}")


def _agreed() -> bool:
    try:
        return input("Apply this? [y/N] ").strip().lower() in ("y", "yes")
    except EOFError:
        print()
        return False


def _ids(seen: Review, rule: str | None) -> list[str]:
    """Return the changes offered for what matters, without those that help nobody."""
    return [
        fix.id
        for found in needed(seen, rule)
        for fix in found.fixes
        if works_for_somebody(fix) and not changes_the_expectation(fix)
    ]


def _occasion(seen: Review, offer: Offer) -> Occasion:
    """Return what the journal keeps about a change; its texts hold no secret."""
    redact = Redactor(seen.machine).text
    finding = offer.found.finding
    place = finding.place
    texts = (place.path, place.pointer, place.variable)
    path, pointer, variable = (redact(text) if text else text for text in texts)
    return Occasion(
        rule=finding.rule,
        title=redact(offer.fix.fix.title),
        finding=KeptFinding(redact(finding.message), path, pointer, variable),
        mode=seen.route.mode.value,
        before_route=redact(seen.route.label),
        promised_route=redact(offer.fix.resulting.label),
    )


def _commands(seen: Review) -> list[Command]:
    """Return what to run for the findings that are serious, the worst first, each once."""
    serious = (
        found.finding
        for found in seen.findings
        if found.finding.severity.rank <= Severity.WARNING.rank
    )
    return list(dict.fromkeys(command for finding in serious for command in finding.commands))
