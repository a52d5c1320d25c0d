"""Machines on which every rule that offers a fix offers it, for the real program to try."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

from tests.machines import CONSOLE_ORGANIZATION, MadeUpMachine, headline

USER = ".claude/settings.json"
PROJECT = "proj/.claude/settings.json"
LOCAL = "proj/.claude/settings.local.json"
VSCODE = ".config/Code/User/settings.json"
EXTENSION = "claudeCode.environmentVariables"
MANAGED = "/etc/claude-code/managed-settings.json"
CONFIG = ".config/anthropic/configs/default.json"
CREDENTIALS = ".config/anthropic/credentials/default.json"

KEY = "sk-ant-api03-made-up-key-0123456789abcdef"
TOKEN = "made-up-auth-token-0123456789abcdef"
OAUTH = "sk-ant-oat01-made-up-oauth-token-0123456789"
GATEWAY = "https://gateway.example.com"
FEDERATION = {
    "ANTHROPIC_FEDERATION_RULE_ID": "fdrl_example",
    "ANTHROPIC_ORGANIZATION_ID": CONSOLE_ORGANIZATION,
    "ANTHROPIC_IDENTITY_TOKEN": "eyJhbGciOiJub25lIn0.eyJzdWIiOiJ4In0.c2ln",
}

PROFILE = headline()
LOGIN = headline().without(CONFIG, CREDENTIALS)


def _env(path: str, **variables: str) -> MadeUpMachine:
    return LOGIN.with_files({path: {"env": variables}})


def _refused_key() -> MadeUpMachine:
    answer = {"customApiKeyResponses": {"rejected": [KEY[-20:]]}}
    state = {**_object(LOGIN.files[".claude.json"]), **answer}
    return LOGIN.with_files({".claude.json": state}).with_env(ANTHROPIC_API_KEY=KEY)


def _object(value: object) -> Mapping[str, object]:
    return cast("Mapping[str, object]", value)


def _federated() -> Mapping[str, object]:
    return {
        "version": "1.0",
        "organization_id": CONSOLE_ORGANIZATION,
        "authentication": {
            "type": "oidc_federation",
            "federation_rule_id": "fdrl_example",
            "identity_token": {"source": "file", "path": "@HOME@/token"},
        },
    }


def _broken(**members: object) -> Mapping[str, object]:
    return {**_object(PROFILE.files[CREDENTIALS]), **members}


MACHINES: Mapping[str, MadeUpMachine] = {
    "profile": PROFILE,
    "profile, named by the process": PROFILE.with_env(ANTHROPIC_PROFILE="default"),
    "profile, named by user settings": PROFILE.with_files(
        {USER: {"env": {"ANTHROPIC_PROFILE": "default"}}}
    ),
    "two profiles": PROFILE.with_files({".config/anthropic/configs/work.json": {"version": "1.0"}}),
    "two profiles, one selected": PROFILE.with_files(
        {
            ".config/anthropic/configs/work.json": {"version": "1.0"},
            ".config/anthropic/active_config": "default\n",
        }
    ),
    "federated profile": LOGIN.with_files(
        {CONFIG: _federated(), "token": FEDERATION["ANTHROPIC_IDENTITY_TOKEN"]}
    ),
    "profile without token": PROFILE.with_files({CREDENTIALS: _broken(access_token="")}),
    "profile that others can read": PROFILE.with_files(
        {CREDENTIALS: {"__file__": {"content": _broken(), "mode": "0644"}}}
    ),
    "federation in the process": LOGIN.with_env(**FEDERATION),
    "federation in user settings": _env(USER, **FEDERATION),
    "federation without token": LOGIN.with_env(
        **{name: value for name, value in FEDERATION.items() if "TOKEN" not in name}
    ),
    "key in the process": LOGIN.with_env(ANTHROPIC_API_KEY=KEY),
    "key in user settings": _env(USER, ANTHROPIC_API_KEY=KEY),
    "key in project settings": _env(PROJECT, ANTHROPIC_API_KEY=KEY),
    "key in local settings": _env(LOCAL, ANTHROPIC_API_KEY=KEY),
    "key refused in the terminal": _refused_key(),
    "token in the process": LOGIN.with_env(ANTHROPIC_AUTH_TOKEN=TOKEN),
    "token in user settings": _env(USER, ANTHROPIC_AUTH_TOKEN=TOKEN),
    "token in project settings": _env(PROJECT, ANTHROPIC_AUTH_TOKEN=TOKEN),
    "token in user settings, key in the process": _env(USER, ANTHROPIC_AUTH_TOKEN=TOKEN).with_env(
        ANTHROPIC_API_KEY=KEY
    ),
    "helper in user settings": LOGIN.with_files({USER: {"apiKeyHelper": f"echo {KEY}"}}),
    "helper in project settings": LOGIN.with_files({PROJECT: {"apiKeyHelper": f"echo {KEY}"}}),
    "OAuth token in the process": LOGIN.with_env(CLAUDE_CODE_OAUTH_TOKEN=OAUTH),
    "OAuth token in user settings": _env(USER, CLAUDE_CODE_OAUTH_TOKEN=OAUTH),
    "Bedrock in the process": LOGIN.with_env(CLAUDE_CODE_USE_BEDROCK="1"),
    "Vertex in user settings": _env(USER, CLAUDE_CODE_USE_VERTEX="true"),
    "Foundry in project settings": _env(PROJECT, CLAUDE_CODE_USE_FOUNDRY="1"),
    "base URL in the process": LOGIN.with_env(ANTHROPIC_BASE_URL=GATEWAY),
    "base URL in user settings": _env(USER, ANTHROPIC_BASE_URL=GATEWAY),
    "base URL in project settings": _env(PROJECT, ANTHROPIC_BASE_URL=GATEWAY),
    "token and base URL in user settings": _env(
        USER, ANTHROPIC_BASE_URL=GATEWAY, ANTHROPIC_AUTH_TOKEN=TOKEN
    ),
    "policy against a key": _env(USER, ANTHROPIC_API_KEY=KEY).with_files(
        {MANAGED: {"forceLoginMethod": "claudeai"}}
    ),
    "key in user settings with a comment": LOGIN.with_files(
        {USER: f'{{\n  // mine\n  "env": {{"ANTHROPIC_API_KEY": "{KEY}",}}\n}}\n'}
    ),
    "key in project settings with a wrong field": LOGIN.with_files(
        {PROJECT: {"permissions": "none", "env": {"ANTHROPIC_API_KEY": KEY}}}
    ),
    "user settings with a wrong field": LOGIN.with_files(
        {USER: {"permissions": "none", "env": {"EDITOR": "vi"}}}
    ),
    "token in VS Code's settings": LOGIN.with_files(
        {VSCODE: {EXTENSION: [{"name": "ANTHROPIC_AUTH_TOKEN", "value": TOKEN}]}}
    ),
    "Bedrock in VS Code's settings": LOGIN.with_files(
        {VSCODE: {EXTENSION: [{"name": "CLAUDE_CODE_USE_BEDROCK", "value": "1"}]}}
    ),
    "bare in user settings": _env(USER, CLAUDE_CODE_SIMPLE="1"),
    "bare in project settings": _env(PROJECT, CLAUDE_CODE_SIMPLE="1"),
    "profile that is missing, named by user settings": PROFILE.with_files(
        {USER: {"env": {"ANTHROPIC_PROFILE": "gone"}}}
    ),
    "profile that is missing, named by the process": PROFILE.with_env(ANTHROPIC_PROFILE="gone"),
    "login of another kind demanded by user settings": LOGIN.with_files(
        {USER: {"forceLoginMethod": "console"}}
    ),
    "token that the team does not allow": _env(USER, ANTHROPIC_AUTH_TOKEN=TOKEN).with_files(
        {"proj/.billing-lens.toml": '[allowed]\nsources = ["claude_ai_login"]\n'}
    ),
    "key beside old state file": LOGIN.with_files(
        {".claude/.config.json": LOGIN.files[".claude.json"]}
    ),
}
"""By name."""
