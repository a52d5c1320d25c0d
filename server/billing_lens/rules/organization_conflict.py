"""Rule organization-conflict: a cached organization is not the one expected to pay."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from billing_lens.billing.credential import Credential, short_id
from billing_lens.billing.environment import Environment
from billing_lens.billing.login import account
from billing_lens.billing.place import Place
from billing_lens.billing.sources import Source
from billing_lens.config.models import Profile, ProfileCredentials
from billing_lens.fixes.fix import Fix
from billing_lens.fixes.profile_fixes import profile_fixes
from billing_lens.fixes.variable_fixes import variable_fixes
from billing_lens.machine.machine import Machine
from billing_lens.rules.rule import Finding, Related, Verdict, rule
from billing_lens.wishes.severity import Severity


@rule(
    "organization-conflict",
    severity=Severity.ERROR,
    evidence=("#60742", "#12740", "#48460"),
)
def check(machine: Machine, verdict: Verdict) -> Iterator[Finding]:
    """A cached organization id differs from the organization that should pay."""
    expected = verdict.expected
    if expected is None or expected.organization is None:
        return
    said = f"{short_id(expected.organization)} should pay (from {expected.origin})."
    evidence = (Related(expected.place, said),) if expected.place else ()
    for cached in _cached_organizations(machine, verdict):
        if cached.id != expected.organization:
            severity = verdict.severity_of(cached.credential)
            yield Finding(
                severity,
                _message(cached, severity, expected.organization),
                cached.place,
                tuple(it for it in evidence if it.place != cached.place),
                cached.fixes,
                leftover=severity is Severity.HINT,
            )


class _Cached(Struct, frozen=True):
    """One place that holds an organization id, and the credential it belongs to."""

    id: str
    place: Place
    credential: Credential
    fixes: tuple[Fix, ...] = ()


def _cached_organizations(machine: Machine, verdict: Verdict) -> Iterator[_Cached]:
    for profile in verdict.route.credentials_from(Source.PROFILE):
        fixes = tuple(profile_fixes(machine, profile))
        for place, identifier in _ids_of_profile(machine, profile):
            yield _Cached(identifier, place, profile, fixes)
    yield from _of_federation(machine, verdict)
    known = account(machine)
    login = next(verdict.route.credentials_from(Source.CLAUDE_AI_LOGIN), None)
    if known and login and known[0].organizationUuid:
        place = Place(known[1].path, "/oauthAccount/organizationUuid")
        yield _Cached(known[0].organizationUuid, place, login)


def _of_federation(machine: Machine, verdict: Verdict) -> Iterator[_Cached]:
    named = Environment(machine, verdict.route.mode).get("ANTHROPIC_ORGANIZATION_ID")
    for federation in verdict.route.credentials_from(Source.FEDERATION):
        if named and federation.can_be_chosen:
            fixes = tuple(variable_fixes(machine, federation.place))
            yield _Cached(named.value.strip(), named.place, federation, fixes)


def _ids_of_profile(machine: Machine, profile: Credential) -> Iterator[tuple[Place, str]]:
    config = machine.existing(profile.place.path or "")
    model = config.model(Profile) if config else None
    if config and model and model.organization_id:
        yield Place(config.path, "/organization_id"), model.organization_id
    credentials = machine.existing(profile.credentials_path or "")
    stored = credentials.model(ProfileCredentials) if credentials else None
    if credentials and stored and stored.organization_uuid:
        yield Place(credentials.path, "/organization_uuid"), stored.organization_uuid


def _message(cached: _Cached, severity: Severity, expected: str) -> str:
    if severity is Severity.HINT:
        return f"Organization {short_id(cached.id)} is remembered here, but is not billed now."
    fails = cached.credential.works is False
    pays = "would pay for Claude Code if that worked" if fails else "pays for Claude Code"
    return f"Organization {short_id(cached.id)} {pays}, but {short_id(expected)} should."
