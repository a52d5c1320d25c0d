"""Which change `fix` offers next."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from msgspec import Struct

from billing_lens.billing.place import Place
from billing_lens.billing.route import Route
from billing_lens.billing.sources import Billing
from billing_lens.fixes.fix import Safety
from billing_lens.fixes.journal import Entry, KeptFinding
from billing_lens.review import OfferedFix, Review, ReviewedFinding
from billing_lens.wishes.severity import Severity


class Offer(Struct, frozen=True):
    """A change with the finding that calls for it."""

    found: ReviewedFinding
    fix: OfferedFix

    @property
    def is_safe(self) -> bool:
        """Whether the right one pays after it."""
        return self.fix.safety is Safety.SAFE


Payer = tuple[str, Place | None]


def payer_of(route: Route) -> Payer:
    """Return who pays and by which credential: two keys can have the same label."""
    return route.label, route.place


def needed(seen: Review, rule: str | None) -> Iterator[ReviewedFinding]:
    """Yield the findings that matter; leftovers, which change nothing, when their rule is named."""
    for found in seen.findings:
        matters = found.finding.severity is not Severity.HINT or rule is not None
        if matters and rule in (None, found.finding.rule):
            yield found


def still_needed(seen: Review, rule: str | None, applied: Sequence[Entry]) -> list[ReviewedFinding]:
    """Return the findings to put right after what was `applied` in this run.

    Once the right one pays, leftovers are left alone, and what a change was made for already is
    not escalated to the next, harsher one.
    """
    found = list(needed(seen, rule))
    if not applied or seen.as_expected is False:
        return found
    treated = [(entry.rule, entry.finding and place_of(entry.finding)) for entry in applied]
    return [
        one
        for one in found
        if one.finding.severity is not Severity.HINT
        and (one.finding.rule, place_of(one.finding.place)) not in treated
    ]


def place_of(place: Place | KeptFinding) -> tuple[str | None, str | None, str | None]:
    """Return a place as it can be compared with that of an earlier look."""
    return place.path, place.pointer, place.variable


def next_offer(
    seen: Review, findings: Sequence[ReviewedFinding], payers: Collection[Payer]
) -> Offer | None:
    """Return the change to offer: the first safe one, a step on the way, or what needs a yes.

    A step on the way is unsafe: another wrong one pays after it. It is worth a step only when
    Claude Code works after it and when nobody of `payers`, who were in charge before, pays again.
    What changes more than who pays is offered last, as long as the right one pays after it.
    """
    offers = [
        Offer(found, fix)
        for found in findings
        for fix in found.fixes
        if not changes_the_expectation(fix)
    ]
    safe = (offer for offer in offers if offer.is_safe)
    steps = (
        offer
        for offer in offers
        if seen.as_expected is False
        and works_for_somebody(offer.fix)
        and payer_of(offer.fix.resulting) not in payers
    )
    mends = (offer for offer in offers if offer.fix.reaches)
    return next(safe, None) or next(steps, None) or next(mends, None)


def named_offer(seen: Review, identifier: str) -> Offer | None:
    """Return the change of this id, whatever it leads to."""
    for found in seen.findings:
        for fix in found.fixes:
            if fix.id == identifier:
                return Offer(found, fix)
    return None


def alternatives(offer: Offer) -> Iterator[OfferedFix]:
    """Yield the other changes that put the same finding right."""
    for fix in offer.found.fixes:
        if fix.id != offer.fix.id and fix.safety is Safety.SAFE:
            yield fix


def works_for_somebody(fix: OfferedFix) -> bool:
    """Return whether Claude Code can still be used after a change."""
    return fix.resulting.billing is not Billing.NONE and fix.resulting.works is not False


def changes_the_expectation(fix: OfferedFix) -> bool:
    """Return whether a change only says that the present payer is right: for a person to choose."""
    return fix.id.startswith("expect:")
