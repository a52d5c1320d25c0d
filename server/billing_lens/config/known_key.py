"""What can be known about a key of a config file, or about a variable."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum

from msgspec import Struct, field

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


class KnownKey(Struct, frozen=True):
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
"""What tokens may do, the same for logins and profiles."""
SWITCHED_ON = ("1", "true", "yes", "on")
"""What switches something on, in any case (cases "CLAUDE_CODE_USE_BEDROCK=…")."""
SWITCHED_OFF = ("0", "false", "no", "off")
