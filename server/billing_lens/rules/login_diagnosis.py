"""What rules say of the claude.ai login: its name, its scopes, how bad it is, what to run."""

from __future__ import annotations

from billing_lens.billing.credential import Credential, State
from billing_lens.billing.login import INFERENCE_SCOPE
from billing_lens.billing.route import Route
from billing_lens.billing.sources import Billing, Source
from billing_lens.config.models import ClaudeCredentials
from billing_lens.machine.machine import Machine
from billing_lens.rules.rule import Command, Verdict
from billing_lens.wishes.severity import Severity

LOG_IN = Command("claude auth login", "Logs in with your claude.ai account.")


def logging_in_again(
    logout: str = "Removes the login that cannot be used.", login: str = LOG_IN.purpose
) -> tuple[Command, Command]:
    """Return how to log out and in again, with what each of the two does here."""
    return Command("claude auth logout", logout), Command("claude auth login", login)


def signing_in(profile: Credential, purpose: str) -> Command:
    """Return how to sign in to an ``ant`` profile anew."""
    return Command(f"ant auth login --profile {profile.profile}", purpose)


CONSOLE_SCOPES = ("org:create_api_key", "user:developer")
"""What a Console login asks for (anthropics/claude-code#39445, the ``ant`` CLI's documentation)."""


def severity_of_login(verdict: Verdict) -> Severity:
    """Return an error where the wrong one pays, or nobody, because a login cannot be used.

    A warning where something else is to blame but the login would be the next thing to fail, and a
    hint where nobody misses it.
    """
    route = verdict.route
    if route.source is Source.NONE:
        return Severity.ERROR if verdict.as_expected is False else Severity.WARNING
    if not is_subscription_wanted(verdict):
        return Severity.HINT
    if verdict.as_expected is False and not comes_before_login(route):
        return Severity.ERROR
    wrong = bool(verdict.wrong_routes) or route.works is False
    return Severity.WARNING if wrong else Severity.HINT


def runs_lacking_login(verdict: Verdict) -> tuple[Route, ...]:
    """Return the runs that a profile or nobody pays for, for want of a login that works."""
    ends = (Source.PROFILE, Source.NONE)
    return tuple(route for route in verdict.routes if route.starts and route.source in ends)


def usable_login(route: Route) -> Credential | None:
    """Return the claude.ai login that is there and can be used, whether it pays or not."""
    logins = route.credentials_from(Source.CLAUDE_AI_LOGIN)
    return next((login for login in logins if login.can_be_chosen), None)


def login_name(login: Credential) -> str:
    """Return "Claude Max", or "claude.ai" when no plan is known."""
    return f"Claude {login.plan.title()}" if login.plan else "claude.ai"


def is_subscription_wanted(verdict: Verdict) -> bool:
    """Return whether what is expected, if anything is, leaves room for a claude.ai login."""
    expected = verdict.expected
    return expected is None or expected.billing in (None, Billing.SUBSCRIPTION)


def comes_before_login(route: Route) -> bool:
    """Return whether what pays ranks before the login, and would pay even if the login worked."""
    login = Source.CLAUDE_AI_LOGIN
    found = (it for it in route.credentials if it.state is State.ACTIVE or it.source is login)
    first = next(found, None)
    return first is not None and first.source is not login


def is_console_grant(machine: Machine, login: Credential) -> bool:
    """Return whether a stored login has scopes of the Console, and not the one for models."""
    file = machine.existing(login.place.path) if login.place.path else None
    credentials = file.model(ClaudeCredentials) if file else None
    stored = credentials.claudeAiOauth if credentials else None
    scopes = (stored and stored.scopes) or ""
    granted = scopes if isinstance(scopes, str) else " ".join(map(str, scopes))
    return is_for_the_console(granted)


def is_for_the_console(scope: str) -> bool:
    """Return whether OAuth scopes, divided by blanks, are a Console login's: not for models."""
    granted = scope.split()
    return INFERENCE_SCOPE not in granted and any(it in granted for it in CONSOLE_SCOPES)
