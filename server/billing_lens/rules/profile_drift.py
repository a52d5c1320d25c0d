"""Rule profile-drift: the two files of one profile name different organizations or workspaces."""

from __future__ import annotations

from collections.abc import Iterator

from billing_lens.billing.credential import Credential, Place, Source, short_id
from billing_lens.config.models import Profile, ProfileCredentials
from billing_lens.machine.machine import Machine
from billing_lens.rules.rule import Command, Finding, Related, Severity, Verdict, rule

PAIRS = (
    ("organization", "organization_id", "organization_uuid"),
    ("workspace", "workspace_id", "workspace_id"),
)
"""What is compared: its name, its key in ``configs/`` and its key in ``credentials/``."""


@rule(
    "profile-drift",
    severity=Severity.WARNING,
    evidence=("anthropics/claude-code#60742",),
    versions=">=2.1.118",
)
def check(machine: Machine, verdict: Verdict) -> Iterator[Finding]:
    """A profile's configuration and its credentials disagree about who pays."""
    for profile in verdict.route.credentials_from(Source.PROFILE):
        pays = verdict.severity_of(profile) is not Severity.HINT
        for what, pinned, stored in _differences(machine, profile):
            yield Finding(
                "profile-drift",
                Severity.WARNING if pays else Severity.HINT,
                f"Profile '{profile.profile}' is pinned to {what} {short_id(pinned[1])} here, but "
                f"signed in to {short_id(stored[1])}. Sign in again, so that both name the same.",
                pinned[0],
                (Related(stored[0], f"The sign-in is for {what} {short_id(stored[1])}."),),
                commands=(_sign_in_again(profile),),
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
        if one and other and one != other:
            yield (
                what,
                (Place(config.path, f"/{here}"), one),
                (Place(credentials.path, f"/{there}"), other),
            )


def _sign_in_again(profile: Credential) -> Command:
    return Command(
        f"ant auth login --profile {profile.profile}",
        "Signs in again and writes both files anew.",
    )
