"""Rule console-only-scope: a grant for the Console where one for Claude Code belongs."""

from __future__ import annotations

from collections.abc import Iterator

from billing_lens.billing.credential import Credential
from billing_lens.billing.login import INFERENCE_SCOPE
from billing_lens.billing.place import Place
from billing_lens.billing.sources import Source
from billing_lens.config.models import ProfileCredentials
from billing_lens.machine.machine import Machine
from billing_lens.rules.login_diagnosis import (
    is_console_grant,
    is_for_the_console,
    logging_in_again,
    runs_lacking_login,
    severity_of_login,
    signing_in,
)
from billing_lens.rules.rule import Finding, Verdict, rule
from billing_lens.wishes.severity import Severity


@rule(
    "console-only-scope",
    severity=Severity.ERROR,
    evidence=("creds scopes without user:inference", "#39445", "#30494"),
)
def check(machine: Machine, verdict: Verdict) -> Iterator[Finding]:
    """A Console grant is stored where a login or a token for models belongs."""
    for login in verdict.route.credentials_from(Source.CLAUDE_AI_LOGIN):
        if is_console_grant(machine, login):
            severity = severity_of_login(verdict)
            yield Finding(
                severity,
                "This login was made for the Console: without the scope "
                f"{INFERENCE_SCOPE} Claude Code cannot use your subscription.",
                Place(login.place.path, "/claudeAiOauth/scopes"),
                commands=logging_in_again(),
                leftover=severity is Severity.HINT,
                explains=runs_lacking_login(verdict),
            )
    for profile in verdict.route.credentials_from(Source.PROFILE):
        yield from _of_profile(machine, verdict, profile)


def _of_profile(machine: Machine, verdict: Verdict, profile: Credential) -> Iterator[Finding]:
    file = machine.existing(profile.credentials_path or "")
    stored = file.model(ProfileCredentials) if file else None
    if file and stored and stored.scope and is_for_the_console(stored.scope):
        severity = verdict.severity_of(profile)
        yield Finding(
            severity,
            f"Profile '{profile.profile}' was signed in for the Console: without the scope "
            f"{INFERENCE_SCOPE} its requests to models are refused.",
            Place(file.path, "/scope"),
            commands=(signing_in(profile, "Asks for every scope."),),
            leftover=severity is Severity.HINT,
        )
