"""What a rule is, what it is given, and what it finds."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from msgspec import Struct

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

    def severity_of(self, credential: Credential) -> Severity:
        """Return how bad a wrong `credential` is: it pays, pays in another run, or is unused."""
        if _pays(self.route, credential):
            return Severity.ERROR
        elsewhere = any(_pays(route, credential) for route in self.routes)
        return Severity.WARNING if elsewhere else Severity.HINT


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

    rule: str
    severity: Severity
    message: str
    place: Place
    related: tuple[Related, ...] = ()
    fixes: tuple[Fix, ...] = ()
    commands: tuple[Command, ...] = ()
    """What only a person can do: log out, unset a variable of the shell, change a file's mode."""
    leftover: bool = False


Check = Callable[[Machine, Verdict], Iterator[Finding]]


class Rule(Struct, frozen=True):
    """A rule: `severity` is the worst it can report, `evidence` the issues and cases behind it."""

    id: str
    severity: Severity
    evidence: tuple[str, ...]
    versions: Versions
    summary: str
    check: Check
    explains_route: bool = False
    """Whether it says why the wrong one pays; such findings come before those on details."""
    reads_text: bool = False
    """Whether it looks at the texts themselves; who pays has no part in what it finds then."""

    @property
    def documentation(self) -> str:
        """The address of the rule's page."""
        return f"{DOCUMENTATION}/{self.id}.md"


RULES: dict[str, Rule] = {}


def rule(
    identifier: str,
    *,
    severity: Severity,
    evidence: tuple[str, ...],
    versions: str = "",
    explains_route: bool = False,
    reads_text: bool = False,
) -> Callable[[Check], Check]:
    """Register a check as the rule `identifier`; its docstring's first line is the summary."""

    def register(check: Check) -> Check:
        summary = (check.__doc__ or "").partition("\n")[0]
        RULES[identifier] = Rule(
            identifier,
            severity,
            evidence,
            Versions(versions),
            summary,
            check,
            explains_route,
            reads_text,
        )
        return check

    return register
