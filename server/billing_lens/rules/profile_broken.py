"""Rule profile-broken: Claude Code hangs or fails on the profile it uses."""

from __future__ import annotations

import shlex
from collections.abc import Iterator

from billing_lens.billing.credential import Credential, ProfileKind, State
from billing_lens.billing.route import Route
from billing_lens.billing.sources import Source
from billing_lens.config.kinds import Kind
from billing_lens.fixes.fix import Fix
from billing_lens.fixes.profile_fixes import profile_fixes
from billing_lens.fixes.variable_fixes import variable_fixes
from billing_lens.machine.machine import Machine
from billing_lens.rules.login_diagnosis import LOG_IN, is_subscription_wanted, signing_in
from billing_lens.rules.rule import Command, Finding, Related, Verdict, rule
from billing_lens.rules.wrong_payer import Run, commands_for, once_each, run_of
from billing_lens.wishes.severity import Severity


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
    for route, profile in _broken(verdict):
        severity = verdict.severity_of(profile)
        yield Finding(
            severity,
            _message(verdict, route, profile, severity),
            profile.fault or profile.place,
            tuple(_evidence(profile)),
            tuple(_fixes(machine, profile)),
            (*_commands(machine, profile), *_logging_in(verdict, route)),
            leftover=severity is Severity.HINT,
            explains=verdict.runs_paid_by(profile),
        )


def _broken(verdict: Verdict) -> Iterator[Run]:
    """Return each broken profile once, with the run that uses it where there is one."""
    found = [
        (route, profile)
        for route in verdict.routes
        for profile in route.credentials_from(Source.PROFILE)
        if profile.works is False and profile.can_be_chosen
    ]
    used = [it for it in found if it[1].state is State.ACTIVE]
    return once_each((*used, *found))


def _message(verdict: Verdict, route: Route, profile: Credential, severity: Severity) -> str:
    whose = f"{run_of(verdict, route)}profile '{profile.profile}'"
    outcome = "is in charge all the same, and nothing else is tried."
    if severity is Severity.HINT:
        whose, outcome = f"profile '{profile.profile}'", "is not in charge now."
    return f"{profile.problem} {whose[0].upper()}{whose[1:]} {outcome}"


def _evidence(profile: Credential) -> Iterator[Related]:
    if profile.fault:
        yield Related(profile.place, f"Profile '{profile.profile}' is here.")
    if profile.selected_by and profile.selected_by != profile.fault:
        yield Related(profile.selected_by, f"This selects the profile '{profile.profile}'.")


def _fixes(machine: Machine, profile: Credential) -> Iterator[Fix]:
    if profile.profile_kind is ProfileKind.EXPLICIT and profile.selected_by:
        yield from variable_fixes(machine, profile.selected_by)
    yield from profile_fixes(machine, profile)


def _commands(machine: Machine, profile: Credential) -> Iterator[Command]:
    if profile.profile_kind is ProfileKind.EXPLICIT and profile.selected_by:
        yield from commands_for(machine, profile.selected_by)
    file = machine.existing(profile.fault.path or "") if profile.fault else None
    if file is None or file.kind is not Kind.ANTHROPIC_CREDENTIALS:
        return
    if (file.entry.mode or 0) & 0o077:
        purpose = "Lets nobody but you read the credentials."
        yield Command(f"chmod 600 {shlex.quote(file.path)}", purpose)
    else:
        yield signing_in(profile, "Signs in anew, if you want this profile to pay.")


def _logging_in(verdict: Verdict, route: Route) -> Iterator[Command]:
    """Yield how to log in where the profile takes the place of a login that is not there."""
    is_there = any(route.credentials_from(Source.CLAUDE_AI_LOGIN))
    if route in verdict.wrong_routes and is_subscription_wanted(verdict) and not is_there:
        yield LOG_IN
