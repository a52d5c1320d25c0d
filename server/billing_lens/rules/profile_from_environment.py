"""Rule profile-from-environment: ANTHROPIC_PROFILE decides which profile pays."""

from __future__ import annotations

from collections.abc import Iterator

from billing_lens.billing.credential import ProfileKind, State
from billing_lens.billing.environment import Environment, Variable
from billing_lens.billing.profile import HONOURED
from billing_lens.billing.sources import Billing, Source
from billing_lens.fixes.variable_fixes import variable_fixes
from billing_lens.machine.machine import Machine
from billing_lens.rules.override import (
    bills_instead,
    commands_for,
    evidence,
    set_by,
    wrongly_paying,
)
from billing_lens.rules.rule import Finding, Related, Verdict, rule
from billing_lens.wishes.severity import Severity

VARIABLE = "ANTHROPIC_PROFILE"

WITHOUT_A_PROFILE = (Source.NONE, Source.CLAUDE_AI_LOGIN)
"""What is left when the profile that should pay is not there."""


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
            yield Finding(
                "profile-from-environment",
                verdict.severity_of(profile),
                f"{bills_instead(verdict, route)}: ANTHROPIC_PROFILE, set by "
                f"{set_by(machine, place)}, selects the profile '{profile.profile}'.",
                place,
                tuple(evidence(verdict, route)),
                tuple(variable_fixes(machine, place)),
                tuple(commands_for(machine, place)),
            )
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
    yield Finding(
        "profile-from-environment",
        severity,
        f"ANTHROPIC_PROFILE, set by {set_by(machine, named.place)}, names the profile '{name}', "
        f"{what}. Claude Code uses no profile then, not even the default one.",
        named.place,
        (Related(profile.fault or profile.place, profile.problem),) if profile else (),
        fixes=tuple(variable_fixes(machine, named.place)),
        commands=tuple(commands_for(machine, named.place)),
        leftover=severity is Severity.HINT,
    )


def _severity(verdict: Verdict) -> Severity:
    """Return how bad it is that no profile is used: should one pay, does nobody?"""
    expected = verdict.expected
    if verdict.route.source not in WITHOUT_A_PROFILE or not verdict.route.starts:
        return Severity.HINT
    if expected and expected.billing is Billing.API_USAGE:
        return Severity.ERROR
    nobody = verdict.route.source is Source.NONE
    return Severity.WARNING if nobody and expected is None else Severity.HINT
