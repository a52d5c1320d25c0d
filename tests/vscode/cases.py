"""The machine that the windows are opened on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

from tests.machines import CONSOLE_ORGANIZATION, MadeUpMachine, headline

PROFILE = ".config/anthropic/configs/default.json"
PROFILE_CREDENTIALS = ".config/anthropic/credentials/default.json"
PROFILE_TEXT = f"""{{
  "version": "1.0",
  "authentication": {{
    "type": "user_oauth",
    "client_id": "44444444-4444-4444-8444-444444444444",
    "scope": "user:developer user:inference user:profile"
  }},
  "organization_id": "{CONSOLE_ORGANIZATION}",
  "workspace_id": "wrkspc_01Example",
  "base_url": "https://api.anthropic.com"
}}
"""


def profile_pays() -> MadeUpMachine:
    """The headline case with Claude Code 2.1.146, as its state file says: no claude is on PATH.

    The profile's config is laid out over several lines, and holds a workspace and a host too.
    """
    case = headline()
    state = cast("Mapping[str, object]", case.files[".claude.json"])
    return case.with_files(
        {
            ".claude.json": {**state, "lastOnboardingVersion": "2.1.146"},
            PROFILE: PROFILE_TEXT,
        }
    )
