"""Rule plan-missing: the login lost its plan."""

from __future__ import annotations

from collections.abc import Iterator

from billing_lens.billing.credential import Credential, Place
from billing_lens.billing.login import PLANS
from billing_lens.billing.route import Billing
from billing_lens.machine.machine import Machine
from billing_lens.rules.override import usable_login
from billing_lens.rules.rule import Finding, Severity, Verdict, rule
from billing_lens.rules.stored_login import LOG_IN_AGAIN


@rule(
    "plan-missing",
    severity=Severity.WARNING,
    evidence=("creds subscriptionType='weird'", "anthropics/claude-code#30185"),
)
def check(machine: Machine, verdict: Verdict) -> Iterator[Finding]:
    """The login says no plan that Claude Code knows, so it is shown as an API account."""
    login = usable_login(verdict.route)
    if login is None or login.plan in PLANS or login.place.path is None:
        return
    subscribed = verdict.route.billing is Billing.SUBSCRIPTION
    known = "your account shows that you have one" if subscribed else "it may have none"
    yield Finding(
        "plan-missing",
        Severity.INFO if subscribed else Severity.WARNING,
        f"The login names no plan that Claude Code knows, and {known}. "
        'Claude Code calls it "Claude API account", though it sends the login all the same.',
        _place(machine, login),
        commands=LOG_IN_AGAIN,
    )


def _place(machine: Machine, login: Credential) -> Place:
    pointer = f"{login.place.pointer}/subscriptionType"
    file = machine.existing(login.place.path or "")
    found = file.document.node(pointer) if file else None
    return Place(login.place.path, pointer) if found else login.place
