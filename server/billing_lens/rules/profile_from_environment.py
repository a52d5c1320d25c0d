"""Rule profile-from-environment: ANTHROPIC_PROFILE decides which profile pays."""

from __future__ import annotations

from collections.abc import Iterator

from billing_lens.billing.credential import ProfileKind, State
from billing_lens.billing.environment import Environment, Variable
from billing_lens.billing.profile import HONOURED
from billing_lens.billing.route import Route
from billing_lens.billing.sources import Billing, Source
from billing_lens.machine.machine import Machine
from billing_lens.rules.rule import Finding, Related, Verdict, rule
from billing_lens.rules.wrong_payer import (
    bills_instead,
    evidence,
    set_by,
    with_remedies,
    wrongly_paying,
)
from billing_lens.wishes.severity import Severity

VARIABLE = "ANTHROPIC_PROFILE"


@rule(
    "profile-from-environment",
    severity=Severity.ERROR,
    evidence=("sub+antprof", "profile @ user settings", "PROFILE=gone sub+wif"),
    versions=HONOURED.text,
)
def check(machine: Machine, verdict: Verdict) -> Iterator[Finding]:
    """ANTHROPIC_PROFILE selects a profile that pays, or one that is not there."""
    for route, profile in wrongly_paying(verdict, Source.PROFILE):
        if profile.profile_kind is ProfileKind.EXPLICIT and profile.selected_by:
            place = profile.selected_by
            found = Finding(
                verdict.severity_of(profile),
                f"{bills_instead(verdict, route)}: ANTHROPIC_PROFILE, set by "
                f"{set_by(machine, place)}, selects the profile '{profile.profile}'.",
                place,
                tuple(evidence(verdict, route)),
            )
            yield with_remedies(machine, found)
    named = Environment(machine, verdict.route.mode).get(VARIABLE)
    if named:
        yield from _of_no_use(machine, verdict, named)


def _of_no_use(machine: Machine, verdict: Verdict, named: Variable) -> Iterator[Finding]:
    """Yield that the profile named is not there, or is there and cannot be used."""
    name = named.value.strip()
    profiles = verdict.route.credentials_from(Source.PROFILE)
    profile = next((it for it in profiles if it.profile == name), None)
    if profile and profile.state is not State.UNUSABLE:
        return
    what = "which cannot be used" if profile else "which is not there"
    severity = _severity(verdict)
    found = Finding(
        severity,
        f"ANTHROPIC_PROFILE, set by {set_by(machine, named.place)}, names the profile '{name}', "
        f"{what}. Claude Code uses no profile then, not even the default one.",
        named.place,
        (Related(profile.fault or profile.place, profile.problem),) if profile else (),
        leftover=severity is Severity.HINT,
        explains=_without_a_profile(verdict) if severity is Severity.ERROR else (),
    )
    yield with_remedies(machine, found)


def _severity(verdict: Verdict) -> Severity:
    """Return an error where a profile should pay, a warning where nobody does, else a hint."""
    expected = verdict.expected
    if verdict.route not in _without_a_profile(verdict):
        return Severity.HINT
    if expected and expected.billing is Billing.API_USAGE:
        return Severity.ERROR
    nobody = verdict.route.source is Source.NONE
    return Severity.WARNING if nobody and expected is None else Severity.HINT


def _without_a_profile(verdict: Verdict) -> tuple[Route, ...]:
    """Return the runs that a profile would pay for, if one could be used."""
    left = (Source.NONE, Source.CLAUDE_AI_LOGIN)
    return tuple(route for route in verdict.routes if route.source in left and route.starts)
