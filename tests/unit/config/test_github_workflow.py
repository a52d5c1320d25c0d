"""GitHub Actions: what the steps of a workflow give Claude Code."""

from __future__ import annotations

import pytest

from billing_lens.config.kinds import Kind
from tests.unit.config.declaring import given, marked, runs_in

WORKFLOW = Kind.GITHUB_WORKFLOW
SECRET = "${{ secrets.KEY }}"


def workflow(steps: str, env: str = "", job_env: str = "") -> str:
    return (
        f"on: push\nenv: {{{env}}}\njobs:\n  claude:\n    env: {{{job_env}}}\n    steps:\n{steps}"
    )


def action(*inputs: str, name: str = "anthropics/claude-code-action@v1") -> str:
    return "\n          ".join((f"      - uses: {name}\n        with:", *inputs)) + "\n"


def test_the_inputs_of_the_action_become_variables() -> None:
    text = workflow(
        action(
            "anthropic_api_key: ${{ secrets.A }}",
            "claude_code_oauth_token: literal",
            "use_bedrock: True",
            "use_vertex: false",
            "use_foundry: ${{ inputs.foundry }}",
        )
    )

    run = runs_in(WORKFLOW, text)["claude"]

    assert given(run) == {
        "ANTHROPIC_API_KEY": ("${{ secrets.A }}", False),
        "CLAUDE_CODE_OAUTH_TOKEN": ("literal", True),
        "CLAUDE_CODE_USE_BEDROCK": ("1", True),
        "CLAUDE_CODE_USE_VERTEX": ("", True),
        "CLAUDE_CODE_USE_FOUNDRY": ("${{ inputs.foundry }}", False),
    }
    assert marked(WORKFLOW, text, run, "ANTHROPIC_API_KEY") == "anthropic_api_key: ${{ secrets.A }}"
    assert run.pointer == "/jobs/claude"


@pytest.mark.parametrize(
    "name",
    [
        "anthropics/claude-code-action@beta",
        "anthropics/claude-code-base-action@v1",
        "anthropics/claude-code-action/base-action@main",
        "Anthropics/Claude-Code-Action@0123456",
    ],
)
def test_an_input_that_is_not_given_blanks_the_jobs_variable(name: str) -> None:
    text = workflow(
        action("claude_code_oauth_token: x", name=name),
        job_env=f"ANTHROPIC_API_KEY: '{SECRET}', ANTHROPIC_BASE_URL: https://gw.example.com",
    )

    assert given(runs_in(WORKFLOW, text)["claude"]) == {
        "ANTHROPIC_BASE_URL": ("https://gw.example.com", True),
        "CLAUDE_CODE_OAUTH_TOKEN": ("x", True),
    }


def test_another_action_gets_what_the_job_says() -> None:
    text = workflow(action("x: y", name="acme/run-claude-code@v1"), job_env="ANTHROPIC_API_KEY: k")

    assert given(runs_in(WORKFLOW, text)["claude"]) == {"ANTHROPIC_API_KEY": ("k", True)}


def test_federation_brings_the_workflows_own_token() -> None:
    rule, organization = "anthropic_federation_rule_id: fdrl_1", "anthropic_organization_id: 2"

    both = runs_in(WORKFLOW, workflow(action(rule, organization)))["claude"]
    half = runs_in(WORKFLOW, workflow(action(rule)))["claude"]

    assert both.variables["ANTHROPIC_IDENTITY_TOKEN"].known is False
    assert "ANTHROPIC_IDENTITY_TOKEN" not in half.variables


def test_a_steps_variable_comes_before_its_jobs_before_the_workflows() -> None:
    text = workflow(
        "      - run: claude -p hi\n        env: {A: step}\n",
        env="A: workflow, B: workflow, C: workflow",
        job_env="A: job, B: job",
    )

    run = runs_in(WORKFLOW, text)["claude"]

    assert given(run) == {"A": ("step", True), "B": ("job", True), "C": ("workflow", True)}


@pytest.mark.parametrize(
    ("command", "runs"),
    [
        ("claude -p hi", True),
        ("npx @anthropic-ai/claude-code -p hi", True),
        ("echo a && claude", True),
        ("./bin/claude", True),
        ("pytest", False),
        ("python ask.py --model claude-3-haiku", False),
        ("curl https://claude.ai", False),
        ("echo '@claude' look", False),
        ("npm run claude-tests", False),
    ],
)
def test_only_steps_that_run_claude_code_count(command: str, runs: bool) -> None:
    text = workflow(f"      - run: {command}\n", job_env="ANTHROPIC_API_KEY: k")

    assert bool(runs_in(WORKFLOW, text)) is runs


def test_several_steps_of_a_job_are_told_apart() -> None:
    steps = "      - run: claude a\n      - {id: second, run: claude b}\n      - run: ls\n"
    steps += "      - {name: The third, run: claude c}\n"

    assert list(runs_in(WORKFLOW, workflow(steps))) == [
        "claude/1",
        "claude/second",
        "claude/The third",
    ]


def test_settings_and_arguments_are_taken_over() -> None:
    settings = """settings: '{"env": {}}'"""
    run = runs_in(WORKFLOW, workflow(action(settings, "claude_args: --bare")))["claude"]

    assert run.settings is not None
    assert run.settings.value == '{"env": {}}'
    assert run.arguments is not None
    assert run.arguments.value == "--bare"


@pytest.mark.parametrize(
    "text",
    [
        "claude",
        "- claude",
        "jobs: claude",
        "jobs: [claude]",
        "jobs: {a: claude}",
        "jobs: {a: {steps: claude}}",
        "jobs: {a: {steps: [claude, {uses: [claude-code]}, {run: {a: claude}, env: 1, with: x}]}}",
        "env: [claude]\njobs: {a: {env: x, container: node, steps: [{run: claude}]}}",
        "jobs: {? [a] : {steps: [{run: claude}]}}",
        "? claude\n: - jobs\n",
        "jobs: &a {x: *a, claude: *a}",
    ],
)
def test_odd_shapes_say_nothing_and_break_nothing(text: str) -> None:
    for run in runs_in(WORKFLOW, text).values():
        assert not run.variables


def test_a_value_is_not_part_of_its_description() -> None:
    run = runs_in(WORKFLOW, workflow(action("anthropic_api_key: hidden", "claude_args: hidden")))

    assert "hidden" not in repr(run)
