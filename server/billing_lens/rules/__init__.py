"""One module a rule. Importing the package registers every rule, in the order of the modules."""

from billing_lens.rules import (
    invalid_config,
    organization_conflict,
    profile_overrides_login,
    settings_ignored,
)
from billing_lens.rules.rule import RULES, Finding, Related, Rule, Severity, Verdict

__all__ = [
    "RULES",
    "Finding",
    "Related",
    "Rule",
    "Severity",
    "Verdict",
    "invalid_config",
    "organization_conflict",
    "profile_overrides_login",
    "settings_ignored",
]
