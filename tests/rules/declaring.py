"""A project whose files say how its Claude Code runs elsewhere."""

from __future__ import annotations

from collections.abc import Mapping

from tests.machines import CANARY, MadeUpMachine
from tests.rules.spots import login_only

WORKFLOW = "proj/.github/workflows/claude.yml"
GITLAB = "proj/.gitlab-ci.yml"
DEVCONTAINER = "proj/.devcontainer/devcontainer.json"
COMPOSE = "proj/compose.yaml"
ENV = "proj/.env"

KEY = "ANTHROPIC_API_KEY"
KEY_SECRET = "${{ secrets.ANTHROPIC_API_KEY }}"
TOKEN_SECRET = "${{ secrets.TOKEN }}"

LITERAL = f"sk-ant-api03-{CANARY}"
"""A key as it must not stand in any of these files."""


def workflow(*lines: str, job: str = "review") -> str:
    """Return a workflow of one job that runs the action with these inputs."""
    inputs = "".join(f"          {line}\n" for line in lines)
    return (
        "# é 😀\non: [pull_request]\njobs:\n"
        f"  {job}:\n    runs-on: ubuntu-latest\n    steps:\n"
        "      - uses: actions/checkout@v4\n"
        f"      - uses: anthropics/claude-code-action@v1\n        with:\n{inputs}"
    )


def command(variables: str, job: str = "cli", run: str = "claude -p hi") -> str:
    """Return a workflow of one job that runs a command with these variables."""
    return f"on: push\njobs:\n  {job}:\n    env: {{{variables}}}\n    steps:\n      - run: {run}\n"


def project(files: Mapping[str, object]) -> MadeUpMachine:
    """Return a Max subscriber's machine with these files in the project."""
    return login_only().with_files(files)


EACH_FILE: dict[str, tuple[str, str]] = {
    WORKFLOW: (workflow(f"anthropic_api_key: {KEY_SECRET}"), f"anthropic_api_key: {KEY_SECRET}"),
    GITLAB: (
        "review:\n  script: [claude -p hi]\n  variables:\n    ANTHROPIC_API_KEY: $KEY\n",
        "ANTHROPIC_API_KEY: $KEY",
    ),
    DEVCONTAINER: (
        '{\n  // 😀\n  "remoteEnv": { "ANTHROPIC_AUTH_TOKEN": "${containerEnv:TOKEN}", },\n}\n',
        '"ANTHROPIC_AUTH_TOKEN": "${containerEnv:TOKEN}"',
    ),
    COMPOSE: (
        "services:\n  agent:\n    command: claude\n    environment:\n      - ANTHROPIC_API_KEY\n",
        "ANTHROPIC_API_KEY",
    ),
}
"""For each kind of file a text that bills API usage elsewhere, and what is marked in it."""
