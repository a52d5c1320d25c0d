"""What is known about each key of the config files: one table of data a kind of file.

The meaning is that of the key anywhere. What a key does on one machine is told by `billing/effect`.
The evidence names recorded cases (``…`` stands for anything), issues and pages. What has none is
the file's own format, as the programs that own it write it.
"""

from __future__ import annotations

from collections.abc import Mapping

from billing_lens.config.kinds import Kind
from billing_lens.config.known_ant_keys import (
    ACTIVE_CONFIG_KEYS,
    PROFILE_CREDENTIALS_KEYS,
    PROFILE_KEYS,
)
from billing_lens.config.known_claude_keys import (
    CLAUDE_CREDENTIALS_KEYS,
    CLAUDE_SETTINGS_KEYS,
    CLAUDE_STATE_KEYS,
)
from billing_lens.config.known_key import ISSUES, KnownKey, Sort

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

_WISHES = {
    "/expected/billing": KnownKey(
        "Who you expect to pay for Claude Code. A finding says so when somebody else does.",
        values={
            "subscription": "A Claude Pro, Max, Team or Enterprise plan pays.",
            "api_usage": "An organization's API account pays by usage.",
            "cloud_provider": "Amazon Bedrock, Google Vertex AI, Microsoft Foundry or another cloud"
            " provider pays.",
            "gateway": "A gateway that `ANTHROPIC_BASE_URL` names pays.",
            "any": "Whoever pays is as expected.",
        },
    ),
    "/expected/organization": KnownKey(
        "The id of the organization that you expect to pay (a UUID).", Sort.ORGANIZATION
    ),
    "/rules/*": KnownKey(
        "How bad the findings of this rule are; hints stay hints.",
        values={
            "off": "They are left out.",
            **{level: f"Shown as {level}." for level in ("error", "warning", "info", "hint")},
        },
    ),
}
TEAM_POLICY_KEYS = {
    **_WISHES,
    "/allowed/sources": KnownKey(
        "The sources that may pay; any other is reported, and with an empty list each is."
    ),
}

KNOWN_KEYS: Mapping[Kind, Mapping[str, KnownKey]] = {
    Kind.ANTHROPIC_PROFILE: PROFILE_KEYS,
    Kind.ANTHROPIC_CREDENTIALS: PROFILE_CREDENTIALS_KEYS,
    Kind.ANTHROPIC_ACTIVE_CONFIG: ACTIVE_CONFIG_KEYS,
    Kind.CLAUDE_CREDENTIALS: CLAUDE_CREDENTIALS_KEYS,
    Kind.CLAUDE_STATE: CLAUDE_STATE_KEYS,
    Kind.CLAUDE_SETTINGS: CLAUDE_SETTINGS_KEYS,
    Kind.VSCODE_SETTINGS: VSCODE_SETTINGS_KEYS,
    Kind.PREFERENCES: _WISHES,
    Kind.TEAM_POLICY: TEAM_POLICY_KEYS,
}
"""Keys by the kind of file and the JSON Pointer, in which ``*`` stands for any name."""
