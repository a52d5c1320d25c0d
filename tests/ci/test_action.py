"""The steps of action.yml, run as GitHub's runner runs them: by bash, with its variables."""

from __future__ import annotations

import os
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import pytest
import yaml

from tests.machines import CANARY, assert_no_canary

ROOT = Path(__file__).parents[2]
KEY = f"sk-ant-api03-{CANARY}"


@dataclass(frozen=True)
class Job:
    """One job of a scratch repository; its runner's folder keeps what the action installs."""

    runner: Path
    workspace: Path

    def run(self, inputs: dict[str, str], **variables: str) -> StepResult:
        """Run the steps with these inputs and variables."""
        output, summary = self.workspace / "output", self.workspace / "summary"
        output.write_text("")
        summary.write_text("")
        action = cast("dict[str, Any]", yaml.safe_load((ROOT / "action.yml").read_text()))
        given = {name: str(it["default"]) for name, it in action["inputs"].items()} | inputs
        (step,) = action["runs"]["steps"]
        environment = {
            **{name: os.environ[name] for name in ("PATH", "HOME")},
            **{name: _filled(value, given) for name, value in step["env"].items()},
            "GITHUB_ACTION_PATH": str(ROOT),
            "GITHUB_OUTPUT": str(output),
            "GITHUB_STEP_SUMMARY": str(summary),
            "RUNNER_TEMP": str(self.runner),
            **variables,
        }
        done = subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]],
            cwd=self.workspace / _filled(step["working-directory"], given),
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        said = done.stdout + done.stderr
        assert_no_canary(said + output.read_text() + summary.read_text())
        outputs = dict(line.split("=", 1) for line in output.read_text().splitlines())
        return StepResult(done.returncode, said, outputs, summary.read_text())


@dataclass(frozen=True)
class StepResult:
    code: int
    said: str
    outputs: dict[str, str]
    summary: str


def _filled(text: str, inputs: dict[str, str]) -> str:
    return re.sub(r"\$\{\{ inputs\.([\w-]+) \}\}", lambda found: inputs[found[1]], text)


@pytest.fixture(scope="module")
def runner(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("runner")


@pytest.fixture
def job(runner: Path, tmp_path: Path) -> Job:
    workspace = tmp_path / "repository"
    (workspace / ".git").mkdir(parents=True)
    return Job(runner, workspace)


def test_the_expected_secret_passes_and_is_told(job: Job) -> None:
    result = job.run({"expect": "subscription"}, CLAUDE_CODE_OAUTH_TOKEN=KEY)

    assert result.code == 0, result.said
    assert result.outputs == {
        "billing": "subscription",
        "source": "oauth_token",
        "label": "Claude subscription (OAuth token)",
    }
    assert "Claude Code bills Claude subscription (OAuth token)" in result.summary


def test_another_secret_fails_with_an_annotation(job: Job) -> None:
    result = job.run({"expect": "subscription"}, ANTHROPIC_API_KEY=KEY)

    assert result.code == 1, result.said
    assert "::error title=billing-lens" in result.said
    assert "api-key-overrides-login" in result.said
    assert result.outputs["source"] == "api_key"


def test_the_policy_of_the_repository_counts_and_sarif_is_written(job: Job) -> None:
    (job.workspace / ".billing-lens.toml").write_text('[allowed]\nsources = ["oauth_token"]\n')

    result = job.run({"sarif-file": "found.sarif"}, ANTHROPIC_API_KEY=KEY)

    assert result.code == 1, result.said
    assert '"ruleId": "source-not-allowed"' in (job.workspace / "found.sarif").read_text()


def test_wrong_usage_is_no_pass(job: Job) -> None:
    result = job.run({"expect": "nobody"})

    assert result.code == 2, result.said


def test_every_input_is_used_and_described() -> None:
    action = cast("dict[str, Any]", yaml.safe_load((ROOT / "action.yml").read_text()))
    (step,) = action["runs"]["steps"]
    used = re.findall(r"inputs\.([\w-]+)", str(step))

    assert sorted(used) == sorted(action["inputs"])
    guide = (ROOT / "docs" / "ci.md").read_text()
    assert all(f"`{name}`" in guide for name in action["inputs"])
