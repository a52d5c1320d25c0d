"""The kinds of config file that decide who pays, and the scopes of Claude Code's settings."""

from __future__ import annotations

from enum import Enum


class Platform(str, Enum):
    """The operating systems Claude Code runs on, named as Python's ``sys.platform``."""

    LINUX = "linux"
    DARWIN = "darwin"
    WIN32 = "win32"


class Kind(str, Enum):
    """What a config file is; the value is the name used in output."""

    ANTHROPIC_PROFILE = "anthropic-profile"
    ANTHROPIC_CREDENTIALS = "anthropic-credentials"
    ANTHROPIC_ACTIVE_CONFIG = "anthropic-active-config"
    CLAUDE_STATE = "claude-state"
    CLAUDE_CREDENTIALS = "claude-credentials"
    CLAUDE_SETTINGS = "claude-settings"
    VSCODE_SETTINGS = "vscode-settings"
    PREFERENCES = "billing-lens-preferences"
    """Our own ``config.toml``: what the user expects, and which rules are off."""
    TEAM_POLICY = "billing-lens-policy"
    """A project's ``.billing-lens.toml``: what the team expects and allows."""
    GITHUB_WORKFLOW = "github-workflow"
    GITLAB_CI = "gitlab-ci"
    DEVCONTAINER = "devcontainer"
    COMPOSE = "compose"
    DOTENV = "dotenv"


YAML_KINDS = frozenset({Kind.GITHUB_WORKFLOW, Kind.GITLAB_CI, Kind.COMPOSE})
DECLARING_KINDS = YAML_KINDS | {Kind.DEVCONTAINER, Kind.DOTENV}
"""What says how the project's Claude Code runs elsewhere; Claude Code itself reads none of it."""


class Scope(str, Enum):
    """Which of Claude Code's settings files one is."""

    MANAGED = "managed"
    FLAG = "flag"
    LOCAL = "local"
    PROJECT = "project"
    USER = "user"
