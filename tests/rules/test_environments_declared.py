"""Rule environments-differ on what the project declares: CI, dev containers, Compose."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from billing_lens.billing.expectation import Wish
from billing_lens.billing.place import locate
from tests.machines import MadeUpMachine
from tests.rules.declaring import (
    COMPOSE,
    DEVCONTAINER,
    EACH_FILE,
    ENV,
    GITLAB,
    KEY_SECRET,
    LITERAL,
    TOKEN_SECRET,
    WORKFLOW,
    command,
    project,
    workflow,
)
from tests.rules.reviewed import LOGIN, STATE, marked_by, reviewed, text_at
from tests.rules.spots import (
    NEWEST,
    PLAN,
    commands_of,
    fixes_of,
    is_readable,
    related_to,
    rules_of,
)

RULE = "environments-differ"
SUBSCRIPTION = Wish("subscription", None, "said")
API = Wish("api_usage", None, "said")

WHO = {
    WORKFLOW: "The CI job 'review'",
    GITLAB: "The CI job 'review'",
    DEVCONTAINER: "The dev container",
    COMPOSE: "The Compose service 'agent'",
}
each_file = pytest.mark.parametrize("path", list(EACH_FILE))


@each_file
def test_it_marks_the_exact_text_as_an_information(tmp_path: Path, path: str) -> None:
    text, source = EACH_FILE[path]
    seen = reviewed(project({path: text}), tmp_path, NEWEST)

    (marked,) = marked_by(RULE, seen)

    assert (marked.path, marked.text, marked.severity) == (path, source, "info")
    message = marked.found.finding.message
    assert message == f"{WHO[path]} bills API usage, but in a terminal it is {PLAN}."
    assert related_to(marked.found, seen) == [(LOGIN, "/claudeAiOauth")]
    assert (fixes_of(marked.found), commands_of(marked.found)) == ([], [])
    assert rules_of(seen) == [RULE]


@each_file
def test_it_is_a_warning_where_somebody_said_who_should_pay(tmp_path: Path, path: str) -> None:
    machine = project({path: EACH_FILE[path][0]})

    (marked,) = marked_by(RULE, reviewed(machine, tmp_path / "a", NEWEST, wish=SUBSCRIPTION))
    assert marked.severity == "warning"
    assert marked.found.finding.message == (
        f"{WHO[path]} bills API usage, which is not what you expect."
    )
    assert commands_of(marked.found) == ["claude setup-token"]

    as_meant = reviewed(machine, tmp_path / "b", NEWEST, wish=API)
    assert marked_by(RULE, as_meant) == []


def test_an_administrators_demand_counts_as_said(tmp_path: Path) -> None:
    managed = {"/etc/claude-code/managed-settings.json": {"forceLoginMethod": "claudeai"}}
    machine = project({WORKFLOW: EACH_FILE[WORKFLOW][0], **managed})

    (marked,) = marked_by(RULE, reviewed(machine, tmp_path, NEWEST))

    assert marked.severity == "warning"


def test_nothing_is_said_where_nobody_pays_in_a_terminal(tmp_path: Path) -> None:
    machine = project({WORKFLOW: EACH_FILE[WORKFLOW][0]}).without(LOGIN, STATE)

    assert rules_of(reviewed(machine, tmp_path, NEWEST)) == []


QUIET: Mapping[str, Mapping[str, object]] = {
    "the subscription's token": {WORKFLOW: workflow(f"claude_code_oauth_token: {TOKEN_SECRET}")},
    "a job that runs tests": {WORKFLOW: command("ANTHROPIC_API_KEY: test-key", run="pytest")},
    "a job that calls the API": {
        WORKFLOW: command(f"ANTHROPIC_API_KEY: '{KEY_SECRET}'", run="python ask_claude.py")
    },
    "a model named in a job": {
        WORKFLOW: command("ANTHROPIC_API_KEY: k, MODEL: claude-3-haiku", run="node index.js")
    },
    "the action without credentials": {WORKFLOW: workflow("prompt: hi")},
    "a blank key": {WORKFLOW: workflow("anthropic_api_key: ''")},
    "a key in env that the action blanks": {
        WORKFLOW: workflow(
            f"claude_code_oauth_token: {TOKEN_SECRET}\n        env:"
            f"\n          ANTHROPIC_API_KEY: {KEY_SECRET}"
        )
    },
    "a switch that is off": {
        WORKFLOW: workflow(f"claude_code_oauth_token: {TOKEN_SECRET}", "use_bedrock: 'false'")
    },
    "a switch nobody knows": {
        WORKFLOW: workflow(
            f"claude_code_oauth_token: {TOKEN_SECRET}", "use_bedrock: ${{ inputs.b }}"
        )
    },
    "an application's service": {
        COMPOSE: "services:\n  web:\n    image: acme/web\n    environment: [ANTHROPIC_API_KEY]\n"
    },
    "a key interactively in a dev container": {
        DEVCONTAINER: '{"containerEnv": {"ANTHROPIC_API_KEY": "${localEnv:ANTHROPIC_API_KEY}"}}'
    },
    "a dev container's folder": {
        DEVCONTAINER: '{"containerEnv": {"CLAUDE_CONFIG_DIR": "/home/node/.claude"}}'
    },
    "a mounted login": {
        DEVCONTAINER: '{"containerEnv": {"ANTHROPIC_BASE_URL": "https://api.anthropic.com"},'
        '"mounts": ["source=${localEnv:HOME}/.claude,target=/home/node/.claude,type=bind"]}'
    },
    "a template of GitLab": {
        GITLAB: ".claude:\n  script: claude\n  variables: {ANTHROPIC_API_KEY: $K}\n"
    },
    "an .env of the project": {ENV: f"ANTHROPIC_API_KEY={LITERAL}\n"},
    "no YAML, and nothing of ours": {WORKFLOW: "a: [\n"},
    "a folder in place of a file": {WORKFLOW: {"__file__": {"isdir": True}}},
    "an empty file": {WORKFLOW: "", GITLAB: "", COMPOSE: "", DEVCONTAINER: ""},
}


@pytest.mark.parametrize("wish", [None, SUBSCRIPTION], ids=["inferred", "said"])
@pytest.mark.parametrize("name", QUIET)
def test_a_normal_project_hears_nothing(tmp_path: Path, name: str, wish: Wish | None) -> None:
    seen = reviewed(project(QUIET[name]), tmp_path, NEWEST, wish=wish)

    assert rules_of(seen) == []


def test_what_comes_first_in_one_job_is_said(tmp_path: Path) -> None:
    text = workflow(f"anthropic_api_key: {KEY_SECRET}", f"claude_code_oauth_token: {TOKEN_SECRET}")
    seen = reviewed(project({WORKFLOW: text}), tmp_path, NEWEST)

    (marked,) = marked_by(RULE, seen)

    assert marked.found.finding.message == (
        "The CI job 'review' bills API usage: ANTHROPIC_API_KEY comes before the subscription's "
        "token given there."
    )
    unused = locate(seen.machine, marked.found.finding.related[0].place)
    assert unused is not None
    assert text_at(seen, unused) == f"claude_code_oauth_token: {TOKEN_SECRET}"
    assert is_readable(marked.found)


ARGUMENTS = """claude_args: "--max-turns 3 --settings '{\\"apiKeyHelper\\": \\"echo k\\"}'\""""


@pytest.mark.parametrize(
    ("line", "payer", "source"),
    [
        ("use_bedrock: true", "Amazon Bedrock", "use_bedrock: true"),
        (
            """settings: '{"env": {"ANTHROPIC_AUTH_TOKEN": "t"}}'""",
            "API usage",
            """settings: '{"env": {"ANTHROPIC_AUTH_TOKEN": "t"}}'""",
        ),
        (
            """settings: '{"apiKeyHelper": "/bin/echo k"}'""",
            "API usage",
            """settings: '{"apiKeyHelper": "/bin/echo k"}'""",
        ),
        (
            ARGUMENTS,
            "API usage",
            ARGUMENTS,
        ),
    ],
)
def test_every_input_that_decides_is_marked(
    tmp_path: Path, line: str, payer: str, source: str
) -> None:
    text = workflow(f"claude_code_oauth_token: {TOKEN_SECRET}", line)

    (marked,) = marked_by(RULE, reviewed(project({WORKFLOW: text}), tmp_path, NEWEST))

    assert marked.text == source
    assert f"bills {payer}" in marked.found.finding.message


def test_bare_runs_do_not_take_the_token(tmp_path: Path) -> None:
    text = workflow(f"claude_code_oauth_token: {TOKEN_SECRET}", "claude_args: --bare")

    seen = reviewed(project({WORKFLOW: text}), tmp_path, NEWEST)

    (ci,) = [it for it in seen.environments if it.name == "ci"]
    assert ci.route.label == "Not logged in"


def test_federation_is_known_by_its_organization(tmp_path: Path) -> None:
    text = workflow(
        "anthropic_federation_rule_id: fdrl_1",
        "anthropic_organization_id: 22222222-2222-4222-8222-222222222222",
    )

    (marked,) = marked_by(RULE, reviewed(project({WORKFLOW: text}), tmp_path, NEWEST))

    assert "API usage (organization 2222…)" in marked.found.finding.message


def test_settings_in_a_file_of_the_repository_are_read(tmp_path: Path) -> None:
    text = workflow("settings: .github/claude.json")
    files = {
        WORKFLOW: text,
        "proj/.github/claude.json": {"env": {"CLAUDE_CODE_USE_VERTEX": "1"}},
        "proj/.git/HEAD": "ref: refs/heads/main\n",
    }

    (marked,) = marked_by(RULE, reviewed(project(files), tmp_path, NEWEST))

    assert marked.text == "settings: .github/claude.json"
    assert "Google Vertex AI" in marked.found.finding.message


@pytest.mark.parametrize("path", ["../../.claude/settings.json", "/etc/passwd", "no.json", "a\0b"])
def test_settings_outside_the_repository_are_not(tmp_path: Path, path: str) -> None:
    files = {
        WORKFLOW: workflow(f"settings: {json.dumps(path)}"),
        ".claude/settings.json": {"env": {"CLAUDE_CODE_USE_VERTEX": "1"}},
    }

    seen = reviewed(project(files), tmp_path, NEWEST)

    assert "Vertex" not in {it.route.label for it in seen.environments if it.name == "ci"}


def test_the_projects_settings_count_in_ci_and_those_of_this_machine_do_not(tmp_path: Path) -> None:
    settings = {"env": {"ANTHROPIC_BASE_URL": "https://gw.example.com"}}
    machine = project({WORKFLOW: EACH_FILE[WORKFLOW][0]})

    def label(files: Mapping[str, object], root: Path) -> str:
        seen = reviewed(machine.with_files(files), root, NEWEST)
        return next(it.route.label for it in seen.environments if it.name == "ci")

    assert label({"proj/.claude/settings.json": settings}, tmp_path / "a") == (
        "Gateway gw.example.com"
    )
    assert label({"proj/.claude/settings.local.json": settings}, tmp_path / "b") == "API usage"
    assert label({".claude/settings.json": settings}, tmp_path / "c") == "API usage"
    managed = {"/etc/claude-code/managed-settings.json": settings}
    assert label(managed, tmp_path / "d") == "API usage"


def test_jobs_with_one_outcome_are_one_environment_and_each_text_is_marked(tmp_path: Path) -> None:
    files: Mapping[str, object] = {
        WORKFLOW: workflow(f"anthropic_api_key: {KEY_SECRET}"),
        "proj/.github/workflows/other.yaml": command(f"ANTHROPIC_API_KEY: '{KEY_SECRET}'"),
        GITLAB: "a: {script: claude, variables: {CLAUDE_CODE_USE_BEDROCK: 1}}\n",
    }
    seen = reviewed(project(files), tmp_path, NEWEST)

    found = [
        (it.route.label, [one.name for one in it.declared])
        for it in seen.environments
        if it.name == "ci"
    ]

    assert found == [("API usage", ["review", "cli"]), ("Amazon Bedrock", ["a"])]
    assert len(marked_by(RULE, seen)) == 3


def test_one_text_for_many_jobs_is_marked_once(tmp_path: Path) -> None:
    jobs = "".join(f"  job{n}: {{steps: [{{run: claude}}]}}\n" for n in range(5))
    text = f"env:\n  ANTHROPIC_API_KEY: {KEY_SECRET}\njobs:\n{jobs}"

    assert len(marked_by(RULE, reviewed(project({WORKFLOW: text}), tmp_path, NEWEST))) == 1


def test_compose_takes_what_env_files_and_the_shell_say(tmp_path: Path) -> None:
    text = "services:\n  agent:\n    command: claude\n    env_file: sub/agent.env\n"
    files: Mapping[str, object] = {
        COMPOSE: f"{text}    environment:\n      CLAUDE_CODE_USE_BEDROCK: ${{USE:-0}}\n",
        "proj/sub/agent.env": "ANTHROPIC_AUTH_TOKEN=${GATEWAY_TOKEN}\n",
    }

    def label(machine: MadeUpMachine, root: Path) -> str:
        seen = reviewed(machine, root, NEWEST)
        return next(it.route.label for it in seen.environments if it.name == "compose")

    assert label(project(files), tmp_path / "a") == "API usage"
    assert label(project({**files, ENV: "# claude\nUSE=1\n"}), tmp_path / "b") == "Amazon Bedrock"
    assert label(project(files).with_env(USE="1"), tmp_path / "c") == "Amazon Bedrock"


def test_the_root_of_the_repository_is_looked_at_from_below(tmp_path: Path) -> None:
    text = EACH_FILE[WORKFLOW][0]
    files: Mapping[str, object] = {WORKFLOW: text, "proj/.git/HEAD": "x", "proj/sub/deep/x": ""}
    inside = MadeUpMachine({**project(files).files}, cwd="proj/sub/deep")

    assert len(marked_by(RULE, reviewed(inside, tmp_path / "a", NEWEST))) == 1

    no_repository = {path: it for path, it in inside.files.items() if ".git/" not in path}
    outside = MadeUpMachine(no_repository, cwd="proj/sub/deep")
    assert marked_by(RULE, reviewed(outside, tmp_path / "b", NEWEST)) == []


def test_a_home_that_is_a_repository_is_no_project(tmp_path: Path) -> None:
    files = {".git/HEAD": "x", ".github/workflows/claude.yml": EACH_FILE[WORKFLOW][0]}

    assert rules_of(reviewed(project(files), tmp_path, NEWEST)) == []


def test_a_file_that_is_too_large_is_not_read(tmp_path: Path) -> None:
    text = EACH_FILE[WORKFLOW][0] + "# claude\n" * 70_000

    assert rules_of(reviewed(project({WORKFLOW: text}), tmp_path, NEWEST)) == []


def test_yaml_that_is_none_is_told_only_where_it_may_concern_claude_code(tmp_path: Path) -> None:
    broken = workflow(f"anthropic_api_key: {KEY_SECRET}") + "  next: [\n"

    (marked,) = marked_by(
        "invalid-config", reviewed(project({WORKFLOW: broken}), tmp_path / "a", NEWEST)
    )
    assert marked.severity == "info"
    assert is_readable(marked.found)

    other = reviewed(project({WORKFLOW: "on: [push\n"}), tmp_path / "b", NEWEST)
    assert rules_of(other) == []


@each_file
def test_it_shows_no_secret(tmp_path: Path, path: str) -> None:
    text = EACH_FILE[path][0]
    for reference in (KEY_SECRET, "$KEY", "${containerEnv:TOKEN}"):
        text = text.replace(reference, LITERAL)

    assert RULE in rules_of(reviewed(project({path: text}), tmp_path, NEWEST, wish=SUBSCRIPTION))
