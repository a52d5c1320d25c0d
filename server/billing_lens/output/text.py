"""What ``status`` says in a terminal: who pays and why, every credential, and the next step."""

from __future__ import annotations

from collections.abc import Iterator

from billing_lens.billing.credential import Credential, State, label_of
from billing_lens.billing.expectation import is_as_expected
from billing_lens.billing.history import describe_account
from billing_lens.billing.route import Route
from billing_lens.billing.runs import SeenFrom, described_mode, payer_of
from billing_lens.billing.sources import Billing, Source
from billing_lens.output.findings_text import (
    SEVERITY_STYLES,
    count_text,
    is_hint,
    left_out_lines,
)
from billing_lens.output.places_text import Again, command_lines, files_lines, place_text
from billing_lens.output.redaction import Redactor
from billing_lens.output.terminal import Screen, printable
from billing_lens.review import Review, ReviewedFinding

_MARKS = {
    State.ACTIVE: ("✓", "bold"),
    State.ALSO_SENT: ("+", "yellow"),
    State.SHADOWED: ("-", "dim"),
    State.UNUSABLE: ("✗", "dim"),
    State.IGNORED: ("·", "dim"),
}
_LABEL_COLUMNS = 12
"""How far the text beside "  why" and the like is indented."""


def status_text(review: Review, screen: Screen, again: Again, *, verbose: bool = False) -> str:
    """Return who pays and why, every source in order, and the next command to run.

    Findings that change nothing now and the files looked at only when `verbose`.
    """
    return "\n".join(_Status(review, screen).lines(again, verbose=verbose))


def verdict_text(review: Review, screen: Screen) -> str:
    """Return the one line that says who pays and whether that is as expected."""
    return "\n".join(_Status(review, screen).verdict())


def headline(route: Route) -> str:
    """Return how the line that says who pays begins."""
    return "Claude Code bills" if route.billing is not Billing.NONE else "Claude Code:"


class _Status:
    def __init__(self, review: Review, screen: Screen) -> None:
        self.review = review
        self.screen = screen
        self.paint = screen.paint
        self.redactor = Redactor(review.machine)

    def safe(self, text: str) -> str:
        """Return a text that may hold what foreign files say."""
        return printable(self.redactor.text(text))

    def lines(self, again: Again, *, verbose: bool) -> Iterator[str]:
        yield from self.verdict()
        for label, text in self._facts():
            yield from self._fact(label, text)
        yield ""
        if self.review.route.credentials:
            yield "Credentials, the one that comes first on top:"
        for credential in self.review.route.credentials:
            yield from self._credential(credential)
        yield ""
        if verbose:
            yield from files_lines(self.review.machine, self.screen)
        yield from self._summary(again, verbose=verbose)

    def verdict(self) -> Iterator[str]:
        route, seen = self.review.route, self.review.as_expected
        verdict = {True: " (as expected)", False: " (NOT as expected)", None: ""}[seen]
        style = {True: "bold green", False: "bold red", None: "bold"}[seen]
        label = self.paint(style, self.safe(route.label) + verdict)
        yield from self.screen.prose(f"{headline(route)} {label}", "  ")

    def _fact(self, label: str, text: str) -> Iterator[str]:
        lead = f"  {label}".ljust(_LABEL_COLUMNS)
        yield from self.screen.prose(text, " " * _LABEL_COLUMNS, lead)

    def _facts(self) -> Iterator[tuple[str, str]]:
        """Yield what there is to say about the route, each with its label."""
        review, route = self.review, self.review.route
        yield "why", self.safe(route.reason)
        if route.works is False:
            yield "works", self.paint("red", "no")
        expected = review.expected
        if expected and review.as_expected is False:
            yield "expected", self.safe(f"{expected.label} (from {expected.origin})")
        if route.host:
            host = self.paint("yellow", self.safe(route.host))
            yield "host", f"{host} (ANTHROPIC_BASE_URL)"
        if route.email:
            yield "account", self.safe(route.email)
        if review.machine.in_ci:
            yield "mode", "headless, in a job of CI"
        else:
            yield "mode", f"{route.mode.value}; {self.safe(_other_mode(review))}"
        for label, text in _environments(review):
            yield label, self.safe(text)
        change = review.last_account_change
        if change:
            before, after = describe_account(change.before), describe_account(change.after)
            yield "changed", self.safe(f"after {change.at.date()}, from {before} to {after}")
        yield "version", review.machine.version.label

    def _credential(self, credential: Credential) -> Iterator[str]:
        mark, style = _MARKS[credential.state]
        organization = credential.organization
        whose = f" of organization {organization.id}" if organization else ""
        text = self.safe(f"{label_of(credential)}{whose}")
        yield from self._styled(f"{mark} {text}", style, "  ")
        where = self.redactor.text(place_text(self.review.machine, credential.place, self.screen))
        if where:
            yield self.paint("dim", f"    {where}")
        if credential.state is not State.ACTIVE:
            yield from self._styled(f"    {self.safe(credential.reason)}", "dim", "    ")

    def _styled(self, text: str, style: str, indent: str) -> Iterator[str]:
        for line in self.screen.prose(text, indent):
            yield self.paint(style, line)

    def _summary(self, again: Again, *, verbose: bool) -> Iterator[str]:
        review = self.review
        findings = [found for found in review.findings if verbose or not is_hint(found)]
        if findings:
            yield from self._findings(findings, again)
        elif review.route.source is Source.NONE:
            yield f"Run {self.paint('bold', 'claude auth login')} to log in."
        elif is_as_expected(review.other, review.expected) is False:
            runs = described_mode(review.other.mode)
            text = f"Mind that {runs} bill {self.safe(review.other.label)}."
            yield from self._styled(text, "yellow", "")
        else:
            yield self.paint("green", "Nothing to put right.")
        yield from left_out_lines(review, self.screen)

    def _findings(self, findings: list[ReviewedFinding], again: Again) -> Iterator[str]:
        for found in findings:
            finding = found.finding
            level = self.paint(SEVERITY_STYLES[finding.severity], f"{finding.severity.value:7}")
            rule = self.screen.links.to(found.rule.documentation, finding.rule)
            where = place_text(self.review.machine, finding.place, self.screen)
            yield f"{level} {rule}"
            if where:
                yield f"        {self.redactor.text(where)}"
        yield f"{count_text(findings)}. To see the text to blame:"
        yield from command_lines(again("check"), self.paint)
        if any(found.fixes for found in findings):
            yield "To put it right, one change at a time:"
            yield from command_lines(again("fix"), self.paint)


def _other_mode(review: Review) -> str:
    other, route = review.other, review.route
    if (other.label, other.source) == (route.label, route.source):
        return f"the same in {described_mode(other.mode)}"
    return f"{described_mode(other.mode)} bill {other.label}"


def _environments(review: Review) -> Iterator[tuple[str, str]]:
    """Yield a label and words for each other environment that pays differently."""
    for seen in review.environments:
        if seen.name == "terminal" or not _is_paid_differently(seen, review.route):
            continue
        label = "editor" if seen.name.startswith("editor") else "elsewhere"
        yield label, f"{seen.label} bills {seen.route.label}"


def _is_paid_differently(seen: SeenFrom, usual: Route) -> bool:
    """Whether an environment is worth a line; of what the project declares little is known."""
    if not seen.declared:
        return seen.route.label != usual.label
    is_paid = seen.route.billing is not Billing.NONE
    return is_paid and not payer_of(seen.route).may_be(payer_of(usual))
