"""What is known about each key of the config files: one table of data a kind of file.

The meaning is that of the key anywhere. What a key does on one machine is told by `billing/effect`.
The evidence names recorded cases (``…`` stands for anything), issues and pages. What has none is
the file's own format, as the programs that own it write it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

from billing_lens.config.kinds import Kind

ISSUES = "anthropics/claude-code#"
SETTINGS_PAGE = "https://code.claude.com/docs/en/settings"
FEDERATION_PAGE = "https://platform.claude.com/docs/en/manage-claude/wif-reference"


class Sort(str, Enum):
    """What sort of thing a value is."""

    TEXT = "text"
    ORGANIZATION = "organization id"
    WORKSPACE = "workspace id"
    SECONDS = "time in seconds since 1970"
    MILLISECONDS = "time in milliseconds since 1970"
    TOKEN = "token or key"  # noqa: S105 a name, no secret
    PROFILE = "profile name"
    SCOPES = "list of scopes"
    PATH = "path of a file"
    DIRECTORY = "path of a directory"
    COMMAND = "command"
    SWITCH = "switch"
    GROUP = "group of keys"


@dataclass(frozen=True)
class KnownKey:
    """A key's meaning in a sentence or two; `values` are the ones it can have, with theirs."""

    meaning: str
    sort: Sort = Sort.TEXT
    values: Mapping[str, str] = field(default_factory=dict[str, str])
    evidence: tuple[str, ...] = ()


SCOPES = {
    "user:inference": "May use models. Without it Claude Code passes a login over.",
    "user:profile": "May read the account's profile.",
    "user:developer": "The scope of a Console sign-in.",
    "user:sessions:claude_code": "May keep Claude Code's sessions.",
    "org:create_api_key": "May create API keys for the organization, as a Console login does.",
}
PLANS = {
    "max": "A Max plan.",
    "pro": "A Pro plan.",
    "team": "A Team plan.",
    "enterprise": "An Enterprise plan.",
}

PROFILE_KEYS = {
    "/version": KnownKey("The version of the file's format."),
    "/authentication": KnownKey(
        "How the profile signs in. Without it Claude Code passes the profile over.",
        Sort.GROUP,
        evidence=("antvar[sub+ant+PROFILE] authentication missing",),
    ),
    "/authentication/type": KnownKey(
        "The way to sign in. Claude Code passes over a profile of any other type.",
        values={
            "user_oauth": "A person signed in with `ant auth login`; the tokens are in the"
            " profile's credentials file.",
            "oidc_federation": "A workload proves who it is with an identity token. Such a profile"
            " comes before the login in every version.",
        },
        evidence=("antvar[sub+ant+PROFILE] auth.type…", "antvar[sub+ant] auth.type=oidc_fed…"),
    ),
    "/authentication/client_id": KnownKey(
        "The OAuth client that signed in. An expired sign-in cannot be renewed without it.",
        evidence=("antvar[…] creds expired, no client_id in conf",),
    ),
    "/authentication/scope": KnownKey(
        "The scopes asked for at sign-in. A profile is used even if models are not among them.",
        Sort.SCOPES,
        SCOPES,
        ("antvar[…] client_id+scope missing", "antvar[…] creds scope without user:inference"),
    ),
    "/authentication/console_url": KnownKey("The Console where the sign-in took place."),
    "/authentication/credentials_path": KnownKey(
        "Another file for the profile's tokens. It has to be an absolute path: a relative one"
        " starts at the working directory, and `~` is not expanded.",
        Sort.PATH,
        evidence=("antvar[…] credentials_path …", "credentials_path relative to cwd, …"),
    ),
    "/authentication/federation_rule_id": KnownKey(
        "The federation rule (`fdrl_…`) that turns an identity token into an access token.",
        evidence=("implicit fed no rule, …", FEDERATION_PAGE),
    ),
    "/authentication/service_account_id": KnownKey(
        "The service account (`svac_…`) that the access token acts for.",
        evidence=(FEDERATION_PAGE,),
    ),
    "/authentication/identity_token": KnownKey(
        "Where the workload's identity token comes from.", Sort.GROUP
    ),
    "/authentication/identity_token/source": KnownKey(
        "The kind of place the token comes from.", values={"file": "A file holds the token."}
    ),
    "/authentication/identity_token/path": KnownKey(
        "The file that holds the identity token. Without it a federated profile is in charge all"
        " the same, and fails.",
        Sort.PATH,
        evidence=("antvar[…] auth.type=oidc_federation full, no token source",),
    ),
    "/organization_id": KnownKey(
        "The organization this profile is pinned to; it pays when the profile is in charge. It"
        " survives `ant auth logout` and binds the next sign-in. Removing the id alone does not"
        " take the profile out of charge.",
        Sort.ORGANIZATION,
        evidence=(f"{ISSUES}60742", "antvar[…] organization_id missing (conf)"),
    ),
    "/workspace_id": KnownKey(
        "The workspace of the organization that the profile is pinned to.",
        Sort.WORKSPACE,
        evidence=("antvar[sub+ant+PROFILE] workspace_id in config",),
    ),
    "/base_url": KnownKey(
        "The address of the API for this profile. A number here makes it fail.",
        evidence=("antvar[sub+ant] base_url in config", "profile config base_url number…"),
    ),
}

PROFILE_CREDENTIALS_KEYS = {
    "/version": KnownKey("The version of the file's format."),
    "/type": KnownKey(
        "What the file holds.", values={"oauth_token": "The tokens of an OAuth sign-in."}
    ),
    "/access_token": KnownKey(
        "The token sent with each request when the profile is in charge. Without it Claude Code"
        " uses the profile all the same, and hangs.",
        Sort.TOKEN,
        evidence=("antvar[…] creds access_token missing",),
    ),
    "/refresh_token": KnownKey(
        "Renews the access token. An expired sign-in without it fails.",
        Sort.TOKEN,
        evidence=("antvar[…] creds expired, …",),
    ),
    "/expires_at": KnownKey(
        "When the access token expires, in seconds since 1970.",
        Sort.SECONDS,
        evidence=("antvar[…] creds expired, …", "antvar[…] creds expires_at missing"),
    ),
    "/scope": KnownKey(
        "What the token may do. A profile is used even if models are not among it.",
        Sort.SCOPES,
        SCOPES,
        ("antvar[…] creds scope without user:inference",),
    ),
    "/organization_uuid": KnownKey(
        "The organization signed in to. The same id is `organization_id` in the profile's file.",
        Sort.ORGANIZATION,
        evidence=(f"{ISSUES}60742",),
    ),
    "/organization_name": KnownKey("The name of the organization signed in to."),
    "/account_email": KnownKey("The account that signed in."),
    "/workspace_id": KnownKey("The workspace signed in to.", Sort.WORKSPACE),
    "/workspace_name": KnownKey("The name of the workspace signed in to."),
}

ACTIVE_CONFIG_KEYS = {
    "": KnownKey(
        "The active profile of the ant CLI: one name. An empty or missing file means `default`. If"
        " there is no profile of this name, no other is tried.",
        Sort.PROFILE,
        evidence=("antvar[…] active_config=missing profile", "antvar[…] active_config empty file"),
    )
}

CLAUDE_CREDENTIALS_KEYS = {
    "/claudeAiOauth": KnownKey(
        "The login with a claude.ai account. Log out with `claude auth logout`, and not by editing"
        " this file.",
        Sort.GROUP,
    ),
    "/claudeAiOauth/accessToken": KnownKey(
        "The token sent with each request when the login is in charge. Without it the login is"
        " passed over.",
        Sort.TOKEN,
        evidence=("creds accessToken empty + ant",),
    ),
    "/claudeAiOauth/refreshToken": KnownKey(
        "Renews the access token. Without it an expired login stays in charge, and fails.",
        Sort.TOKEN,
        evidence=("creds expired, no refreshToken + ant",),
    ),
    "/claudeAiOauth/expiresAt": KnownKey(
        "When the access token expires, in milliseconds since 1970.",
        Sort.MILLISECONDS,
        evidence=("creds expired, no refreshToken + ant", "creds expiresAt seconds not ms"),
    ),
    "/claudeAiOauth/refreshTokenExpiresAt": KnownKey(
        "When the refresh token expires, in milliseconds since 1970.", Sort.MILLISECONDS
    ),
    "/claudeAiOauth/scopes": KnownKey(
        "What the login may do. Without `user:inference` it is passed over.",
        Sort.SCOPES,
        SCOPES,
        ("creds scopes without user:inference", f"{ISSUES}30494"),
    ),
    "/claudeAiOauth/subscriptionType": KnownKey(
        "The plan of the account. With any other value Claude Code shows an API account, though"
        " the login is used.",
        values=PLANS,
        evidence=("creds subscriptionType=…", f"{ISSUES}30185"),
    ),
    "/claudeAiOauth/rateLimitTier": KnownKey(
        "The limits of the plan, from which its size is shown.",
        values={
            "default_claude_max_5x": "Max 5x.",
            "default_claude_max_20x": "Max 20x.",
        },
        evidence=("creds rateLimitTier=…",),
    ),
}

_REMEMBERED = "Keys are remembered by their last 20 characters."
CLAUDE_STATE_KEYS = {
    "/oauthAccount": KnownKey(
        "The account Claude Code last saw. It is only shown, decides nothing, and can be stale or"
        " another account's.",
        Sort.GROUP,
        evidence=(f"{ISSUES}58625", f"{ISSUES}74217"),
    ),
    "/oauthAccount/accountUuid": KnownKey("The id of the account."),
    "/oauthAccount/emailAddress": KnownKey(
        "The e-mail address that is shown.", evidence=("acct drop emailAddress",)
    ),
    "/oauthAccount/displayName": KnownKey("The name of the account's owner."),
    "/oauthAccount/organizationUuid": KnownKey(
        "The organization that is shown. It is remembered of the last login; the token decides"
        " who pays.",
        Sort.ORGANIZATION,
        evidence=("acct drop organizationUuid", f"{ISSUES}48460"),
    ),
    "/oauthAccount/organizationName": KnownKey(
        "The name of the organization that is shown.", evidence=("acct organizationName null",)
    ),
    "/oauthAccount/organizationType": KnownKey(
        "The kind of the organization.",
        values={f"claude_{plan}": meaning for plan, meaning in PLANS.items()},
        evidence=("acct organizationType=…",),
    ),
    "/oauthAccount/organizationRateLimitTier": KnownKey("The limits of the organization's plan."),
    "/oauthAccount/organizationRole": KnownKey("The account's role in the organization."),
    "/oauthAccount/billingType": KnownKey(
        "How the organization pays.",
        values={"stripe_subscription": "By subscription."},
        evidence=("acct billingType=none",),
    ),
    "/primaryApiKey": KnownKey(
        "The API key that a login with a Console account left here. It is charged per token unless"
        " a claude.ai login or something else comes first.",
        Sort.TOKEN,
        evidence=("prim", "sub+prim+ant"),
    ),
    "/customApiKeyResponses": KnownKey(
        f"Your answers when Claude Code asked whether to use an API key. {_REMEMBERED}", Sort.GROUP
    ),
    "/customApiKeyResponses/approved": KnownKey(
        f"Keys that are used in interactive runs too. {_REMEMBERED}",
        Sort.TOKEN,
        evidence=("customApiKeyResponses …", "interactive key approved, project"),
    ),
    "/customApiKeyResponses/rejected": KnownKey(
        f"Keys that are not used interactively; `claude -p` uses them all the same. {_REMEMBERED}",
        Sort.TOKEN,
        evidence=("customApiKeyResponses rejected", "interactive key rejected, no login"),
    ),
    "/hasAvailableSubscription": KnownKey(
        "Whether Claude Code last saw a subscription. It decides nothing.",
        evidence=("hasAvailableSubscription true",),
    ),
    "/lastOnboardingVersion": KnownKey("The version of Claude Code that was last set up here."),
    "/projects/*/hasTrustDialogAccepted": KnownKey(
        "Whether you said that this folder is trusted. Interactive runs ask before they use the"
        " settings of a folder that is not.",
        Sort.SWITCH,
        evidence=("apikey @ proj …trusted", "apiKeyHelper proj …trusted"),
    ),
}

CLAUDE_SETTINGS_KEYS = {
    "/env": KnownKey(
        "Variables for Claude Code. They override those of the shell.",
        Sort.GROUP,
        evidence=("apikey process vs …",),
    ),
    "/apiKeyHelper": KnownKey(
        "A shell command that prints an API key. It comes before every login and is charged per"
        " token. If it fails, nothing takes its place.",
        Sort.COMMAND,
        evidence=("helper", "sub+helper", "apiKeyHelper user: helper fails"),
    ),
    "/forceLoginMethod": KnownKey(
        "The kind of login that is demanded. Only managed settings enforce it.",
        values={
            "claudeai": "A claude.ai account.",
            "console": "A Console account, charged per token.",
            "gateway": "A gateway's login.",
        },
        evidence=("forceLoginMethod=claudeai, … @ …", "managed method …"),
    ),
    "/forceLoginOrgUUID": KnownKey(
        "The organization, or a list of those, that a login has to belong to. Only managed settings"
        " enforce it. An empty list allows no login.",
        Sort.ORGANIZATION,
        evidence=("forceLoginOrgUUID=… @ …", "managed org …", f"{ISSUES}59348"),
    ),
    "/awsAuthRefresh": KnownKey(
        "A command that renews the AWS sign-in for Bedrock.",
        Sort.COMMAND,
        evidence=(SETTINGS_PAGE,),
    ),
    "/awsCredentialExport": KnownKey(
        "A command that prints AWS credentials for Bedrock.",
        Sort.COMMAND,
        evidence=(SETTINGS_PAGE,),
    ),
    "/gcpAuthRefresh": KnownKey(
        "A command that renews the Google Cloud sign-in for Vertex AI.",
        Sort.COMMAND,
        evidence=(SETTINGS_PAGE,),
    ),
}

VSCODE_SETTINGS_KEYS = {
    "/claudeCode.environmentVariables": KnownKey(
        "Variables that the Claude Code extension of VS Code gives to Claude Code; a terminal does"
        " not see them.",
        Sort.GROUP,
        evidence=(f"{ISSUES}12383",),
    ),
    "/claudeCode.disableLoginPrompt": KnownKey(
        "Keeps the extension from asking for a login, for those who pay by another way.",
        Sort.SWITCH,
        evidence=("https://code.claude.com/docs/en/vs-code",),
    ),
    **{
        f"/terminal.integrated.env.{system}": KnownKey(
            f"Variables for VS Code's own terminal on {name}; other terminals do not see them.",
            Sort.GROUP,
            evidence=(f"{ISSUES}10415",),
        )
        for system, name in (("linux", "Linux"), ("osx", "macOS"), ("windows", "Windows"))
    },
}

KNOWN_KEYS: Mapping[Kind, Mapping[str, KnownKey]] = {
    Kind.ANTHROPIC_PROFILE: PROFILE_KEYS,
    Kind.ANTHROPIC_CREDENTIALS: PROFILE_CREDENTIALS_KEYS,
    Kind.ANTHROPIC_ACTIVE_CONFIG: ACTIVE_CONFIG_KEYS,
    Kind.CLAUDE_CREDENTIALS: CLAUDE_CREDENTIALS_KEYS,
    Kind.CLAUDE_STATE: CLAUDE_STATE_KEYS,
    Kind.CLAUDE_SETTINGS: CLAUDE_SETTINGS_KEYS,
    Kind.VSCODE_SETTINGS: VSCODE_SETTINGS_KEYS,
}
"""Keys by the kind of file and the JSON Pointer, in which ``*`` stands for any name."""
