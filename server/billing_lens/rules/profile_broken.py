"""Rule profile-broken: Claude Code hangs or fails on the profile it uses."""

from __future__ import annotations

import shlex
from collections.abc import Iterator

from billing_lens.billing.credential import Credential, Source
from billing_lens.config.kinds import Kind
from billing_lens.fixes.profile_fixes import profile_fixes
from billing_lens.machine.machine import Machine
from billing_lens.rules.rule import Command, Finding, Related, Severity, Verdict, rule


@rule(
    "profile-broken",
    severity=Severity.ERROR,
    evidence=(
        "antvar[ant only] creds mode 0644",
        "antvar[ant only] creds BOM",
        "antvar[ant only] creds access_token missing",
        "antvar[ant only] creds expired, no client_id in conf",
        "antvar[ant only] ANTHROPIC_PROFILE=../x",
    ),
    versions=">=2.1.118",
    explains_route=True,
)
def check(machine: Machine, verdict: Verdict) -> Iterator[Finding]:
    """Claude Code uses a profile that it cannot sign in with: it hangs or fails."""
    for profile in verdict.route.credentials_from(Source.PROFILE):
        if profile.works is False and profile.can_be_chosen:
            severity = verdict.severity_of(profile)
            yield Finding(
                "profile-broken",
                severity,
                _message(profile, severity),
                profile.fault or profile.place,
                tuple(_evidence(profile)),
                tuple(profile_fixes(machine, profile)),
                tuple(_commands(machine, profile)),
                leftover=severity is Severity.HINT,
            )


def _message(profile: Credential, severity: Severity) -> str:
    outcome = (
        "is not in charge now."
        if severity is Severity.HINT
        else "is in charge all the same, and nothing else is tried."
    )
    return f"{profile.problem} Profile '{profile.profile}' {outcome}"


def _evidence(profile: Credential) -> Iterator[Related]:
    if profile.fault:
        yield Related(profile.place, f"Profile '{profile.profile}' is here.")
    if profile.selected_by:
        yield Related(profile.selected_by, f"This selects the profile '{profile.profile}'.")


def _commands(machine: Machine, profile: Credential) -> Iterator[Command]:
    file = machine.existing(profile.fault.path or "") if profile.fault else None
    if file is None or file.kind is not Kind.ANTHROPIC_CREDENTIALS:
        return
    if (file.entry.mode or 0) & 0o077:
        yield Command(
            f"chmod 600 {shlex.quote(file.path)}", "Lets nobody but you read the credentials."
        )
    else:
        sign_in = f"ant auth login --profile {profile.profile}"
        yield Command(sign_in, "Signs in anew, if you want this profile to pay.")
