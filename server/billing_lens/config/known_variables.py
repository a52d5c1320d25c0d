"""What is known about each variable that can decide who pays, wherever it is set."""

from __future__ import annotations

from collections.abc import Mapping

from billing_lens.config.known_key import FEDERATION_PAGE, ISSUES, KnownKey, Sort

VARIABLES_PAGE = "https://code.claude.com/docs/en/env-vars"

ON_OR_OFF = {
    "1": "On, as are `true`, `yes` and `on`.",
    "0": "Off, as are `false`, `no` and nothing.",
}


def _cloud(provider: str, case: str) -> KnownKey:
    return KnownKey(
        f"Uses {provider}, which is billed, and comes before every other credential.",
        Sort.SWITCH,
        ON_OR_OFF,
        (case, "CLAUDE_CODE_USE_BEDROCK=…"),
    )


KNOWN_VARIABLES: Mapping[str, KnownKey] = {
    "ANTHROPIC_API_KEY": KnownKey(
        "An API key, charged per token. Headless runs (`claude -p`, SDK, CI) use it before any"
        " login; interactive ones ask first.",
        Sort.TOKEN,
        evidence=("apikey", "sub+apikey", "interactive key …", f"{ISSUES}33996"),
    ),
    "ANTHROPIC_AUTH_TOKEN": KnownKey(
        "A bearer token, usually of a gateway. It comes before keys and logins.",
        Sort.TOKEN,
        evidence=("authtok", "sub+authtok", "authtok+apikey"),
    ),
    "CLAUDE_CODE_OAUTH_TOKEN": KnownKey(
        "A subscription's token, as `claude setup-token` gives it. It comes before the stored"
        " login, and may be of another account.",
        Sort.TOKEN,
        evidence=("oauthtok", "interactive oauthtok in process, login", f"{ISSUES}16238"),
    ),
    "ANTHROPIC_BASE_URL": KnownKey(
        "The address that requests go to. It changes no credential: a subscription's token is sent"
        " to that address too.",
        evidence=("sub+baseurl", "ANTHROPIC_BASE_URL + …"),
    ),
    "ANTHROPIC_CUSTOM_HEADERS": KnownKey(
        "Headers for each request, one a line. An Authorization header takes the place of logins"
        " and profiles, `x-api-key` that of a key.",
        Sort.TOKEN,
        evidence=("headers …", "ANTHROPIC_CUSTOM_HEADERS with x-api-key", VARIABLES_PAGE),
    ),
    "ANTHROPIC_PROFILE": KnownKey(
        "The profile of the ant CLI to use. A profile chosen this way comes before the login. If"
        " there is no such profile, no other is tried.",
        Sort.PROFILE,
        evidence=("sub+antprof", "antvar[sub+ant] ANTHROPIC_PROFILE=gone"),
    ),
    "ANTHROPIC_CONFIG_DIR": KnownKey(
        "The directory of the ant CLI's profiles, instead of `~/.config/anthropic`. It makes no"
        " profile come first.",
        Sort.DIRECTORY,
        evidence=("antdir", "antdir+sub+ant"),
    ),
    "XDG_CONFIG_HOME": KnownKey(
        "The parent of the ant CLI's directory, instead of `~/.config`.",
        Sort.DIRECTORY,
        evidence=("XDG_CONFIG_HOME…",),
    ),
    "CLAUDE_CONFIG_DIR": KnownKey(
        "The directory of all of Claude Code's files, `.claude.json` among them. Set to"
        " `~/.claude`, it loses `~/.claude.json`.",
        Sort.DIRECTORY,
        evidence=("CONFIG_DIR=HOME/.claude explicitly …", "CLAUDE_CONFIG_DIR in …"),
    ),
    "ANTHROPIC_FEDERATION_RULE_ID": KnownKey(
        "The federation rule (`fdrl_…`) that turns an identity token into an access token. With"
        " ANTHROPIC_ORGANIZATION_ID it takes charge before the login, also without a token.",
        evidence=("wif", "WIF without …", FEDERATION_PAGE),
    ),
    "ANTHROPIC_ORGANIZATION_ID": KnownKey(
        "The organization that pays for federation.",
        Sort.ORGANIZATION,
        evidence=("WIF without org", FEDERATION_PAGE),
    ),
    "ANTHROPIC_SERVICE_ACCOUNT_ID": KnownKey(
        "The service account (`svac_…`) that federation acts for.", evidence=(FEDERATION_PAGE,)
    ),
    "ANTHROPIC_IDENTITY_TOKEN": KnownKey(
        "The identity token that federation hands in.",
        Sort.TOKEN,
        evidence=("WIF without token", FEDERATION_PAGE),
    ),
    "ANTHROPIC_IDENTITY_TOKEN_FILE": KnownKey(
        "The file that holds the identity token for federation.",
        Sort.PATH,
        evidence=("WIF token file…", FEDERATION_PAGE),
    ),
    "CLAUDE_CODE_USE_BEDROCK": _cloud("Amazon Bedrock", "sub+bedrock"),
    "CLAUDE_CODE_USE_FOUNDRY": _cloud("Microsoft Foundry", "sub+foundry"),
    "CLAUDE_CODE_USE_ANTHROPIC_AWS": _cloud("Anthropic on AWS", "sub+anthropic_aws"),
    "CLAUDE_CODE_USE_ANTHROPIC_GOOGLE_CLOUD": _cloud(
        "Claude Platform on Google Cloud", "var USE_ANTHROPIC_GOOGLE_CLOUD in settings"
    ),
    "CLAUDE_CODE_USE_GATEWAY": KnownKey(
        "Treats the gateway at ANTHROPIC_BASE_URL as a provider, which comes before every other"
        " credential. Without ANTHROPIC_BASE_URL and ANTHROPIC_AUTH_TOKEN it does nothing.",
        Sort.SWITCH,
        ON_OR_OFF,
        ("var CLAUDE_CODE_USE_GATEWAY=…",),
    ),
    "CLAUDE_CODE_USE_MANTLE": _cloud("Mantle", "sub+mantle"),
    "CLAUDE_CODE_USE_VERTEX": _cloud("Google Vertex AI", "vertex"),
    "CLAUDE_CODE_SIMPLE": KnownKey(
        "Starts Claude Code bare: no login, no OAuth token and no profile counts, only keys.",
        Sort.SWITCH,
        ON_OR_OFF,
        ("SIMPLE=1 set in …", "SIMPLE helper …"),
    ),
    "CLAUDE_CODE_ENTRYPOINT": KnownKey(
        "From where Claude Code is started; the starter sets it. It changes which credential comes"
        " first.",
        values={
            "claude-vscode": "The VS Code extension: an API key counts only when approved.",
            "claude-desktop": "The desktop application: the login comes before keys and profiles.",
        },
        evidence=("entrypoint vscode: …", "entrypoint desktop: …"),
    ),
    "CLAUDE_CODE_OAUTH_SCOPES": KnownKey(
        "What CLAUDE_CODE_OAUTH_TOKEN may do. Without `user:inference` in it nobody is logged in,"
        " also beside a login.",
        Sort.SCOPES,
        evidence=("follow scopes …",),
    ),
    "CLAUDE_CODE_PROVIDER_MANAGED_BY_HOST": KnownKey(
        "Says that the program which starts Claude Code decides who pays: credentials of settings"
        " and stored logins do not count. In settings it does nothing.",
        Sort.SWITCH,
        ON_OR_OFF,
        ("follow host-managed", "var PROVIDER_MANAGED_BY_HOST …"),
    ),
    "CLAUDE_CODE_HOST_AUTH_ENV_VAR": KnownKey(
        "Names the variable that a host application authenticates with; keys of settings do not"
        " count then.",
        evidence=("var CLAUDE_CODE_HOST_AUTH_ENV_VAR=…",),
    ),
    "CLAUDE_CODE_API_KEY_FILE_DESCRIPTOR": KnownKey(
        "The number of an open file that holds an API key, set by the program that starts Claude"
        " Code; nobody else can read it.",
        Sort.TOKEN,
        evidence=("var CLAUDE_CODE_API_KEY_FILE_DESCRIPTOR=…", "follow fd …"),
    ),
    "CLAUDE_CODE_OAUTH_TOKEN_FILE_DESCRIPTOR": KnownKey(
        "The number of an open file that holds an OAuth token, set by the program that starts"
        " Claude Code; nobody else can read it.",
        Sort.TOKEN,
        evidence=("var CLAUDE_CODE_OAUTH_TOKEN_FILE_DESCRIPTOR=…", "follow fd …"),
    ),
    "CLAUDE_SECURESTORAGE_CONFIG_DIR": KnownKey(
        "The directory of the stored login alone, `.credentials.json`; empty it means `~/.claude`.",
        Sort.DIRECTORY,
        evidence=("securestorage …", "var CLAUDE_SECURESTORAGE_CONFIG_DIR=…"),
    ),
    "CLAUDE_CODE_IGNORE_PERSISTED_TRUST": KnownKey(
        "Treats every folder as one that nobody trusts: keys of a project's settings do not count"
        " in headless runs.",
        Sort.SWITCH,
        ON_OR_OFF,
        ("var CLAUDE_CODE_IGNORE_PERSISTED_TRUST=…",),
    ),
    "CLAUDE_CODE_REMOTE": KnownKey(
        "Says that this is a remote session: the login comes before keys and profiles.",
        Sort.SWITCH,
        ON_OR_OFF,
        ("entrypoint remote: …", "REMOTE=1 set in …"),
    ),
}
"""By name. Every variable that `billing/environment` treats apart is here."""
