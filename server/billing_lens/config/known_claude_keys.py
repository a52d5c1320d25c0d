"""What is known about each key of Claude Code's own files, of those that can decide who pays."""

from __future__ import annotations

from billing_lens.config.known_key import ISSUES, SCOPES, SETTINGS_PAGE, KnownKey, Sort

PLANS = {
    "max": "A Max plan.",
    "pro": "A Pro plan.",
    "team": "A Team plan.",
    "enterprise": "An Enterprise plan.",
}

CLAUDE_CREDENTIALS_KEYS = {
    "/claudeAiOauth": KnownKey(
        "The login with a claude.ai account. Log out with `claude auth logout`, and not by editing"
        " this file.",
        Sort.GROUP,
    ),
    "/enterpriseGateway": KnownKey(
        "A session signed in to a gateway. It comes before every other credential.",
        Sort.GROUP,
        evidence=("https://code.claude.com/docs/en/authentication",),
    ),
    "/enterpriseGateway/url": KnownKey("The gateway's address, which gets the session's token."),
    "/enterpriseGateway/jwt": KnownKey("The session's token.", Sort.TOKEN),
    "/enterpriseGateway/expiresAt": KnownKey(
        "When the session ends. Without a token to renew it, the login counts again.",
        Sort.MILLISECONDS,
    ),
    "/enterpriseGateway/idpRefreshToken": KnownKey("Renews the session.", Sort.TOKEN),
    "/enterpriseGateway/email": KnownKey("Who is signed in to the gateway."),
    "/gatewayTrust": KnownKey(
        "The fingerprint of each gateway's certificate, by host; without it the session is passed"
        " over.",
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
    "/allowedProviders": KnownKey(
        "The providers that may serve Claude Code: with any other it does not start. Only managed"
        " settings enforce it.",
        evidence=(SETTINGS_PAGE,),
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
    "/model": KnownKey("The model to use. It decides nothing about who pays, but what it costs."),
}
