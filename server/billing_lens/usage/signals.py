"""What in a log tells who paid: two tables, and nothing else knows it.

`SIGNALS` says from which version on each mark exists; before that its absence says nothing.
`READINGS` says what marks together mean; the first row that fits decides. Measured with the real
program and a stand-in for the API that gives the cache lifetime it is asked for: 2.1.146, .200 and
.284 to .332, with a login, a setup token, ant profiles, a key, an auth token, a managed key, Amazon
Bedrock, Google Vertex AI and a gateway (tests/usage/recorded). What was not measured says so.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum

from msgspec import Struct

from billing_lens.config.kinds import Kind
from billing_lens.machine.machine import Machine
from billing_lens.machine.version import Versions


class Payer(str, Enum):
    """Who paid for a request, as far as a log tells."""

    SUBSCRIPTION = "subscription"
    USAGE_CREDITS = "usage_credits"
    API_USAGE = "api_usage"
    CLOUD_PROVIDER = "cloud_provider"
    GATEWAY = "gateway"
    UNCLEAR = "unclear"

    @property
    def label(self) -> str:
        """For people."""
        return _PAYER_LABELS[self]


_PAYER_LABELS = {
    Payer.SUBSCRIPTION: "Subscription",
    Payer.USAGE_CREDITS: "Usage credits",
    Payer.API_USAGE: "API usage",
    Payer.CLOUD_PROVIDER: "Cloud provider",
    Payer.GATEWAY: "Gateway",
    Payer.UNCLEAR: "Unclear",
}


class Confidence(str, Enum):
    """How sure the payer is. `rank` is lower the surer it is."""

    RECORDED = "recorded"
    LIKELY = "likely"
    UNCLEAR = "unclear"

    @property
    def rank(self) -> int:
        """For comparing."""
        return tuple(Confidence).index(self)


SIGNALS: Mapping[str, Versions] = {
    "oauth": Versions(">=2.1.300"),
    "first_party": Versions(">=2.1.300"),
    "account": Versions(">=2.1.284"),
}
"""The members of `Marks` that not every version writes. `provider_model` and `cache` always count;
2.1.300 is the first version with ``api-request`` lines. ``credential_org`` is in 2.1.284 and not in
2.1.200; ``session-owner``, which says the same, came with 2.1.318."""

LONGER_CACHE = ("ENABLE_PROMPT_CACHING_1H", "promptCacheTtl")
SHORTER_CACHE = ("FORCE_PROMPT_CACHING_5M", "DISABLE_PROMPT_CACHING", "promptCacheTtl")
FEWER_BETAS = ("CLAUDE_CODE_DISABLE_EXPERIMENTAL_BETAS",)
CONFOUNDERS = tuple(dict.fromkeys((*LONGER_CACHE, *SHORTER_CACHE, *FEWER_BETAS)))
"""Variables and settings that change a mark without changing who pays."""


class Reading(Struct, frozen=True, kw_only=True):
    """A row: marks that a request must have, and what they mean."""

    marks: Mapping[str, object]
    payer: Payer
    confidence: Confidence
    evidence: str
    """In words; it says what is recorded, not what it may mean beyond the row's payer."""
    confused_by: tuple[str, ...] = ()
    """Where one of these is set, the row is no more than a guess."""
    versions: Versions = Versions()


READINGS = (
    Reading(
        marks={"provider_model": True},
        payer=Payer.CLOUD_PROVIDER,
        confidence=Confidence.LIKELY,
        evidence="the model or the answer is named as Amazon Bedrock or Google Vertex AI name it",
    ),
    Reading(
        marks={"oauth": True, "cache": "1h"},
        payer=Payer.SUBSCRIPTION,
        confidence=Confidence.LIKELY,
        evidence="sent with an OAuth token, and the cache kept for 1 hour, as within a plan",
        confused_by=LONGER_CACHE,
    ),
    Reading(
        marks={"oauth": True, "cache": "5m", "account": True},
        payer=Payer.USAGE_CREDITS,
        confidence=Confidence.LIKELY,
        evidence="sent with the login's token, but the cache kept for 5 minutes, as beyond a plan",
        confused_by=SHORTER_CACHE,
    ),
    Reading(
        marks={"oauth": True, "cache": "5m", "account": False},
        payer=Payer.API_USAGE,
        confidence=Confidence.LIKELY,
        evidence="sent with an OAuth token of no login and the cache kept for 5 minutes, as with an"
        " ant profile",
        confused_by=SHORTER_CACHE,
    ),
    Reading(
        marks={"oauth": True},
        payer=Payer.UNCLEAR,
        confidence=Confidence.UNCLEAR,
        evidence="sent with an OAuth token, with no cache that would tell a plan from its overflow",
    ),
    Reading(
        marks={"oauth": False, "account": True, "first_party": True},
        payer=Payer.API_USAGE,
        confidence=Confidence.RECORDED,
        evidence="sent to Anthropic's own API without an OAuth token, in a session of a login, as"
        " with the key of a Console login",
    ),
    Reading(
        marks={"oauth": False, "first_party": True},
        payer=Payer.API_USAGE,
        confidence=Confidence.RECORDED,
        evidence="sent to Anthropic's own API without an OAuth token: an API key, an auth token or"
        " a helper's key",
    ),
    Reading(
        marks={"oauth": False, "first_party": False},
        payer=Payer.GATEWAY,
        confidence=Confidence.LIKELY,
        evidence="sent without an OAuth token, and without the beta header that requests to"
        " Anthropic's own API have: to a gateway, or to a cloud provider behind one",
        confused_by=FEWER_BETAS,
    ),
    Reading(
        marks={"cache": "1h"},
        payer=Payer.SUBSCRIPTION,
        confidence=Confidence.LIKELY,
        evidence="the cache kept for 1 hour, as within a plan",
        confused_by=LONGER_CACHE,
    ),
    Reading(
        # Some subscribers got 5 minutes there (anthropics/claude-code#84253); not measured.
        marks={"cache": "5m"},
        payer=Payer.UNCLEAR,
        confidence=Confidence.UNCLEAR,
        evidence="the cache kept for 5 minutes, by a version that asked for that within plans too",
        versions=Versions(">=2.1.218,<2.1.248"),
    ),
    Reading(
        marks={"cache": "5m", "account": True},
        payer=Payer.UNCLEAR,
        confidence=Confidence.UNCLEAR,
        evidence="the cache kept for 5 minutes in a session of a login: its usage credits, or the"
        " key of a Console login; paid by use either way",
    ),
    Reading(
        marks={"cache": "5m", "account": False},
        payer=Payer.API_USAGE,
        confidence=Confidence.LIKELY,
        evidence="the cache kept for 5 minutes in a session of no login, as with a key, a token or"
        " an ant profile",
        confused_by=SHORTER_CACHE,
    ),
    Reading(
        marks={"cache": "5m"},
        payer=Payer.API_USAGE,
        confidence=Confidence.LIKELY,
        evidence="the cache kept for 5 minutes, as with a key, a token or an ant profile; this"
        " version does not record what would tell usage credits or a gateway from them",
        confused_by=SHORTER_CACHE,
    ),
    Reading(
        marks={},
        payer=Payer.UNCLEAR,
        confidence=Confidence.UNCLEAR,
        evidence="nothing in the log tells",
    ),
)


def confounders_of(machine: Machine) -> frozenset[str]:
    """Return which of `CONFOUNDERS` are set on a machine now, in its environment or settings."""
    texts = [file.entry.data for file in machine.files_of(Kind.CLAUDE_SETTINGS)]
    return frozenset(
        name
        for name in CONFOUNDERS
        if machine.environment.get(name) or any(f'"{name}"'.encode() in text for text in texts)
    )
