"""What ``check`` says in a terminal: each finding on its text, its proof, and what to do."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from billing_lens.billing.place import Place, locate
from billing_lens.output.excerpt import excerpt, excerpt_lines
from billing_lens.output.places_text import Again, command_lines, files_lines, place_text
from billing_lens.output.redaction import Redactor
from billing_lens.output.terminal import Screen, printable
from billing_lens.review import Review, ReviewedFinding, describe_payment
from billing_lens.rules import Related
from billing_lens.text.positions import PositionEncoding
from billing_lens.wishes.severity import Severity

SEVERITY_STYLES = {
    Severity.ERROR: "bold red",
    Severity.WARNING: "bold yellow",
    Severity.INFO: "bold blue",
    Severity.HINT: "bold cyan",
}
_INDENT = "     "
"""As wide as "fix: "."""


def check_text(review: Review, screen: Screen, again: Again, *, verbose: bool = False) -> str:
    """Return every finding with its text, proof and fixes, and the next command to run.

    Hints, which are about what changes nothing now, and the files looked at only when `verbose`.
    """
    writer = _Writer(review, screen)
    shown = [found for found in review.findings if verbose or not is_hint(found)]
    lines = [line for found in shown for line in writer.finding(found)]
    if verbose:
        lines += files_lines(review.machine, screen)
    lines += writer.summary(shown, again)
    return "\n".join(lines)


def concise_text(review: Review, screen: Screen, findings: Iterable[ReviewedFinding]) -> str:
    """Return one line a finding, ``path:line:column: severity[rule] message``."""
    writer = _Writer(review, screen)
    return "\n".join(line for found in findings for line in writer.concise(found))


def is_hint(found: ReviewedFinding) -> bool:
    """Return whether it is about something that changes nothing now."""
    return found.finding.severity is Severity.HINT


def count_text(findings: Iterable[ReviewedFinding]) -> str:
    """Return "3 errors, 1 warning", the worst first."""
    counts = Counter(found.finding.severity for found in findings)
    words = {Severity.INFO: "remark"}
    return ", ".join(
        f"{counts[level]} {words.get(level, level.value)}{'' if counts[level] == 1 else 's'}"
        for level in Severity
        if counts[level]
    )


def left_out_lines(review: Review, screen: Screen) -> Iterator[str]:
    """Yield that there are findings the user does not want to see."""
    if review.suppressed:
        text = f"{review.suppressed} left out, as your preferences say."
        yield screen.paint("dim", text)


class _Writer:
    """Writes findings, and remembers what it has shown: nothing is shown twice."""

    def __init__(self, review: Review, screen: Screen) -> None:
        self.review = review
        self.screen = screen
        self.paint = screen.paint
        self.redactor = Redactor(review.machine)
        self.shown = set[object]()

    def safe(self, text: str) -> str:
        """Return a text that may hold what foreign files say."""
        return printable(self.redactor.text(text))

    def heading(self, found: ReviewedFinding) -> str:
        finding, paint = found.finding, self.paint
        rule = self.screen.links.to(found.rule.documentation, finding.rule)
        level = paint(SEVERITY_STYLES[finding.severity], finding.severity.value)
        return f"{level}[{rule}] {paint('bold', self.safe(finding.message))}"

    def concise(self, found: ReviewedFinding) -> Iterator[str]:
        place = place_text(self.review.machine, found.finding.place, self.screen)
        lead = f"{self.redactor.text(place)}: "
        yield from self.screen.prose(self.heading(found), "    ", lead)

    def finding(self, found: ReviewedFinding) -> Iterator[str]:
        finding = found.finding
        style = SEVERITY_STYLES[finding.severity]
        yield from self.screen.prose(self.heading(found), "    ")
        yield from self._place(finding.place, style, "^")
        for related in finding.related:
            yield from self._note(related)
        for offer in found.fixes:
            if not self._is_new(offer.id):
                continue
            marker = "fix:" if offer.reaches else " or:"
            lead = f"{self.paint('green', marker)} "
            yield from self.screen.prose(self.safe(offer.title), _INDENT, lead)
            yield _INDENT + self.paint("dim", f"--fix {self.safe(offer.id)}")
        for command in finding.commands:
            yield f"{self.paint('green', 'run:')} {self.paint('bold', self.safe(command.run))}"
            yield from self.screen.prose(self.safe(command.purpose), _INDENT, _INDENT)
        yield ""

    def _note(self, related: Related) -> Iterator[str]:
        lead = f"{self.paint('bold', 'note:')} "
        yield from self.screen.prose(self.safe(related.message), "      ", lead)
        yield from self._place(related.place, "cyan", "-")

    def _place(self, place: Place, style: str, sign: str) -> Iterator[str]:
        machine, paint = self.review.machine, self.paint
        where = place_text(machine, place, self.screen)
        if where:
            yield f"  {paint('blue', '-->')} {self.redactor.text(where)}"
        located = locate(machine, place, PositionEncoding.UTF8)
        file = machine.file(located.path) if located else None
        if located is None or file is None or not file.exists or not self._is_new(located):
            return
        line = excerpt(file.buffer, located.range, self.redactor)
        if line:
            lines = excerpt_lines(line, self.screen.source_width - 2, paint, style, sign)
            yield from (f"  {text}" for text in lines)

    def _is_new(self, thing: object) -> bool:
        is_new = thing not in self.shown
        self.shown.add(thing)
        return is_new

    def summary(self, shown: list[ReviewedFinding], again: Again) -> Iterator[str]:
        hidden = len(self.review.findings) - len(shown)
        if shown:
            yield from self.screen.prose(f"{count_text(shown)}.")
            yield from self._next_step(shown, again)
        else:
            payment = self.safe(describe_payment(self.review.route))
            nothing = self.paint("green", "No findings.")
            yield from self.screen.prose(f"{nothing} Claude Code: {payment}.")
        if hidden:
            plural = "hint" if hidden == 1 else "hints"
            text = f"{hidden} {plural} on what changes nothing now; --verbose shows them."
            yield from self.screen.prose(self.paint("dim", text))
        yield from left_out_lines(self.review, self.screen)

    def _next_step(self, shown: list[ReviewedFinding], again: Again) -> Iterator[str]:
        serious = [found for found in shown if not is_hint(found)]
        if any(found.fixes for found in serious):
            yield "To put it right, one change at a time:"
            yield from command_lines(again("fix"), self.paint)
        elif shown:
            yield "What a finding means and what to do:"
            yield f"  {self.paint('bold', f'billing-lens rules {shown[0].finding.rule}')}"
