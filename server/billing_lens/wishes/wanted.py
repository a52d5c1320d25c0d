"""What is wanted of a review: who should pay, and how severe each rule's findings are.

A person's wishes come before the team's on their own machine, and do not count in CI.
"""

from __future__ import annotations

from msgspec import Struct, field

from billing_lens.billing.expectation import Wish
from billing_lens.wishes.file_wishes import Severities
from billing_lens.wishes.own_files import OwnFiles
from billing_lens.wishes.severity import Severity


class Wanted(Struct, frozen=True):
    """The wishes for one review, put in order."""

    files: OwnFiles = OwnFiles()
    wish: Wish | None = None
    """What comes before an administrator's policy."""
    of_team: Wish | None = None
    """What comes after that, and before what is inferred."""
    of_person: Severities = field(default_factory=dict[str, "Severity | None"])
    by_team: Severities = field(default_factory=dict[str, "Severity | None"])

    def severity_of(self, rule: str, own: Severity) -> Severity | None:
        """Return how severe a finding of a rule is wanted that is `own` by itself, None when off.

        A hint is never raised.
        """
        by_team = self.by_team.get(rule, own)
        lowered = by_team is None or by_team.rank > own.rank
        if lowered and not self.files.trusts_policy:
            by_team = own
        wanted = self.of_person.get(rule, by_team)
        return Severity.HINT if wanted and own is Severity.HINT else wanted


def wanted_of(
    files: OwnFiles, wish: Wish | None, severities: Severities, *, in_ci: bool = False
) -> Wanted:
    """Return what counts of the wishes of this run, ``config.toml`` and the team's policy."""
    preferences, policy = files.preferences, files.policy
    of_team = policy.wish if policy and files.trusts_policy else None
    own_wish = wish or (preferences.wish if preferences else None)
    by_person = preferences.wishes.severities if preferences else None
    return Wanted(
        files=files,
        wish=(of_team or wish) if in_ci else own_wish,
        of_team=of_team,
        of_person={} if in_ci else {**(by_person or {}), **severities},
        by_team=policy.wishes.severities if policy else {},
    )
