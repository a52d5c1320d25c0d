"""Rule login-unusable: a claude.ai login is stored, but Claude Code cannot use it."""

from __future__ import annotations

import shlex
from collections.abc import Iterator

from billing_lens.billing.credential import State, describe_source
from billing_lens.billing.place import Place
from billing_lens.billing.route import Route
from billing_lens.billing.sources import Source
from billing_lens.config.file_entry import FileState
from billing_lens.config.kinds import Platform
from billing_lens.config.paths import RETIRED_SUFFIX
from billing_lens.machine.machine import Machine
from billing_lens.rules.login_diagnosis import (
    LOG_IN,
    comes_before_login,
    is_console_grant,
    logging_in_again,
    runs_lacking_login,
    severity_of_login,
)
from billing_lens.rules.rule import Command, Finding, Verdict, rule
from billing_lens.rules.wrong_payer import in_charge
from billing_lens.wishes.severity import Severity


@rule(
    "login-unusable",
    severity=Severity.ERROR,
    evidence=("creds accessToken empty", "creds scopes []", "creds truncated JSON"),
    explains_route=True,
)
def check(machine: Machine, verdict: Verdict) -> Iterator[Finding]:
    """The stored login cannot be used, so something else pays or nobody is logged in."""
    for login in verdict.route.credentials_from(Source.CLAUDE_AI_LOGIN):
        if login.state is not State.UNUSABLE or login.place.path is None:
            continue
        if is_console_grant(machine, login):
            continue
        severity = severity_of_login(verdict)
        yield Finding(
            severity,
            f"{login.problem} {_outcome(verdict.route)}",
            login.fault or login.place,
            commands=tuple(_commands(machine, login.place)),
            leftover=severity is Severity.HINT,
            explains=runs_lacking_login(verdict),
        )


def _outcome(route: Route) -> str:
    """Return what Claude Code does without the login, as a sentence."""
    if not route.starts:
        return "Claude Code does not start now, for another reason."
    if route.source is Source.NONE:
        return "Claude Code has nothing else that works."
    if route.works is False:
        return f"Claude Code uses {describe_source(in_charge(route))}, which does not work either."
    if comes_before_login(route):
        return f"Claude Code bills {route.label} now, and could not use this login without that."
    return f"Instead Claude Code bills {route.label}."


def _commands(machine: Machine, place: Place) -> Iterator[Command]:
    """Yield how to log in again, and first how to move a directory out of the file's place."""
    file = machine.file(place.path or "")
    if file is None or file.entry.state is not FileState.DIRECTORY:
        yield from logging_in_again()
        return
    move = "Move-Item" if machine.platform is Platform.WIN32 else "mv"
    here, aside = (shlex.quote(f"{file.path}{end}") for end in ("", RETIRED_SUFFIX))
    yield Command(f"{move} {here} {aside}", "Moves the directory aside; it holds no login.")
    yield LOG_IN
