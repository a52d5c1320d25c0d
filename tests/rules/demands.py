"""Made-up machines whose settings demand a login, and what the rule on it says of them."""

from __future__ import annotations

import json

from billing_lens.review import Review, ReviewedFinding
from tests.machines import CONSOLE_ORGANIZATION, MadeUpMachine
from tests.rules.reviewed import LOGIN
from tests.rules.spots import KEY, MANAGED, login_only
from tests.rules.stored import remembering

RULE = "forced-login-conflict"
METHOD, ORGANIZATION = "forceLoginMethod", "forceLoginOrgUUID"
OTHER = CONSOLE_ORGANIZATION

WITH_KEY = login_only().with_env(ANTHROPIC_API_KEY=KEY)
WITH_TOKEN = login_only().with_env(ANTHROPIC_AUTH_TOKEN=KEY)
NOBODY = login_only().without(LOGIN)
WITH_STORED_KEY = remembering(NOBODY, primaryApiKey=KEY)


def demanding(
    machine: MadeUpMachine, method: object = None, organization: object = None, at: str = MANAGED
) -> MadeUpMachine:
    """Return `machine` with settings that demand a method, an organization, or both."""
    demanded = {METHOD: method, ORGANIZATION: organization}
    settings = {name: it for name, it in demanded.items() if it is not None}
    return machine.with_files({at: json.dumps({"kept": 1, **settings}, indent=1)})


def found_by_rule(seen: Review) -> list[ReviewedFinding]:
    """Return what the rule reports, in the home or outside it."""
    return [found for found in seen.findings if found.finding.rule == RULE]
