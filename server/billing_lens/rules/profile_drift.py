"""Rule profile-drift: the two files of one profile name different organizations or workspaces."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import takewhile

from billing_lens.billing.credential import SHORT_ID_CHARACTERS, Credential
from billing_lens.billing.place import Place
from billing_lens.billing.profile import OIDC_FEDERATION
from billing_lens.billing.sources import Source
from billing_lens.config.models import Profile, ProfileCredentials
from billing_lens.machine.machine import Machine
from billing_lens.rules.login_diagnosis import signing_in
from billing_lens.rules.rule import Finding, Related, Verdict, rule
from billing_lens.wishes.severity import Severity

PAIRS = (
    ("organization", "organization_id", "organization_uuid"),
    ("workspace", "workspace_id", "workspace_id"),
)
"""What is compared: its name, its key in ``configs/`` and its key in ``credentials/``."""


@rule(
    "profile-drift",
    severity=Severity.WARNING,
    evidence=("#60742",),
    versions=">=2.1.118",
)
def check(machine: Machine, verdict: Verdict) -> Iterator[Finding]:
    """A profile's configuration and its credentials disagree about who pays."""
    for profile in verdict.route.credentials_from(Source.PROFILE):
        if profile.profile_type == OIDC_FEDERATION:
            continue  # Its identity token decides who pays, whatever sign-in is stored beside it.
        pays = verdict.severity_of(profile) is not Severity.HINT
        for what, pinned, stored in _differences(machine, profile):
            here, there = _told_apart(pinned[1], stored[1])
            yield Finding(
                Severity.WARNING if pays else Severity.HINT,
                f"Profile '{profile.profile}' is pinned to {what} {here} here, but "
                f"signed in to {there}. Sign in again, so that both name the same.",
                pinned[0],
                (Related(stored[0], f"The sign-in is for {what} {there}."),),
                commands=(signing_in(profile, "Signs in again and writes both files anew."),),
                leftover=not pays,
            )


Named = tuple[Place, str]


def _differences(machine: Machine, profile: Credential) -> Iterator[tuple[str, Named, Named]]:
    config = machine.existing(profile.place.path or "")
    credentials = machine.existing(profile.credentials_path or "")
    pinned = config.model(Profile) if config else None
    stored = credentials.model(ProfileCredentials) if credentials else None
    if not (config and credentials and pinned and stored):
        return
    for what, here, there in PAIRS:
        one: str | None = getattr(pinned, here)
        other: str | None = getattr(stored, there)
        if one and other and one.lower() != other.lower():
            yield (
                what,
                (Place(config.path, f"/{here}"), one),
                (Place(credentials.path, f"/{there}"), other),
            )


def _told_apart(one: str, other: str) -> tuple[str, str]:
    """Return two ids as short as they can still be told apart; workspaces all begin alike."""
    alike = takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False))
    length = len([*alike]) + SHORT_ID_CHARACTERS
    return _shortened(one, length), _shortened(other, length)


def _shortened(identifier: str, length: int) -> str:
    is_short = len(identifier) <= length + SHORT_ID_CHARACTERS
    return identifier if is_short else f"{identifier[:length]}…"
