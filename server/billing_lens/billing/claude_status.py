"""What ``claude auth status`` claims, held against the route: agreement, or why the two differ.

Claude Code's own status misreports in known ways. What its requests carry is what is billed, and
that is what the route says; the recorded runs in tests/conformance hold both.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum

from msgspec import Struct

from billing_lens.billing.environment import PROJECT
from billing_lens.billing.route import Route
from billing_lens.billing.sources import SOURCES, Source
from billing_lens.machine.machine import Machine
from billing_lens.machine.version import ALL_VERSIONS, Versions


class Agreement(str, Enum):
    """How a status relates to the route."""

    AGREES = "agrees"
    MISREPORTS = "misreports"
    """It differs in a way that is known and explained; the route is what is billed."""
    DIFFERS = "differs"


class Misreport(Struct, frozen=True):
    """One known way in which the status names another source than the requests carry."""

    claims: tuple[str, ...]
    billed: tuple[Source, ...]
    why: str
    versions: Versions = ALL_VERSIONS
    in_project: bool = False
    """Only for what a project's settings set."""


MISREPORTS = (
    Misreport(
        ("claude.ai",),
        (Source.API_KEY,),
        "Up to 2.1.283 the status names the login although requests carry the key.",
        Versions("<2.1.284"),
    ),
    Misreport(
        ("claude.ai",),
        (Source.MANAGED_KEY,),
        "Up to 2.1.117 the status names the account although requests carry the managed key.",
        Versions("<2.1.118"),
    ),
    Misreport(
        ("oauth_token",),
        (Source.API_KEY_HELPER, Source.MANAGED_KEY),
        "Up to 2.1.284 the status names a token or profile although requests carry a key.",
        Versions("<2.1.285"),
    ),
    Misreport(
        ("claude.ai", "none", "oauth_token"),
        (Source.API_KEY, Source.AUTH_TOKEN),
        "The status leaves out keys and tokens of a project's settings; `claude -p` uses them.",
        in_project=True,
    ),
    Misreport(
        tuple(method for row in SOURCES.values() for method in row.status_methods),
        (Source.CUSTOM_HEADERS,),
        "The status does not show ANTHROPIC_CUSTOM_HEADERS, which replaces what is sent.",
    ),
    Misreport(
        ("none",),
        (Source.CLAUDE_AI_LOGIN,),
        "The login's scopes are one string: the status does not see the login, requests use it.",
    ),
    Misreport(
        ("api_key",),
        (Source.NONE,),
        "The status names a key that counts in VS Code only after you approved it.",
    ),
)
"""Tried in this order; the first that fits explains a difference. Recorded cases: "sub+apikey",
"ant+prim", "helper+oauthtok" by version, "apikey @ proj trusted", "creds scopes string" and
"entrypoint vscode: userkey"."""


class Comparison(Struct, frozen=True):
    """How the status relates to the route, `why` when they name different sources."""

    agreement: Agreement
    claimed: str
    why: str = ""


def compare(machine: Machine, route: Route, status: Mapping[str, object]) -> Comparison:
    """Return how the JSON of ``claude auth status`` relates to the headless route."""
    claimed = str(status.get("authMethod", "none"))
    if claimed in SOURCES[route.source].status_methods:
        provider = status.get("apiProvider")
        if route.source is Source.CLOUD_PROVIDER and provider != route.provider:
            return Comparison(Agreement.DIFFERS, claimed, f"It names the provider '{provider}'.")
        return Comparison(Agreement.AGREES, claimed)
    for known in MISREPORTS:
        fits = claimed in known.claims and route.source in known.billed
        elsewhere = known.in_project and not _is_set_by_project(machine, route)
        if fits and machine.version in known.versions and not elsewhere:
            return Comparison(Agreement.MISREPORTS, claimed, known.why)
    return Comparison(Agreement.DIFFERS, claimed)


def _is_set_by_project(machine: Machine, route: Route) -> bool:
    file = machine.file(route.place.path) if route.place and route.place.path else None
    return file is not None and file.scope in PROJECT
