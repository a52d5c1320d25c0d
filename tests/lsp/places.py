"""Where the headline case keeps its files in the home."""

from __future__ import annotations

PROFILE = ".config/anthropic/configs/default.json"
PROFILE_TOKENS = ".config/anthropic/credentials/default.json"
ACTIVE = ".config/anthropic/active_config"
LOGIN = ".claude/.credentials.json"
STATE = ".claude.json"
SETTINGS = ".claude/settings.json"
