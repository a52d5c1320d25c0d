"""`check --ci`: what a job of CI has, and nothing of the home it runs in."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.command_line import Run, run
from tests.machines import CANARY, MadeUpMachine, assert_no_canary, headline

KEY = f"sk-ant-api03-{CANARY}"
POLICY = "proj/.billing-lens.toml"
SUBSCRIPTION = {POLICY: '[expected]\nbilling = "subscription"\n'}
MANAGED = "/etc/claude-code/managed-settings.json"


def check(machine: MadeUpMachine, root: Path, *more: str) -> Run:
    options = machine.build(root).options("2.1.330")
    done = run("check", "--ci", "--format", "json", *more, *options)
    assert_no_canary(done.out + done.err)
    return done


def route(machine: MadeUpMachine, root: Path, *more: str) -> dict[str, object]:
    options = machine.build(root).options("2.1.330")
    return dict(run("status", "--ci", "--json", *more, *options).json["route"])


@pytest.mark.parametrize(
    ("variables", "source", "billing"),
    [
        ({}, "none", "none"),
        ({"ANTHROPIC_API_KEY": KEY}, "api_key", "api_usage"),
        ({"CLAUDE_CODE_OAUTH_TOKEN": KEY}, "oauth_token", "subscription"),
        ({"CLAUDE_CODE_USE_BEDROCK": "1"}, "cloud_provider", "cloud_provider"),
        ({"ANTHROPIC_API_KEY": KEY, "CLAUDE_CODE_OAUTH_TOKEN": KEY}, "api_key", "api_usage"),
        ({"ANTHROPIC_PROFILE": "default"}, "none", "none"),
    ],
)
def test_only_what_the_job_has_can_pay(
    tmp_path: Path, variables: dict[str, str], source: str, billing: str
) -> None:
    """The home has a login and a profile, and both are nobody's business in CI."""
    seen = route(headline().with_env(**variables), tmp_path)

    assert (seen["source"], seen["billing"]) == (source, billing)


@pytest.mark.parametrize("path", ["proj/.claude/settings.json", MANAGED])
def test_settings_of_the_project_and_of_an_administrator_count(tmp_path: Path, path: str) -> None:
    machine = headline().with_files({path: {"env": {"ANTHROPIC_API_KEY": KEY}}})

    assert route(machine, tmp_path)["source"] == "api_key"


def test_settings_of_the_user_do_not(tmp_path: Path) -> None:
    machine = headline().with_files({".claude/settings.json": {"env": {"ANTHROPIC_API_KEY": KEY}}})

    assert route(machine, tmp_path)["source"] == "none"


def test_without_an_expectation_any_secret_is_fine(tmp_path: Path) -> None:
    done = check(headline().with_env(ANTHROPIC_API_KEY=KEY), tmp_path)

    assert (done.code, done.json["findings"]) == (0, [])


def test_no_secret_at_all_is_fine_without_an_expectation(tmp_path: Path) -> None:
    done = check(headline(), tmp_path)

    assert (done.code, done.json["findings"]) == (0, [])


@pytest.mark.parametrize("said", ["policy", "option"])
def test_another_payer_than_expected_fails(tmp_path: Path, said: str) -> None:
    machine = headline().with_env(ANTHROPIC_API_KEY=KEY)
    machine = machine.with_files(SUBSCRIPTION if said == "policy" else {})
    more = () if said == "policy" else ("--expect", "subscription")

    done = check(machine, tmp_path, *more)

    (found,) = done.json["findings"]
    assert (done.code, found["rule"], found["severity"]) == (1, "api-key-overrides-login", "error")
    assert found["message"].endswith("ANTHROPIC_API_KEY, set by the job, is used.")
    assert found["fixes"] == []
    assert "commands" not in found


def test_a_missing_secret_fails_and_says_how_to_get_one(tmp_path: Path) -> None:
    done = check(headline().with_files(SUBSCRIPTION), tmp_path)

    (found,) = done.json["findings"]
    assert (done.code, found["rule"]) == (1, "unexpected-payer")
    assert "No secret that Claude Code could use is set in this job." in found["message"]
    assert [command["run"] for command in found["commands"]] == ["claude setup-token"]


class TestNobodyWeakensThePolicy:
    """What a person or the command line says comes after the team's policy."""

    @pytest.mark.parametrize("expect", ["any", "api_usage"])
    def test_an_option_does_not(self, tmp_path: Path, expect: str) -> None:
        machine = headline().with_files(SUBSCRIPTION).with_env(ANTHROPIC_API_KEY=KEY)

        assert check(machine, tmp_path, "--expect", expect).code == 1

    def test_personal_preferences_do_not(self, tmp_path: Path) -> None:
        own = '[expected]\nbilling = "any"\n[rules]\napi-key-overrides-login = "off"\n'
        machine = headline().with_files({**SUBSCRIPTION, ".config/billing-lens/config.toml": own})

        assert check(machine.with_env(ANTHROPIC_API_KEY=KEY), tmp_path).code == 1

    def test_the_policy_itself_may(self, tmp_path: Path) -> None:
        text = f'{SUBSCRIPTION[POLICY]}[rules]\napi-key-overrides-login = "off"\n'
        machine = headline().with_files({POLICY: text}).with_env(ANTHROPIC_API_KEY=KEY)

        assert check(machine, tmp_path).code == 0

    def test_it_counts_though_nobody_trusted_the_folder(self, tmp_path: Path) -> None:
        done = check(headline().with_files(SUBSCRIPTION), tmp_path)

        assert "invalid-config" not in {found["rule"] for found in done.json["findings"]}


def test_the_text_begins_with_who_would_pay(tmp_path: Path) -> None:
    machine = headline().with_env(CLAUDE_CODE_OAUTH_TOKEN=KEY)

    done = run("check", "--ci", *machine.build(tmp_path).options("2.1.330"))

    first, second, *_ = done.out.splitlines()
    assert first == "Claude Code bills Claude subscription (OAuth token)"
    assert second.strip().startswith("CLAUDE_CODE_OAUTH_TOKEN is set")
