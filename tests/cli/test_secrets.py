"""Canaries in every token of every machine: none of them leaves the program."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from billing_lens.output import text as status_output
from tests.cli.command_line import Run, run, run_program
from tests.machines import CANARY, BuiltMachine, MadeUpMachine, assert_no_canary, headline

KEY = f"sk-ant-api03-{CANARY}"
ODD = f"of no known form {CANARY}"
SETTINGS = ".claude/settings.json"
WORKFLOW = "proj/.github/workflows/claude.yml"
FORMATS = ("text", "json", "sarif", "github", "junit")

MACHINES = {
    "headline": headline(),
    "explicit profile": headline().with_env(ANTHROPIC_PROFILE="default"),
    "API key": headline().with_env(ANTHROPIC_API_KEY=KEY),
    "auth token": headline().with_env(ANTHROPIC_AUTH_TOKEN=ODD),
    "OAuth token": headline().with_env(CLAUDE_CODE_OAUTH_TOKEN=f"sk-ant-oat01-{CANARY}"),
    "helper": headline().with_files({SETTINGS: {"apiKeyHelper": f"echo {KEY}"}}),
    "helper of the project": headline().with_files(
        {"proj/.claude/settings.json": {"apiKeyHelper": f"printf {CANARY}"}}
    ),
    "managed key": headline().with_files({".claude.json": {"primaryApiKey": KEY}}),
    "settings": headline().with_files(
        {
            SETTINGS: {
                "env": {
                    "ANTHROPIC_API_KEY": KEY,
                    "ANTHROPIC_CUSTOM_HEADERS": f"Authorization: Bearer {CANARY}",
                    "MY_SECRET": ODD,
                }
            }
        }
    ),
    "broken settings": headline().with_files({SETTINGS: f'{{"env": {{"API_KEY": "{KEY}",}}}}'}),
    "settings of wrong types": headline().with_files(
        {SETTINGS: {"env": [KEY], "apiKeyHelper": [ODD]}}
    ),
    "settings on the command line": headline().with_args(
        "--settings", json.dumps({"env": {"ANTHROPIC_API_KEY": KEY}})
    ),
    "gateway": headline().with_env(
        ANTHROPIC_AUTH_TOKEN=ODD, ANTHROPIC_BASE_URL=f"https://u:{CANARY}@gateway.example/"
    ),
    "broken login": headline().with_files(
        {".claude/.credentials.json": f'{{"claudeAiOauth": {{"accessToken": "{KEY}" '}
    ),
    "login of wrong types": headline().with_files(
        {".claude/.credentials.json": {"claudeAiOauth": {"accessToken": [KEY], "scopes": ODD}}}
    ),
    "a secret in the profile": headline().with_files(
        {
            ".config/anthropic/configs/default.json": {
                "authentication": {"type": "user_oauth", "client_secret": ODD},
                "api_key": KEY,
                "organization_id": "2",
            }
        }
    ),
    "the project's files": headline().with_files(
        {
            WORKFLOW: f"# claude\nenv: {{ANTHROPIC_AUTH_TOKEN: '{ODD}', A: {KEY}}}\njobs:\n  a:\n"
            "    steps: [{uses: anthropics/claude-code-action@v1, with: {anthropic_api_key: "
            f"'{KEY}', settings: '{{\"apiKeyHelper\": \"echo {CANARY}\"}}'}}}}, {{run: claude}}]\n",
            "proj/.gitlab-ci.yml": f"a: {{script: claude {KEY}, variables: {{GW_TOKEN: {KEY}}}}}",
            "proj/.devcontainer/devcontainer.json": f'{{"containerEnv": {{"ANTHROPIC_AUTH_TOKEN": '
            f'"{ODD}", "ANTHROPIC_BASE_URL": "https://u:{CANARY}@gateway.example/"}}}}',
            "proj/compose.yaml": "services: {a: {command: claude, env_file: .env, environment: "
            f"['CLAUDE_CODE_OAUTH_TOKEN={ODD}']}}}}\n",
            "proj/.env": f"ANTHROPIC_API_KEY='{ODD}'\n",
        }
    ),
    "broken files of the project": headline().with_files(
        {
            WORKFLOW: f"env: {{ANTHROPIC_AUTH_TOKEN: '{ODD}\njobs: [",
            "proj/.gitlab-ci.yml": f"claude: {{GW_TOKEN: '{ODD}",
            "proj/.devcontainer.json": f'{{"containerEnv": {{"ANTHROPIC_API_KEY": "{KEY}',
            "proj/compose.yaml": f"services: {{claude: '{KEY}\t",
        }
    ),
    "federation": headline().with_env(
        ANTHROPIC_FEDERATION_RULE_ID="fdrl_1",
        ANTHROPIC_ORGANIZATION_ID="2",
        ANTHROPIC_IDENTITY_TOKEN=f"eyJhbGciOiJIUzI1NiJ9.{CANARY}",
    ),
}


def assert_no_leak(done: Run) -> None:
    assert_no_canary(done.out)
    assert_no_canary(done.err)
    assert done.code in (0, 1), done.err


@pytest.mark.parametrize(("version", "mode"), [("2.1.146", "headless"), ("2.1.330", "interactive")])
@pytest.mark.parametrize("name", MACHINES)
def test_nothing_that_is_said_holds_a_secret(
    tmp_path: Path, name: str, version: str, mode: str
) -> None:
    built = MACHINES[name].build(tmp_path)
    options = ["--mode", mode, *built.options(version)]
    assert_no_leak(run("status", *options))
    assert_no_leak(run("status", "--json", *options))
    for form in FORMATS:
        assert_no_leak(run("check", "--format", form, *options))
    assert_no_leak(run("fix", "--dry-run", *options))
    assert_no_leak(
        run("fix", "--dry-run", "--rule", "organization-conflict", *built.options(version))
    )
    assert_no_leak(run("fix", "--yes", "--rule", "organization-conflict", *built.options(version)))
    assert_no_leak(run("fix", "--yes", *built.options(version)))
    assert_no_leak(run("undo", "--list", "--home", str(built.home)))
    for entry in (built.home / ".local").rglob("entry.json"):
        assert_no_canary(entry.read_text())
    done = run("undo", "--home", str(built.home))
    assert_no_canary(done.out + done.err)


def test_all_formats_are_tried() -> None:
    """A format added to the command line must be added here."""
    usage = run("check", "--help").out.replace("\n", "")

    assert f"--format {{{','.join(FORMATS)}}}" in usage


def test_an_internal_error_shows_no_value_and_has_an_exit_code_of_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise RuntimeError(f"with {KEY}")

    monkeypatch.setattr(status_output, "status_text", fail)

    done = run("status", *headline().build(tmp_path).options())

    assert_no_canary(done.out + done.err)
    assert done.code not in (0, 1, 2, 3)
    assert "internal error" in done.err
    assert "RuntimeError" in done.err


def test_as_a_program_of_its_own_too(tmp_path: Path) -> None:
    built = headline().with_env(ANTHROPIC_AUTH_TOKEN=ODD).build(tmp_path)

    for command in (["status"], ["check"], ["fix", "--yes"]):
        assert_no_leak(run_program(*command, *built.options("2.1.146")))


class TestAddresses:
    """E-mail addresses are shown to the user and hidden in a demonstration."""

    @pytest.fixture
    def built(self, tmp_path: Path) -> BuiltMachine:
        return headline().build(tmp_path)

    @pytest.mark.parametrize("version", ["2.1.146", "2.1.330"])
    @pytest.mark.parametrize("command", [["status"], ["status", "--json"]])
    def test_shown(self, built: BuiltMachine, version: str, command: list[str]) -> None:
        assert "dev@example.com" in run(*command, *built.options(version)).out

    @pytest.mark.parametrize("version", ["2.1.146", "2.1.330"])
    @pytest.mark.parametrize(
        "command", [["status"], ["status", "--json"], ["check"], ["check", "--format", "json"]]
    )
    def test_hidden(self, built: BuiltMachine, version: str, command: list[str]) -> None:
        done = run(*command, "--env", "IS_DEMO=1", *built.options(version))

        assert "example.com" not in done.out + done.err
        assert done.code in (0, 1)


def test_a_machine_without_secrets_has_no_canary_to_begin_with() -> None:
    """The check itself must bite on what the machines hold."""
    for name, machine in MACHINES.items():
        text = json.dumps([dict(machine.files), dict(machine.env), machine.args])
        with pytest.raises(AssertionError, match="leaked"):
            assert_no_canary(text)
        assert name


def test_a_foreign_secret_is_not_kept_by_the_machine(tmp_path: Path) -> None:
    machine = MadeUpMachine({}, env={"AWS_SECRET_ACCESS_KEY": ODD, "DATABASE_PASSWORD": ODD})

    assert_no_leak(run("status", "--json", *machine.build(tmp_path).options()))
