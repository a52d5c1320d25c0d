"""Rule secret-in-project on workflows, GitLab CI, dev containers, Compose and .env files."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.rules.declaring import (
    COMPOSE,
    DEVCONTAINER,
    EACH_FILE,
    GITLAB,
    KEY_SECRET,
    LITERAL,
    WORKFLOW,
    command,
    project,
    workflow,
)
from tests.rules.reviewed import marked_by, reviewed
from tests.rules.spots import NEWEST, commands_of, fixes_of, rules_of

RULE = "secret-in-project"
GATEWAY = "canary-Zq7xK2vWj9-gateway"

HOLDING: dict[str, tuple[str, str, str]] = {
    "an input": (
        WORKFLOW,
        workflow(f"anthropic_api_key: {LITERAL}"),
        f"anthropic_api_key: {LITERAL}",
    ),
    "a quoted input of a job that is not Claude Code's": (
        WORKFLOW,
        command(f"ANTHROPIC_AUTH_TOKEN: '{GATEWAY}'", run="pytest"),
        f"ANTHROPIC_AUTH_TOKEN: '{GATEWAY}'",
    ),
    "a command": (WORKFLOW, command("", run=f"ANTHROPIC_API_KEY={LITERAL} claude -p hi"), LITERAL),
    "a comment": (WORKFLOW, f"# é😀 the key is {LITERAL}\non: push\n", LITERAL),
    "broken text": (WORKFLOW, f"# claude\na: [\nkey: {LITERAL}\n", f"key: {LITERAL}"),
    "GitLab": (
        GITLAB,
        f"j:\n  variables:\n    ANTHROPIC_AUTH_TOKEN: {{value: {GATEWAY}}}\n",
        f"value: {GATEWAY}",
    ),
    "a dev container": (
        DEVCONTAINER,
        f'{{"containerEnv": {{"CLAUDE_CODE_OAUTH_TOKEN": "{LITERAL}"}},}}',
        f'"CLAUDE_CODE_OAUTH_TOKEN": "{LITERAL}"',
    ),
    "a mapping of Compose": (
        COMPOSE,
        f"services: {{a: {{environment: {{ANTHROPIC_AUTH_TOKEN: {GATEWAY}}}}}}}\n",
        f"ANTHROPIC_AUTH_TOKEN: {GATEWAY}",
    ),
    "a list of Compose": (
        COMPOSE,
        f"services:\n  a:\n    environment:\n      - ANTHROPIC_AUTH_TOKEN={GATEWAY}\n",
        f"ANTHROPIC_AUTH_TOKEN={GATEWAY}",
    ),
}


@pytest.mark.parametrize("name", HOLDING)
def test_a_secret_in_plain_text_is_marked_and_never_shown(tmp_path: Path, name: str) -> None:
    path, text, source = HOLDING[name]
    seen = reviewed(project({path: text}), tmp_path, NEWEST)

    (marked,) = marked_by(RULE, seen)

    assert (marked.path, marked.text, marked.severity) == (path, source, "warning")
    message = marked.found.finding.message
    assert message.startswith("A secret stands here in plain text, and this file is meant to be")
    assert fixes_of(marked.found) == []


def test_a_workflow_is_told_how_to_store_it(tmp_path: Path) -> None:
    machine = project({WORKFLOW: workflow(f"anthropic_api_key: {LITERAL}")})

    (marked,) = marked_by(RULE, reviewed(machine, tmp_path, NEWEST))

    assert f"Write {KEY_SECRET} instead" in marked.found.finding.message
    assert commands_of(marked.found) == ["gh secret set ANTHROPIC_API_KEY"]


@pytest.mark.parametrize(
    "value",
    [
        "${{ secrets.ANTHROPIC_API_KEY }}",
        "$ANTHROPIC_API_KEY",
        "${KEY:-}",
        "test-key",
        "fake-key-for-tests-12345",
        "sk-ant-xxxxxxxxxxxxxxxxxxxx",
        "sk-ant-your-key-here-1234",
        "sk-ant-api03-test",
        "dummy",
        "ollama",
        "''",
        "12345678901234567890",
        "not-a-real-key-but-long-enough",
        "<paste your key>",
    ],
)
@pytest.mark.parametrize("path", [WORKFLOW, GITLAB, COMPOSE])
def test_references_and_made_up_values_are_fine(tmp_path: Path, path: str, value: str) -> None:
    quoted = value if value == "''" else f'"{value}"'
    text = {
        WORKFLOW: command(f"ANTHROPIC_API_KEY: {quoted}"),
        GITLAB: f"j: {{variables: {{ANTHROPIC_API_KEY: {quoted}}}}}\n",
        COMPOSE: f"services: {{a: {{environment: {{ANTHROPIC_API_KEY: {quoted}}}}}}}\n",
    }[path]

    assert RULE not in rules_of(reviewed(project({path: text}), tmp_path, NEWEST))


@pytest.mark.parametrize("path", list(EACH_FILE))
def test_other_programs_secrets_are_their_own_affair(tmp_path: Path, path: str) -> None:
    text = EACH_FILE[path][0]
    files = {
        path: text,
        "proj/docker-compose.yml": "# claude\nservices: {db: {environment: "
        "{POSTGRES_PASSWORD: hunter2hunter2hunter2}}}\n",
    }

    assert RULE not in rules_of(reviewed(project(files), tmp_path, NEWEST))


def test_a_file_that_never_mentions_claude_is_not_looked_into(tmp_path: Path) -> None:
    machine = project({COMPOSE: "services: {a: {environment: {X_TOKEN: sk-proj-1234567890abc}}}"})

    assert rules_of(reviewed(machine, tmp_path, NEWEST)) == []


@pytest.mark.parametrize("name", [".env", ".envrc"])
def test_where_secrets_belong_they_may_stand_unless_git_tracks_the_file(
    tmp_path: Path, name: str
) -> None:
    files = {f"proj/{name}": f"export ANTHROPIC_API_KEY={LITERAL}\n"}
    assert rules_of(reviewed(project(files), tmp_path / "a", NEWEST)) == []

    index = "DIRC" + "\0" * 60 + chr(0) + chr(len(name)) + name + "\0"
    tracked = project({**files, "proj/.git/index": index, "proj/.git/HEAD": "ref: x"})
    (marked,) = marked_by(RULE, reviewed(tracked, tmp_path / "b", NEWEST))
    assert marked.text == f"ANTHROPIC_API_KEY={LITERAL}"
    assert marked.path == f"proj/{name}"
    assert "git tracks this file" in marked.found.finding.message
    assert commands_of(marked.found)[0].startswith("git rm --cached ")
