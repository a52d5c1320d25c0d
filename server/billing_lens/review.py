"""From a machine to all that is said about it: the one call that output, lsp and cli make."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cached_property

from msgspec import Struct
from msgspec.structs import replace

from billing_lens.billing.editor_runs import environments
from billing_lens.billing.expectation import Expectation, Wish, expectation, is_as_expected
from billing_lens.billing.history import AccountChange, last_account_change
from billing_lens.billing.place import Place
from billing_lens.billing.route import Route, resolve_route
from billing_lens.billing.runs import SeenFrom
from billing_lens.billing.sources import Billing
from billing_lens.config.file import ConfigFile
from billing_lens.config.kinds import Kind
from billing_lens.fixes.fix import Fix, Safety, simulate
from billing_lens.machine.machine import Machine, Mode
from billing_lens.rules import RULES, Finding, Rule, Verdict
from billing_lens.wishes.file_wishes import Severities
from billing_lens.wishes.own_files import own_files_of, trusts
from billing_lens.wishes.store import WishStore
from billing_lens.wishes.wanted import Wanted, wanted_of

_ORDER = {rule: index for index, rule in enumerate(RULES)}


class OfferedFix(Struct, frozen=True):
    """A fix with the route it leads to, found by simulation."""

    fix: Fix
    resulting: Route
    reaches: bool
    """Whether the resulting route works and pays as expected."""

    @property
    def id(self) -> str:
        """What ``--fix`` takes."""
        return self.fix.id

    @property
    def title(self) -> str:
        """What is done and who pays then: "Retire profile 'default': bills Claude Max 20x"."""
        return f"{self.fix.title}: {describe_payment(self.resulting)}"

    @property
    def safety(self) -> Safety:
        """Safe when it changes nothing but who pays, and the right one pays afterwards."""
        return Safety.SAFE if self.reaches and not self.fix.changes_more else Safety.UNSAFE


class ReviewedFinding(Struct, frozen=True):
    """A finding with its fixes simulated, the best first."""

    finding: Finding
    fixes: tuple[OfferedFix, ...]

    @property
    def rule(self) -> Rule:
        """The rule that found it."""
        return RULES[self.finding.rule]


class Review(Struct, frozen=True, dict=True):
    """One machine looked at in one mode."""

    machine: Machine
    route: Route
    other: Route
    expected: Expectation | None
    findings: tuple[ReviewedFinding, ...]
    environments: tuple[SeenFrom, ...]
    """The route as the terminal, the editor and what the project declares see it."""
    wanted: Wanted = Wanted()
    suppressed: int = 0
    """How many findings the user's preferences leave out."""

    @property
    def as_expected(self) -> bool | None:
        """Whether the right one pays; None when nothing is expected."""
        return is_as_expected(self.route, self.expected)

    @cached_property
    def last_account_change(self) -> AccountChange | None:
        """When the organization or the plan last changed, as the backups show."""
        return last_account_change(self.machine)

    @cached_property
    def offered(self) -> tuple[OfferedFix, ...]:
        """Every different fix that is offered, the best first."""
        unique = {offer.id: offer for finding in self.findings for offer in finding.fixes}
        return tuple(sorted(unique.values(), key=_preference))


def review(
    machine: Machine,
    mode: Mode,
    wish: Wish | None = None,
    severities: Severities | None = None,
    store: WishStore | None = None,
) -> Review:
    """Return who pays on `machine`, whether that is as expected, and what can be done.

    `wish` and `severities`, of the command line or the editor, come before ``config.toml``, and
    that before the team's policy. In CI the policy comes first, and a person's preferences do not
    count. What both files wish is remembered in `store`.
    """
    own_files = own_files_of(machine, store)
    wanted = wanted_of(own_files, wish, severities or {}, in_ci=machine.in_ci)
    verdict = _verdict(machine, mode, expectation(machine, wanted.wish, wanted.of_team))
    verdict = replace(verdict, declared=_declared(machine), own_files=own_files)
    simulated: dict[str, OfferedFix | None] = {}
    findings = tuple(
        ReviewedFinding(finding, tuple(_offers(machine, finding, verdict, simulated)))
        for finding in _findings(machine, verdict)
    )
    ordered = _in_order(it for found in findings if (it := _as_wanted(found, wanted)))
    return Review(
        machine,
        verdict.route,
        verdict.other,
        verdict.expected,
        ordered,
        (*verdict.environments, *verdict.declared),
        wanted,
        suppressed=len(findings) - len(ordered),
    )


def reviewed_while_typing(before: Review, machine: Machine, path: str) -> Review | None:
    """Return the findings of a machine of which nothing changed but the open text at `path`.

    While one types, a text mostly means what it meant, and then only the rules that look at texts
    can find something else. The fixes stay those of `before` and do not fit the text any more. None
    where only a whole `review` can tell.
    """
    was, now = before.machine.file(path), machine.file(path)
    if was is None or now is None or not now.means_the_same_as(was, machine.version.numbers):
        return None
    own_files = before.wanted.files
    # Whether the team's policy counts is for the state file to say.
    has_say = was.kind is Kind.CLAUDE_STATE and own_files.policy
    if has_say and trusts(machine, has_say) != own_files.trusts_policy:
        return None
    kept = [
        found
        for found in before.findings
        if not found.rule.reads_text or found.finding.place.path != path
    ]
    marked = (it for found in kept for it in (found.finding, *found.finding.related))
    places = [it.place for it in marked if it.place.path == path]
    if places and (was.is_broken or not all(_still_stands(place, now) for place in places)):
        return None
    verdict = Verdict(before.route, before.other, before.expected)
    alone = replace(machine, files={path: now})
    anew = [
        ReviewedFinding(finding, ())
        for rule in RULES.values()
        for finding in (rule.findings(alone, verdict) if rule.reads_text else ())
        if finding.place.path == path
    ]
    wanted = [it for found in anew if (it := _as_wanted(found, before.wanted))]
    return replace(before, machine=machine, findings=_in_order([*kept, *wanted]))


def _verdict(machine: Machine, mode: Mode, expected: Expectation | None) -> Verdict:
    """Return who pays in both modes and from the editor; in CI, where nobody sits, in one mode."""
    route = resolve_route(machine, mode)
    other = route if machine.in_ci else resolve_route(machine, mode.other)
    return Verdict(route, other, expected, environments(machine, (route, other)))


def _findings(machine: Machine, verdict: Verdict) -> tuple[Finding, ...]:
    """Return what all rules find; those about what is left over come last and see the others'."""
    found: tuple[Finding, ...] = ()
    for residual in (False, True):
        so_far = replace(verdict, findings=found)
        rules = (rule for rule in RULES.values() if rule.residual is residual)
        found += tuple(it for rule in rules for it in rule.findings(machine, so_far))
    return found


def _declared(machine: Machine) -> tuple[SeenFrom, ...]:
    """Return the runs that the project's files declare; few projects have such files."""
    if not any(file.mentions_claude for file in machine.files.values()):
        return ()
    from billing_lens.billing.declared_runs import declared_environments  # noqa: PLC0415

    return declared_environments(machine)


def _still_stands(place: Place, file: ConfigFile) -> bool:
    return place.span is None and file.document.node(place.pointer or "") is not None


def _in_order(findings: Iterable[ReviewedFinding]) -> tuple[ReviewedFinding, ...]:
    """Return the worst first; among equals why the wrong one pays, then the rules' own order."""

    def key(found: ReviewedFinding) -> tuple[int, bool, int]:
        return found.finding.severity.rank, not found.rule.explains_route, _ORDER[found.rule.id]

    return tuple(sorted(findings, key=key))


def _as_wanted(found: ReviewedFinding, wanted: Wanted) -> ReviewedFinding | None:
    """Return a finding as severe as it is wanted, None when it is not wanted at all."""
    finding = found.finding
    severity = wanted.severity_of(finding.rule, finding.severity)
    if finding.rule == "invalid-config" and _is_ours(finding.place, wanted):
        severity = finding.severity
    return replace(found, finding=replace(found.finding, severity=severity)) if severity else None


def _is_ours(place: Place, wanted: Wanted) -> bool:
    """Whether it is in a file of ours: what is wrong with the wishes cannot be wished away."""
    return any(own.file.path == place.path for own in wanted.files)


def _offers(
    machine: Machine, finding: Finding, verdict: Verdict, known: dict[str, OfferedFix | None]
) -> Iterator[OfferedFix]:
    for fix in finding.fixes:
        if fix.id not in known:
            known[fix.id] = _offer(machine, fix, verdict)
    offers = [offer for fix in finding.fixes if (offer := known[fix.id])]
    yield from sorted(offers, key=_preference)


def _offer(machine: Machine, fix: Fix, verdict: Verdict) -> OfferedFix | None:
    """Return `fix` with its outcome; None when it would not change who pays although it should.

    It reaches its aim when the right one pays afterwards and, where that was so before, when fewer
    other runs are wrong than before.
    """
    after = _verdict(simulate(fix, machine), verdict.route.mode, verdict.expected)
    before_and_after = zip(_runs(verdict), _runs(after), strict=False)
    changes = any((it.label, it.place) != (was.label, was.place) for was, it in before_and_after)
    right = after.as_expected is not False and after.route.works is not False
    was_right = verdict.as_expected is not False and verdict.route.works is not False
    helps = not was_right or not _wrong(verdict) or _wrong(after) < _wrong(verdict)
    return OfferedFix(fix, after.route, right and helps) if changes or right else None


def _runs(verdict: Verdict) -> tuple[Route, ...]:
    return (verdict.route, verdict.other, *(seen.route for seen in verdict.environments))


def _wrong(verdict: Verdict) -> int:
    return sum(is_as_expected(route, verdict.expected) is False for route in _runs(verdict))


def _preference(offer: OfferedFix) -> tuple[bool, int, str]:
    return (not offer.reaches, offer.fix.effort, offer.id)


def describe_payment(route: Route) -> str:
    """Return who pays in a few words that can follow a colon: "bills Claude Max 20x"."""
    if route.billing is Billing.NONE:
        return "nobody is billed, as nobody is logged in"
    failing = ", which does not work" if route.works is False else ""
    return f"bills {route.label}{failing}"
