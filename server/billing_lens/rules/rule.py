"""What a rule is, what it is given, and what it finds."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from msgspec import Struct
from msgspec.structs import replace

from billing_lens.billing.credential import Credential, State
from billing_lens.billing.expectation import Expectation, is_as_expected
from billing_lens.billing.place import Place
from billing_lens.billing.route import Route
from billing_lens.billing.runs import SeenFrom
from billing_lens.fixes.fix import Fix
from billing_lens.machine.machine import Machine
from billing_lens.machine.version import Versions
from billing_lens.wishes.own_files import OwnFiles
from billing_lens.wishes.severity import Severity

CLAUDE_CODE = "anthropics/claude-code"
DOCUMENTATION = "https://github.com/billing-lens/billing-lens/blob/main/docs/rules"


class Verdict(Struct, frozen=True):
    """The routes of one machine against what is expected. `route` is of the mode asked for."""

    route: Route
    other: Route
    expected: Expectation | None
    environments: tuple[SeenFrom, ...] = ()
    """The routes as the terminal and the editor see them."""
    declared: tuple[SeenFrom, ...] = ()
    """The routes of the CI jobs, dev containers and services that the project's files declare."""
    own_files: OwnFiles = OwnFiles()
    """What the user's ``config.toml`` and the team's policy wish."""
    findings: tuple[Finding, ...] = ()
    """What the other rules found, for the rules about what is left over; empty for the others."""

    @property
    def routes(self) -> tuple[Route, ...]:
        """Every different run on this machine, the one asked for first."""
        seen = (seen.route for seen in self.environments)
        return tuple(dict.fromkeys((self.route, self.other, *seen)))

    @property
    def wrong_routes(self) -> tuple[Route, ...]:
        """The runs that are not paid as expected, the one asked for first."""
        return tuple(
            route for route in self.routes if is_as_expected(route, self.expected) is False
        )

    @property
    def as_expected(self) -> bool | None:
        """Whether the right one pays; None when nothing is expected."""
        return is_as_expected(self.route, self.expected)

    def runs_paid_by(self, credential: Credential) -> tuple[Route, ...]:
        """Return the runs in which the credential standing at the same place is in charge."""
        return tuple(route for route in self.routes if _pays(route, credential))

    def severity_of(self, credential: Credential) -> Severity:
        """Return how bad a wrong `credential` is: it pays, pays in another run, or is unused."""
        runs = self.runs_paid_by(credential)
        if self.route in runs:
            return Severity.ERROR
        return Severity.WARNING if runs else Severity.HINT

    def is_explained(self, route: Route) -> bool:
        """Return whether one of `findings` says why the wrong one pays in a run, or nobody."""
        return any(route in found.explains for found in self.findings)


def _pays(route: Route, credential: Credential) -> bool:
    """Whether the credential standing at the same place is in charge."""
    return any(
        candidate.state is State.ACTIVE
        and candidate.place == credential.place
        and candidate.source is credential.source
        for candidate in route.credentials
    )


class Related(Struct, frozen=True):
    """A place that proves a finding, and what it shows."""

    place: Place
    message: str


class Command(Struct, frozen=True):
    """What to run where no edit of a file can help. `purpose` says what it does, as a sentence."""

    run: str
    purpose: str


class Finding(Struct, frozen=True):
    """One rule's verdict at one place. `leftover` marks text that changes nothing (any more)."""

    severity: Severity
    message: str
    place: Place
    related: tuple[Related, ...] = ()
    fixes: tuple[Fix, ...] = ()
    commands: tuple[Command, ...] = ()
    """What only a person can do: log out, unset a variable of the shell, change a file's mode."""
    leftover: bool = False
    explains: tuple[Route, ...] = ()
    """The runs of which this says why the wrong one pays, or nobody."""
    rule: str = ""
    """The id of its rule; `Rule.findings` fills it in."""


Check = Callable[[Machine, Verdict], Iterator[Finding]]


class Rule(Struct, frozen=True):
    """A rule: `severity` is the worst it can report, `evidence` the issues and cases behind it."""

    id: str
    severity: Severity
    evidence: tuple[str, ...]
    versions: Versions
    summary: str
    check: Check
    explains_route: bool
    """Whether it says why the wrong one pays; such findings come before those on details."""
    reads_text: bool
    """Whether it looks at the texts themselves; who pays has no part in what it finds then."""
    residual: bool
    """Whether it is about what no other rule explains, and so has to see their findings."""

    @property
    def documentation(self) -> str:
        """The address of the rule's page."""
        return f"{DOCUMENTATION}/{self.id}.md"

    def findings(self, machine: Machine, verdict: Verdict) -> Iterator[Finding]:
        """Yield what it finds, under its id; nothing in a version that it is not about."""
        if machine.version in self.versions:
            for found in self.check(machine, verdict):
                yield replace(found, rule=self.id)


RULES: dict[str, Rule] = {}
"""Every rule by its id; importing the package `billing_lens.rules` fills it."""


def rule(  # noqa: PLR0913 all that a rule says of itself
    identifier: str,
    *,
    severity: Severity,
    evidence: tuple[str, ...],
    versions: str = "",
    explains_route: bool = False,
    reads_text: bool = False,
    residual: bool = False,
) -> Callable[[Check], Check]:
    """Register a check as the rule `identifier`; its docstring's first line is the summary.

    `evidence` names recorded cases ("sub+apikey") and issues, of Claude Code itself as "#1740".
    """

    def register(check: Check) -> Check:
        summary = (check.__doc__ or "").partition("\n")[0]
        RULES[identifier] = Rule(
            identifier,
            severity,
            tuple(f"{CLAUDE_CODE}{it}" if it.startswith("#") else it for it in evidence),
            Versions(versions),
            summary,
            check,
            explains_route,
            reads_text,
            residual,
        )
        return check

    return register
