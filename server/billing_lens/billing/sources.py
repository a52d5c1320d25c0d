"""What is known about each source of a credential, and about each cloud provider: one row each.

Everything that tells sources apart reads this table: the route and its words, the environment, the
policy of managed settings, the comparison with Claude Code's own status, rules and schemas. Which
source comes before which is the other table, `billing.precedence`.
"""

from __future__ import annotations

from enum import Enum

from msgspec import Struct

from billing_lens.machine.version import ALL_VERSIONS, Versions


class Source(str, Enum):
    """Where a credential comes from."""

    CLOUD_PROVIDER = "cloud_provider"
    CUSTOM_HEADERS = "custom_headers"
    AUTH_TOKEN = "auth_token"  # noqa: S105 a name, no secret
    API_KEY = "api_key"
    API_KEY_HELPER = "api_key_helper"
    OAUTH_TOKEN = "oauth_token"  # noqa: S105 a name, no secret
    FEDERATION = "federation"
    PROFILE = "profile"
    CLAUDE_AI_LOGIN = "claude_ai_login"
    MANAGED_KEY = "managed_key"
    NONE = "none"


class Billing(str, Enum):
    """Who pays."""

    SUBSCRIPTION = "subscription"
    API_USAGE = "api_usage"
    CLOUD_PROVIDER = "cloud_provider"
    GATEWAY = "gateway"
    NONE = "none"
    UNKNOWN = "unknown"


class Family(str, Enum):
    """What kind of thing a source is."""

    PROVIDER = "provider"
    HEADERS = "headers"
    KEY = "key"
    """Keys and tokens of variables and settings; a forced login refuses them."""
    STORED_KEY = "stored key"
    LOGIN = "login"
    """A subscription's own token, stored or given."""
    PROFILE = "profile"
    NOTHING = "nothing"


class Group(str, Enum):
    """Variables that count in the same places."""

    KEY = "key"
    OAUTH_TOKEN = "oauth token"  # noqa: S105 a name, no secret
    CLOUD = "cloud switch"
    HOST = "host"
    PROFILE = "profile and federation"
    SURFACE = "surface"
    OTHER = "other"


class SourceFacts(Struct, frozen=True):
    """One row. Recorded cases, by name, are the source of each fact (tests/conformance)."""

    source: Source
    phrase: str
    """In a sentence; ``{profile}`` stands for the profile's name."""
    why_active: str
    """Why it is in charge, as a sentence."""
    billing: Billing
    """Whom it bills, unless the credential itself tells (`Credential.billing`)."""
    family: Family
    status_methods: tuple[str, ...]
    """What ``authMethod`` of ``claude auth status`` calls it."""
    variables: tuple[str, ...] = ()
    """The variables that make or shape it."""
    group: Group = Group.OTHER
    """Where these variables count."""
    sends_key: bool = False
    """Whether it travels as ``x-api-key`` and not as a bearer token, which beats a key."""
    sent_along: tuple[Source, ...] = ()
    """What travels as ``x-api-key`` beside this one's bearer token, which decides who pays (cases
    "authtok+apikey", "authtok+prim", "helper+apikey", "headers key bearer")."""


_ROWS = (
    SourceFacts(
        Source.CLOUD_PROVIDER,
        "a cloud provider",
        "A cloud provider is switched on; it comes before everything else.",
        Billing.CLOUD_PROVIDER,
        Family.PROVIDER,
        ("third_party",),
        group=Group.CLOUD,
    ),
    SourceFacts(
        Source.AUTH_TOKEN,
        "ANTHROPIC_AUTH_TOKEN",
        "ANTHROPIC_AUTH_TOKEN is set; it comes before keys and logins.",
        Billing.API_USAGE,
        Family.KEY,
        ("oauth_token",),
        ("ANTHROPIC_AUTH_TOKEN",),
        Group.KEY,
        sent_along=(Source.API_KEY, Source.API_KEY_HELPER, Source.MANAGED_KEY),
    ),
    SourceFacts(
        Source.API_KEY_HELPER,
        "apiKeyHelper",
        "apiKeyHelper is set; it comes before every login.",
        Billing.API_USAGE,
        Family.KEY,
        ("api_key_helper",),
        sent_along=(Source.API_KEY,),
    ),
    SourceFacts(
        Source.CUSTOM_HEADERS,
        "ANTHROPIC_CUSTOM_HEADERS",
        "ANTHROPIC_CUSTOM_HEADERS replaces the credential that Claude Code would send.",
        Billing.UNKNOWN,
        Family.HEADERS,
        (),
        ("ANTHROPIC_CUSTOM_HEADERS",),
        Group.HOST,
        sent_along=(Source.API_KEY, Source.MANAGED_KEY),
    ),
    SourceFacts(
        Source.API_KEY,
        "ANTHROPIC_API_KEY",
        "ANTHROPIC_API_KEY is set; it comes before every login.",
        Billing.API_USAGE,
        Family.KEY,
        ("api_key",),
        ("ANTHROPIC_API_KEY",),
        Group.KEY,
        sends_key=True,
    ),
    SourceFacts(
        Source.OAUTH_TOKEN,
        "CLAUDE_CODE_OAUTH_TOKEN",
        "CLAUDE_CODE_OAUTH_TOKEN is set; it comes before the stored login.",
        Billing.SUBSCRIPTION,
        Family.LOGIN,
        ("oauth_token",),
        ("CLAUDE_CODE_OAUTH_TOKEN",),
        Group.OAUTH_TOKEN,
    ),
    SourceFacts(
        Source.FEDERATION,
        "workload identity federation",
        "The federation variables are set; they come before the login.",
        Billing.API_USAGE,
        Family.PROFILE,
        ("oauth_token",),
        (
            "ANTHROPIC_FEDERATION_RULE_ID",
            "ANTHROPIC_ORGANIZATION_ID",
            "ANTHROPIC_SERVICE_ACCOUNT_ID",
            "ANTHROPIC_IDENTITY_TOKEN",
            "ANTHROPIC_IDENTITY_TOKEN_FILE",
        ),
        Group.PROFILE,
    ),
    SourceFacts(
        Source.PROFILE,
        "the profile '{profile}'",
        "The profile '{profile}' of the ant CLI is active.",
        Billing.API_USAGE,
        Family.PROFILE,
        ("oauth_token",),
        ("ANTHROPIC_PROFILE", "ANTHROPIC_CONFIG_DIR", "XDG_CONFIG_HOME"),
        Group.PROFILE,
    ),
    SourceFacts(
        Source.CLAUDE_AI_LOGIN,
        "the claude.ai login",
        "You are logged in, and nothing that comes before the login is set.",
        Billing.SUBSCRIPTION,
        Family.LOGIN,
        ("claude.ai",),
    ),
    SourceFacts(
        Source.MANAGED_KEY,
        "the /login managed key",
        "An API key from a Console login is stored in Claude Code's state file.",
        Billing.API_USAGE,
        Family.STORED_KEY,
        ("api_key",),
        sends_key=True,
    ),
    SourceFacts(
        Source.NONE,
        "no credential",
        "No credential that Claude Code could use was found.",
        Billing.NONE,
        Family.NOTHING,
        ("none",),
    ),
)

SOURCES = {row.source: row for row in _ROWS}
"""By source, in the order in which they are listed where no run decides. A test sees that every
source has its row, its finder, its place in the order of precedence and its recorded cases."""


class Provider(Struct, frozen=True):
    """A cloud provider: Claude Code's own word for it, its name, and the variable switching it on.

    The word is what ``apiProvider`` of ``claude auth status`` says.
    """

    word: str
    name: str
    switch: str
    versions: Versions = ALL_VERSIONS


GATEWAY = Provider("gateway", "Gateway", "CLAUDE_CODE_USE_GATEWAY")
"""A gateway that Claude Code itself treats as a provider: a session signed in there, or the switch
beside an address and a token (cases "gateway …"). It comes before all others."""

_PROVIDERS = (
    GATEWAY,
    Provider("bedrock", "Amazon Bedrock", "CLAUDE_CODE_USE_BEDROCK"),
    Provider("foundry", "Microsoft Foundry", "CLAUDE_CODE_USE_FOUNDRY"),
    Provider("anthropicAws", "Anthropic on AWS", "CLAUDE_CODE_USE_ANTHROPIC_AWS"),
    Provider(
        "anthropicGoogleCloud",
        "Claude Platform on Google Cloud",
        "CLAUDE_CODE_USE_ANTHROPIC_GOOGLE_CLOUD",
        # In 2.1.226, not in 2.1.200 (cases "var CLAUDE_CODE_USE_ANTHROPIC_GOOGLE_CLOUD=…").
        Versions(">=2.1.201"),
    ),
    Provider("mantle", "Mantle", "CLAUDE_CODE_USE_MANTLE"),
    Provider("vertex", "Google Vertex AI", "CLAUDE_CODE_USE_VERTEX"),
)

PROVIDERS = {provider.word: provider for provider in _PROVIDERS}
"""By word, in Claude Code's order: the first that is switched on decides."""


def sources_of(*families: Family) -> tuple[Source, ...]:
    """Return the sources of these families, in the order of the table."""
    return tuple(row.source for row in _ROWS if row.family in families)


def provider_name(word: str | None) -> str:
    """Return a provider's name, "Cloud provider" for one that is not known."""
    known = PROVIDERS.get(word or "")
    return known.name if known else "Cloud provider"


def source_phrase(source: Source, profile: str | None = None, provider: str | None = None) -> str:
    """Return a source in a few words for a sentence: "the profile 'default'"."""
    if provider in PROVIDERS:
        return PROVIDERS[provider].name
    return SOURCES[source].phrase.format(profile=profile)


def beginning_a_sentence(text: str) -> str:
    """Return `text` with a capital letter, unless a name such as apiKeyHelper begins it."""
    first = text.partition(" ")[0]
    return text[:1].upper() + text[1:] if first.islower() else text
