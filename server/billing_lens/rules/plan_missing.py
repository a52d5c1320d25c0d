"""Rule plan-missing: the login lost its plan."""

from __future__ import annotations

from collections.abc import Iterator

from billing_lens.billing.credential import Credential
from billing_lens.billing.login import PLANS, account, account_is_subscribed
from billing_lens.billing.place import Place
from billing_lens.machine.machine import Machine
from billing_lens.rules.login_diagnosis import logging_in_again, usable_login
from billing_lens.rules.rule import Finding, Related, Verdict, rule
from billing_lens.wishes.severity import Severity


@rule(
    "plan-missing",
    severity=Severity.WARNING,
    evidence=("creds subscriptionType='weird'", "#30185"),
)
def check(machine: Machine, verdict: Verdict) -> Iterator[Finding]:
    """The login says no plan that Claude Code knows, so it is shown as an API account."""
    login = usable_login(verdict.route)
    if login is None or login.plan in PLANS or login.place.path is None:
        return
    known = account(machine) if account_is_subscribed(machine) else None
    used = verdict.severity_of(login) is not Severity.HINT
    severity, outcome = _outcome(used=used, subscribed=known is not None)
    yield Finding(
        severity,
        f"The login names no plan that Claude Code knows{outcome}",
        _place(machine, login),
        (_related(known[1].path),) if known else (),
        commands=logging_in_again(
            "Removes the login without a plan.", "Logs in again, so that the plan is stored anew."
        ),
        explains=() if known else verdict.runs_paid_by(login),
    )


def _outcome(*, used: bool, subscribed: bool) -> tuple[Severity, str]:
    if not used:
        return Severity.HINT, ". It is not used now."
    shown = ', so Claude Code calls it "Claude API account". '
    if subscribed:
        return Severity.INFO, shown + "Your account shows a subscription, and that pays."
    return Severity.WARNING, shown + "Whether a subscription pays cannot be told from here."


def _related(state: str) -> Related:
    return Related(Place(state, "/oauthAccount"), "This account shows a subscription.")


def _place(machine: Machine, login: Credential) -> Place:
    pointer = f"{login.place.pointer}/subscriptionType"
    file = machine.existing(login.place.path or "")
    found = file.document.node(pointer) if file else None
    return Place(login.place.path, pointer) if found else login.place
