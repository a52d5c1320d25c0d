"""Rule profile-from-environment: ANTHROPIC_PROFILE decides which profile pays."""

from __future__ import annotations

from collections.abc import Iterator

from billing_lens.billing.credential import ProfileKind, Source
from billing_lens.billing.environment import Environment, Variable
from billing_lens.fixes.variable_fixes import variable_fixes
from billing_lens.machine.machine import Machine
from billing_lens.rules.override import (
    bills_instead,
    commands_for,
    evidence,
    set_by,
    wrongly_paying,
)
from billing_lens.rules.rule import Finding, Severity, Verdict, rule

VARIABLE = "ANTHROPIC_PROFILE"


@rule(
    "profile-from-environment",
    severity=Severity.ERROR,
    evidence=("sub+antprof", "profile @ user settings", "PROFILE=gone sub+wif"),
    versions=">=2.1.118",
)
def check(machine: Machine, verdict: Verdict) -> Iterator[Finding]:
    """ANTHROPIC_PROFILE selects a profile that pays, or one that is not there."""
    explicit = [
        (route, profile, profile.selected_by)
        for route, profile in wrongly_paying(verdict, Source.PROFILE)
        if profile.profile_kind is ProfileKind.EXPLICIT
    ]
    for route, profile, place in explicit:
        if place:
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
    if named and not explicit and _is_missing(machine, verdict, named):
        yield Finding(
            "profile-from-environment",
            Severity.HINT,
            f"ANTHROPIC_PROFILE, set by {set_by(machine, named.place)}, names a profile that is "
            "not there. Claude Code uses no profile then, not even the default one.",
            named.place,
            commands=tuple(commands_for(machine, named.place)),
            leftover=True,
        )


def _is_missing(machine: Machine, verdict: Verdict, named: Variable) -> bool:
    places = machine.anthropic(Environment(machine, verdict.route.mode).values())
    return machine.existing(places.config(named.value.strip())) is None
