"""What is wanted of a review: who should pay, and how severe each rule's findings are.

A person's wishes come before the team's on their own machine, and do not count in CI.
"""

from __future__ import annotations

from msgspec import Struct

from billing_lens.billing.expectation import Wish
from billing_lens.machine.machine import Machine
from billing_lens.rules.rule import Finding
from billing_lens.wishes.preferences import preferences_file_of, preferences_of
from billing_lens.wishes.severity import Severity
from billing_lens.wishes.team_policy import team_policy_of
from billing_lens.wishes.toml_reader import Severities


class Wanted(Struct, frozen=True):
    """The wishes for one review, put in order."""

    wish: Wish | None
    """What comes before an administrator's policy."""
    of_team: Wish | None
    """What comes after that, and before what is inferred."""
    of_person: Severities
    by_team: Severities
    team_may_lower: bool
    own_files: frozenset[str]
    """Our own files: what is wrong with the wishes themselves cannot be wished away."""

    def severity_of(self, finding: Finding) -> Severity | None:
        """Return how severe `finding` is wanted, None when it is off; a hint is never raised."""
        own = finding.severity
        if finding.place.path in self.own_files and finding.rule == "invalid-config":
            return own
        by_team = self.by_team.get(finding.rule, own)
        lowered = by_team is None or by_team.rank > own.rank
        if lowered and not self.team_may_lower:
            by_team = own
        wanted = self.of_person.get(finding.rule, by_team)
        return Severity.HINT if wanted and own is Severity.HINT else wanted


NOTHING_WANTED = Wanted(
    wish=None,
    of_team=None,
    of_person={},
    by_team={},
    team_may_lower=False,
    own_files=frozenset(),
)


def wanted_of(machine: Machine, wish: Wish | None, severities: Severities) -> Wanted:
    """Return what counts of the wishes of this run, ``config.toml`` and the team's policy."""
    preferences, policy = preferences_of(machine), team_policy_of(machine)
    is_trusted = policy is not None and policy.is_trusted
    of_team = policy.wish if policy and is_trusted else None
    own = (preferences_file_of(machine), policy.file if policy else None)
    return Wanted(
        wish=(of_team or wish) if machine.in_ci else (wish or preferences.wish),
        of_team=of_team,
        of_person={} if machine.in_ci else {**preferences.severities, **severities},
        by_team=policy.severities if policy else {},
        team_may_lower=is_trusted,
        own_files=frozenset(file.path for file in own if file),
    )
