"""Rule oauth-token-overrides-login: CLAUDE_CODE_OAUTH_TOKEN is used instead of the login."""

from __future__ import annotations

from collections.abc import Iterator

from billing_lens.billing.credential import Source, State
from billing_lens.billing.place import Place
from billing_lens.billing.route import Route
from billing_lens.machine.machine import Machine
from billing_lens.rules.login_diagnosis import login_name, usable_login
from billing_lens.rules.rule import Finding, Verdict, rule
from billing_lens.rules.wrong_payer import (
    evidence,
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
    evidence=(
        "oauthtok @ process",
        "anthropics/claude-code#16238",
        "anthropics/claude-code#33877",
        "anthropics/claude-code#39445",
        "anthropics/claude-code#11985",
    ),
    explains_route=True,
)
def check(machine: Machine, verdict: Verdict) -> Iterator[Finding]:
    """CLAUDE_CODE_OAUTH_TOKEN is used instead of the stored login, perhaps of another account."""
    told = set[Place]()
    for run in wrongly_paying(verdict, Source.OAUTH_TOKEN):
        told.add(run[1].place)
        why = f"CLAUDE_CODE_OAUTH_TOKEN, set by {set_by(machine, run[1].place)}, is used"
        yield override(machine, verdict, run, why)
    for route in verdict.routes:
        found = _in_front_of_login(machine, verdict, route)
        if found and found.place not in told:
            told.add(found.place)
            yield found


def _in_front_of_login(machine: Machine, verdict: Verdict, route: Route) -> Finding | None:
    """A token whose account cannot be known, in front of a login whose account is known."""
    login = usable_login(route)
    token = next(route.credentials_from(Source.OAUTH_TOKEN), None)
    if login is None or token is None or token.state is not State.ACTIVE:
        return None
    found = Finding(
        Severity.INFO,
        f"{run_of(verdict, route)}CLAUDE_CODE_OAUTH_TOKEN, set by {set_by(machine, token.place)}, "
        f"is used instead of your {login_name(login)} login. It bills the account it was made for, "
        "even after you log in with another.",
        token.place,
        tuple(evidence(verdict, route)),
    )
    return with_remedies(machine, found)
