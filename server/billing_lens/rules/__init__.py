"""One module a rule; importing the package registers every rule, in this order."""

# pyright: reportUnusedImport=false

from billing_lens.rules import (  # noqa: F401 each registers its rule
    account_missing,
    api_key_headless_only,
    api_key_helper_overrides_login,
    api_key_overrides_login,
    auth_token_overrides_login,
    base_url_redirects_login,
    cloud_provider_overrides_login,
    config_directory_split,
    console_only_scope,
    credentials_exposed,
    environments_differ,
    federation_incomplete,
    federation_overrides_login,
    forced_login_conflict,
    invalid_config,
    login_expired,
    login_unusable,
    oauth_token_overrides_login,
    organization_changed,
    organization_conflict,
    plan_missing,
    profile_broken,
    profile_drift,
    profile_from_environment,
    profile_overrides_login,
    secret_in_project,
    settings_ignored,
    source_not_allowed,
    unexpected_payer,
)
from billing_lens.rules.rule import RULES, Command, Finding, Related, Rule, Verdict

__all__ = ["RULES", "Command", "Finding", "Related", "Rule", "Verdict"]
