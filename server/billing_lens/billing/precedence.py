"""The order in which Claude Code prefers credentials: one table, first matching row decides.

A profile is *above the login* when it is explicit or federated, and up to 2.1.153 whenever it is
there at all. The rows differ only in where that puts it:

* profile above the login:  managed key > profile > login
* otherwise:                login > managed key > profile

Seen over both rows the three form a cycle (the login beats the managed key, the key beats the
profile, the profile beats the login); with all three the first row holds and the managed key pays.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum

from msgspec import Struct

from billing_lens.billing.credential import Credential, ProfileKind
from billing_lens.billing.environment import (
    DESKTOP_ENTRYPOINTS,
    OTHER_DESKTOP_ENTRYPOINT,
    PROJECT_TOKENS,
    Environment,
)
from billing_lens.billing.sources import Family, Source, sources_of
from billing_lens.machine.machine import Machine
from billing_lens.machine.version import ALL_VERSIONS, ClaudeVersion, Versions


class Surface(str, Enum):
    """Where Claude Code runs (cases named ``entrypoint …`` and ``--bare …``)."""

    TERMINAL = "terminal"
    VSCODE = "vscode"
    DESKTOP = "desktop"
    """The desktop application or a remote session: first-party logins come first."""
    OTHER_DESKTOP = "other desktop"
    """The desktop application with a provider of its own: as in a terminal, without profiles."""
    BARE = "bare"
    """``--bare`` or CLAUDE_CODE_SIMPLE: no login, no profile, only keys."""


def surface_of(machine: Machine, environment: Environment) -> Surface:
    """Return from where Claude Code would be started on this machine."""
    if machine.arguments.bare or environment.is_on("CLAUDE_CODE_SIMPLE"):
        return Surface.BARE
    entrypoint = environment.get("CLAUDE_CODE_ENTRYPOINT")
    name = entrypoint.value.strip() if entrypoint else ""
    if name in DESKTOP_ENTRYPOINTS or environment.is_on("CLAUDE_CODE_REMOTE"):
        return Surface.DESKTOP
    return _ENTRYPOINTS.get(name, Surface.TERMINAL)


_ENTRYPOINTS = {
    "claude-vscode": Surface.VSCODE,
    OTHER_DESKTOP_ENTRYPOINT: Surface.OTHER_DESKTOP,
}


_KEYS = (
    Source.CLOUD_PROVIDER,
    Source.AUTH_TOKEN,
    Source.API_KEY_HELPER,
    Source.CUSTOM_HEADERS,
    Source.API_KEY,
)
_PROFILES = sources_of(Family.PROFILE)
_PROFILE_FIRST = (
    *_KEYS,
    Source.OAUTH_TOKEN,
    Source.MANAGED_KEY,
    *_PROFILES,
    Source.CLAUDE_AI_LOGIN,
)


class Order(Struct, frozen=True):
    """One row: when it holds and which source comes before which."""

    name: str
    sources: tuple[Source, ...]
    surfaces: tuple[Surface, ...] = (Surface.TERMINAL, Surface.VSCODE)
    profiles: tuple[ProfileKind, ...] = ()
    """The row needs a usable profile of one of these kinds; empty: it needs none."""
    versions: Versions = ALL_VERSIONS
    login_unseen: bool = False
    """The row needs a login that Claude Code does not see when it weighs a profile against it."""
    project_token: bool = False
    """The row needs an OAuth token that the project's settings set."""
    evidence: tuple[str, ...] = ()

    def holds(
        self,
        surface: Surface,
        profile: ProfileKind | None,
        version: ClaudeVersion,
        *,
        login_unseen: bool,
        project_token: bool,
    ) -> bool:
        """Return whether this row is about such a run."""
        return (
            surface in self.surfaces
            and (not self.profiles or profile in self.profiles)
            and version in self.versions
            and (login_unseen or not self.login_unseen)
            and (project_token or not self.project_token)
        )


BLANKED = "An empty Authorization header in ANTHROPIC_CUSTOM_HEADERS is sent in place of its token."

PRECEDENCE: tuple[Order, ...] = (
    Order(
        "bare",
        _KEYS,
        surfaces=(Surface.BARE,),
        evidence=("--bare sub only", "--bare sub+apikey"),
    ),
    Order(
        "desktop or remote",
        (
            Source.CLOUD_PROVIDER,
            Source.CUSTOM_HEADERS,
            Source.OAUTH_TOKEN,
            Source.CLAUDE_AI_LOGIN,
            Source.AUTH_TOKEN,
            Source.API_KEY_HELPER,
            Source.API_KEY,
            Source.MANAGED_KEY,
        ),
        surfaces=(Surface.DESKTOP,),
        evidence=("entrypoint desktop: …", "entrypoint remote: …"),
    ),
    Order(
        "OAuth token of a project, behind the login",
        (
            *_KEYS,
            Source.CLAUDE_AI_LOGIN,
            Source.OAUTH_TOKEN,
            Source.MANAGED_KEY,
            *_PROFILES,
        ),
        versions=PROJECT_TOKENS,
        project_token=True,
        evidence=("oauthtok in project, headless, …", "oauthtok in local, headless, …"),
    ),
    Order(
        "explicit or federated profile above the login",
        _PROFILE_FIRST,
        profiles=(ProfileKind.EXPLICIT, ProfileKind.FEDERATED),
        versions=Versions(">=2.1.118"),
        evidence=("sub+antprof", "sub+prim+wif", "antvar[sub+ant+PROFILE] baseline"),
    ),
    Order(
        "any profile above the login",
        _PROFILE_FIRST,
        profiles=(ProfileKind.IMPLICIT,),
        versions=Versions(">=2.1.118,<2.1.154"),
        evidence=("sub+ant", "ant+prim", "anthropics/claude-code#61166"),
    ),
    Order(
        "profile above a login that is not seen",
        _PROFILE_FIRST,
        profiles=(ProfileKind.IMPLICIT,),
        versions=Versions(">=2.1.154"),
        login_unseen=True,
        evidence=("creds scopes string",),
    ),
    Order(
        "other desktop",
        (*_KEYS, Source.OAUTH_TOKEN, Source.CLAUDE_AI_LOGIN, Source.MANAGED_KEY),
        surfaces=(Surface.OTHER_DESKTOP,),
        evidence=("entrypoint claude-desktop-3p: …",),
    ),
    Order(
        "login first",
        (*_KEYS, Source.OAUTH_TOKEN, Source.CLAUDE_AI_LOGIN, Source.MANAGED_KEY, *_PROFILES),
        evidence=("sub+ant", "sub+prim+ant", "prim"),
    ),
)


def order_for(surface: Surface, credentials: Sequence[Credential], version: ClaudeVersion) -> Order:
    """Return the row of PRECEDENCE that holds for these credentials."""
    profile = next(
        (c.profile_kind for c in credentials if c.source in _PROFILES and c.can_be_chosen), None
    )
    unseen = any(credential.unseen for credential in credentials)
    of_project = any(credential.of_project for credential in credentials)
    return next(
        order
        for order in PRECEDENCE
        if order.holds(surface, profile, version, login_unseen=unseen, project_token=of_project)
    )


def in_order(order: Order, found: Sequence[Credential]) -> list[Credential]:
    """Return the credentials as Claude Code prefers them, those it does not consider included.

    An ``x-api-key`` among the custom headers takes the place of the key that would be sent, and
    goes last beside a bearer token. An empty Authorization header blanks the bearer tokens behind
    it (cases "headers …").
    """
    position = {source: index for index, source in enumerate(order.sources)}
    unlisted = len(position)
    ranked = sorted(found, key=lambda it: position.get(it.source, unlisted))
    if not any(it.source is Source.CUSTOM_HEADERS for it in ranked):
        return ranked
    headers = [it for it in ranked if it.is_key_header]
    others = [it for it in ranked if not it.is_key_header]
    blanks = any(it.source is Source.CUSTOM_HEADERS and not it.can_be_chosen for it in others)
    if blanks:
        behind = position[Source.CUSTOM_HEADERS]
        others = [
            it.ignored(BLANKED)
            if position.get(it.source, unlisted) > behind and it.can_be_chosen and not it.sends_key
            else it
            for it in others
        ]
    first = next((it for it in others if it.can_be_chosen and it.source in position), None)
    return [*headers, *others] if first is None or first.sends_key else [*others, *headers]
