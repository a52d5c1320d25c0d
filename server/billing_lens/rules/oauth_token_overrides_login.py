"""Rule oauth-token-overrides-login: CLAUDE_CODE_OAUTH_TOKEN is used instead of the login."""

from __future__ import annotations

from collections.abc import Iterator

from billing_lens.billing.credential import State
from billing_lens.billing.sources import Source
from billing_lens.machine.machine import Machine
from billing_lens.rules.login_diagnosis import login_name, usable_login
from billing_lens.rules.rule import Finding, Verdict, rule
from billing_lens.rules.wrong_payer import (
    evidence,
    once_each,
    override,
    run_of,
    set_by,
    with_remedies,
    wrongly_paying,
)
from billing_lens.wishes.severity import Severity


@rule(
    "oauth-token-overrides-login",
    severity=Severity.ERROR,
    evidence=("oauthtok @ process", "#16238", "#33877", "#39445", "#11985"),
    explains_route=True,
)
def check(machine: Machine, verdict: Verdict) -> Iterator[Finding]:
    """CLAUDE_CODE_OAUTH_TOKEN is used instead of the stored login, perhaps of another account."""
    wrong = tuple(wrongly_paying(verdict, Source.OAUTH_TOKEN))
    before_a_login = (
        (route, token)
        for route in verdict.routes
        for token in route.credentials_from(Source.OAUTH_TOKEN)
        if token.state is State.ACTIVE and usable_login(route)
    )
    for route, token in once_each((*wrong, *before_a_login)):
        used = f"CLAUDE_CODE_OAUTH_TOKEN, set by {set_by(machine, token.place)}, is used"
        login = usable_login(route)
        if (route, token) in wrong:
            yield override(machine, verdict, (route, token), used)
        elif login:
            found = Finding(
                Severity.INFO,
                f"{run_of(verdict, route)}{used} instead of your {login_name(login)} login. "
                "It bills the account it was made for, even after you log in with another.",
                token.place,
                tuple(evidence(verdict, route)),
            )
            yield with_remedies(machine, found)
