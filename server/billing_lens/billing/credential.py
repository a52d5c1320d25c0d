"""One thing Claude Code could authenticate with: its source, where it stands, whose it is."""

from __future__ import annotations

from enum import Enum

from msgspec import Struct
from msgspec.structs import replace

from billing_lens.billing.place import Place
from billing_lens.billing.sources import (
    SOURCES,
    Billing,
    Source,
    beginning_a_sentence,
    source_phrase,
)


class State(str, Enum):
    """What becomes of a credential on this machine."""

    ACTIVE = "active"
    ALSO_SENT = "also_sent"
    SHADOWED = "shadowed"
    UNUSABLE = "unusable"
    IGNORED = "ignored"

    @property
    def label(self) -> str:
        """In a word or two, for people: "in charge"."""
        return _STATE_LABELS[self]


_STATE_LABELS = {
    State.ACTIVE: "in charge",
    State.ALSO_SENT: "sent along",
    State.SHADOWED: "outranked",
    State.UNUSABLE: "unusable",
    State.IGNORED: "ignored",
}


class ProfileKind(str, Enum):
    """How a profile came to be considered; it decides whether it beats the login."""

    EXPLICIT = "explicit"
    """Named by ANTHROPIC_PROFILE."""
    FEDERATED = "federated"
    """Federation variables, or an active profile of type ``oidc_federation``."""
    IMPLICIT = "implicit"
    """The active or default profile, simply because it is there."""


class Organization(Struct, frozen=True):
    """An organization's id and, where a file says it, its name."""

    id: str
    name: str | None = None


class Credential(Struct, frozen=True):
    """A credential that was found. Never holds the secret itself.

    `state` and `reason` are final only in a resolved route. `works` is None when it cannot be
    known without running something.
    """

    source: Source
    place: Place
    state: State = State.SHADOWED
    reason: str = ""
    works: bool | None = True
    organization: Organization | None = None
    email: str | None = None
    plan: str | None = None
    """The subscription type as the login has it, known or not."""
    tier: str | None = None
    profile: str | None = None
    profile_kind: ProfileKind | None = None
    profile_type: str | None = None
    selected_by: Place | None = None
    """What names the profile: a variable, or ``active_config``."""
    credentials_path: str | None = None
    """The profile's credentials file, when it is there."""
    provider: str | None = None
    host: str | None = None
    problem: str = ""
    """Why it does not work or cannot be used, whatever becomes of it; empty when it works."""
    fault: Place | None = None
    """The text to blame when it does not work or cannot be used, where there is one."""
    of_project: bool = False
    """Set by the settings of the project."""
    unseen: bool = False
    """A login that Claude Code uses but does not see when it weighs a profile against it."""
    billing: Billing | None = None
    """Whom it bills, where the credential itself tells and not its source."""
    is_key_header: bool = False
    """An ``x-api-key`` among the custom headers, which otherwise carry a bearer token."""

    @property
    def can_be_chosen(self) -> bool:
        """Whether Claude Code considers it at all."""
        return self.state not in (State.UNUSABLE, State.IGNORED)

    @property
    def sends_key(self) -> bool:
        """Whether it travels as ``x-api-key``, which decides only where no bearer is sent."""
        return SOURCES[self.source].sends_key or self.is_key_header

    def unusable(self, reason: str, fault: Place | None = None) -> Credential:
        """Return it as one that Claude Code looks at and passes over."""
        return replace(self.failing(reason, fault), state=State.UNUSABLE)

    def ignored(self, reason: str) -> Credential:
        """Return it as one that does not count here."""
        return replace(self, state=State.IGNORED, reason=reason)

    def failing(self, reason: str, fault: Place | None = None) -> Credential:
        """Return it as one that is chosen all the same and then fails."""
        return replace(self, works=False, reason=reason, problem=reason, fault=fault)


SHORT_ID_CHARACTERS = 4


def short_id(identifier: str) -> str:
    """Return an organization id short enough for one line."""
    shortened = f"{identifier[:SHORT_ID_CHARACTERS]}…"
    return shortened if len(identifier) > 2 * SHORT_ID_CHARACTERS else identifier


def describe_source(credential: Credential) -> str:
    """Return the credential in a few words for a sentence: "the profile 'default'"."""
    return source_phrase(credential.source, credential.profile, credential.provider)


def label_of(credential: Credential) -> str:
    """Return the credential as a row of a list says it: "The profile 'default'"."""
    return beginning_a_sentence(describe_source(credential))
