"""What is known about each key of the ant CLI's files."""

from __future__ import annotations

from billing_lens.config.known_key import FEDERATION_PAGE, ISSUES, SCOPES, KnownKey, Sort

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
