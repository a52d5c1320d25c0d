"""What a file or a key in it does on a machine, in the words of the route that is resolved."""

from __future__ import annotations

from pathlib import Path

import pytest

from billing_lens.billing.declared_runs import declared_environments
from billing_lens.billing.editor_runs import environments
from billing_lens.billing.effect import Bearing, Effect, Effects
from billing_lens.billing.route import resolve_route
from billing_lens.config.known_positions import known_positions
from billing_lens.machine.machine import Machine, Mode
from tests.lsp.places import ACTIVE, LOGIN, PROFILE, PROFILE_TOKENS, SETTINGS, STATE
from tests.machines import HOME, SUBSCRIPTION_ORGANIZATION, MadeUpMachine, headline
from tests.unit.machine.snapshot import snapshot

LOCAL = "proj/.claude/settings.local.json"
EDITOR = ".config/Code/User/settings.json"
MANAGED = "/etc/claude-code/managed-settings.json"

API_USAGE = "API usage (organization 2222…)"
GATEWAY = "Sends requests to gw.example.com"
HALF_FEDERATED = "Not used: Federation also needs ANTHROPIC_FEDERATION_RULE_ID"
NOT_FROM_PROJECT = (
    "Not used: Claude Code does not take this variable from project settings in interactive mode"
)
KEY = "sk-ant-api03-made-up-key-0123456789abcdef"


def settings(**variables: object) -> dict[str, object]:
    return {"env": variables}


def effects_on(machine: Machine, mode: Mode) -> Effects:
    route = resolve_route(machine, mode)
    other = resolve_route(machine, mode.other)
    runs = (*environments(machine, (route, other)), *declared_environments(machine))
    return Effects(machine, route, runs)


def effect(
    made_up: MadeUpMachine,
    root: Path,
    path: str,
    pointer: str | None = None,
    version: str = "2.1.330",
    mode: Mode = Mode.INTERACTIVE,
) -> Effect:
    """The effect of a file, or of the known key at a pointer in it."""
    machine = snapshot(made_up, root, version)
    name = str(root / "managed" / Path(path).name) if path == MANAGED else str(machine.home / path)
    effects, file = effects_on(machine, mode), machine.files[name]
    if pointer is None:
        return effects.of_file(file)
    [known] = [it for it in known_positions(file) if it.pointer == pointer]
    return effects.of_place(file, known)


@pytest.mark.parametrize(
    ("version", "profile", "login"),
    [
        ("2.1.110", "Not used: Claude Code 2.1.110 does not know profiles yet", "Claude Max 20x"),
        ("2.1.146", API_USAGE, "Not used: The profile 'default' comes first"),
        ("2.1.330", "Not used: The claude.ai login comes first", "Claude Max 20x"),
    ],
)
def test_the_files_of_the_headline_machine(
    tmp_path: Path, version: str, profile: str, login: str
) -> None:
    machine = headline().with_files({ACTIVE: "default\n"})
    for number, path in enumerate((PROFILE, PROFILE_TOKENS, ACTIVE)):
        found = effect(machine, tmp_path / str(number), path, version=version)
        assert found.text.removeprefix("In charge: ") == profile
        assert (found.bearing is Bearing.IN_CHARGE) is (profile == API_USAGE)
    found = effect(machine, tmp_path / "login", LOGIN, version=version)
    assert found.text.removeprefix("In charge: ") == login
    assert effect(machine, tmp_path / "state", STATE, version=version).bearing is Bearing.NOTHING


def test_every_key_of_a_profile_has_the_profile_s_effect(tmp_path: Path) -> None:
    for number, pointer in enumerate(("/organization_id", "/authentication", "/version")):
        found = effect(headline(), tmp_path / str(number), PROFILE, pointer, "2.1.146")
        assert found.text == f"In charge: {API_USAGE}"
        assert found.why == "The profile 'default' of the ant CLI is active."


def test_what_is_in_charge_but_fails_says_so(tmp_path: Path) -> None:
    tokens = {"type": "oauth_token", "expires_at": 1}
    machine = headline().with_files({PROFILE_TOKENS: tokens}).without(LOGIN)
    found = effect(machine, tmp_path, PROFILE)
    assert found.text.endswith(", but it does not work")
    assert "no access token" in found.why


VARIABLES = [
    (SETTINGS, "ANTHROPIC_API_KEY", KEY, "In charge in headless runs: API usage"),
    (SETTINGS, "ANTHROPIC_AUTH_TOKEN", "t", "In charge: API usage"),
    (SETTINGS, "ANTHROPIC_API_KEY", " ", "Not used: It is empty"),
    (SETTINGS, "ANTHROPIC_PROFILE", "gone", "Not used: There is no profile 'gone'"),
    (SETTINGS, "ANTHROPIC_PROFILE", "default", f"In charge: {API_USAGE}"),
    (SETTINGS, "CLAUDE_CODE_USE_BEDROCK", "1", "In charge: Amazon Bedrock"),
    (SETTINGS, "CLAUDE_CODE_USE_BEDROCK", "0", "Decides nothing here"),
    (SETTINGS, "ANTHROPIC_BASE_URL", "https://gw.example.com/x", GATEWAY),
    (SETTINGS, "ANTHROPIC_CUSTOM_HEADERS", "a: b", "Obeyed"),
    (SETTINGS, "ANTHROPIC_ORGANIZATION_ID", "o", HALF_FEDERATED),
    (LOCAL, "CLAUDE_CODE_OAUTH_TOKEN", "t", NOT_FROM_PROJECT),
    (MANAGED, "ANTHROPIC_AUTH_TOKEN", "t", "In charge: API usage"),
]


@pytest.mark.parametrize(("path", "variable", "value", "text"), VARIABLES)
def test_variables_of_claude_code_s_settings(
    tmp_path: Path, path: str, variable: str, value: str, text: str
) -> None:
    machine = headline().with_files({path: settings(**{variable: value})})
    assert effect(machine, tmp_path, path, f"/env/{variable}").text == text


def test_a_variable_that_other_settings_override_names_them(tmp_path: Path) -> None:
    given = settings(ANTHROPIC_BASE_URL="https://gw.example.com")
    machine = headline().with_files({SETTINGS: given, MANAGED: given})
    found = effect(machine, tmp_path, SETTINGS, "/env/ANTHROPIC_BASE_URL")
    managed = tmp_path / "managed" / "managed-settings.json"
    assert found.text == f"Not used: ANTHROPIC_BASE_URL in {managed} comes first"


def test_a_variable_that_counts_in_the_other_mode_alone_says_so(tmp_path: Path) -> None:
    given = settings(ANTHROPIC_BASE_URL="https://gw.example.com")
    machine = headline().with_files({LOCAL: given})
    found = effect(machine, tmp_path, LOCAL, "/env/ANTHROPIC_BASE_URL")
    assert found.text == "Sends requests to gw.example.com in headless runs"


def test_a_group_and_a_file_have_the_effect_of_what_bears_most_in_them(tmp_path: Path) -> None:
    content = {
        "apiKeyHelper": "true",
        "forceLoginMethod": "claudeai",
        **settings(ANTHROPIC_API_KEY=KEY, CLAUDE_CODE_USE_BEDROCK="0"),
    }
    machine = headline().with_files({SETTINGS: content})
    group = effect(machine, tmp_path / "a", SETTINGS, "/env", mode=Mode.HEADLESS)
    assert group == Effect(Bearing.SENT_ALONG, "Sent along, but apiKeyHelper decides")
    assert effect(machine, tmp_path / "b", SETTINGS).text == "In charge: API usage"


def test_settings_that_are_ignored_as_a_whole(tmp_path: Path) -> None:
    content = {**settings(ANTHROPIC_AUTH_TOKEN="t"), "cleanupPeriodDays": "30"}
    machine = headline().with_files({SETTINGS: content})
    ignored = "Not used: A mistake makes Claude Code ignore this file as a whole"
    assert effect(machine, tmp_path / "a", SETTINGS).text == ignored
    at_key = effect(machine, tmp_path / "b", SETTINGS, "/env/ANTHROPIC_AUTH_TOKEN")
    assert at_key.text == ignored


def test_a_demanded_login_counts_in_managed_settings_alone(tmp_path: Path) -> None:
    content = {"forceLoginOrgUUID": SUBSCRIPTION_ORGANIZATION}
    texts = {
        MANAGED: "Demanded of every login",
        SETTINGS: "Not used: Only managed settings enforce this",
    }
    for number, (path, text) in enumerate(texts.items()):
        machine = headline().with_files({path: content})
        found = effect(machine, tmp_path / str(number), path, "/forceLoginOrgUUID")
        assert found.text == text


def test_a_helper_that_stronger_settings_override(tmp_path: Path) -> None:
    machine = headline().with_files(
        {SETTINGS: {"apiKeyHelper": "one"}, LOCAL: {"apiKeyHelper": "two"}}
    )
    found = effect(machine, tmp_path, SETTINGS, "/apiKeyHelper")
    assert found.text == f"Not used: apiKeyHelper in {tmp_path}/home/{LOCAL} comes first"


EDITOR_VARIABLES = (
    "/claudeCode.environmentVariables/0/value",
    "/terminal.integrated.env.linux/CLAUDE_CODE_USE_VERTEX",
    "/terminal.integrated.env.osx/ANTHROPIC_AUTH_TOKEN",
)


def test_variables_that_only_vs_code_gives(tmp_path: Path) -> None:
    content = {
        "claudeCode.environmentVariables": [{"name": "ANTHROPIC_AUTH_TOKEN", "value": "t"}],
        "terminal.integrated.env.linux": {"CLAUDE_CODE_USE_VERTEX": "1"},
        "terminal.integrated.env.osx": {"ANTHROPIC_AUTH_TOKEN": "t"},
    }
    machine = headline().with_files({EDITOR: content})
    extension, terminal, other = EDITOR_VARIABLES
    texts = {
        extension: "In charge in VS Code: API usage",
        terminal: "In charge in VS Code's terminal: Google Vertex AI",
        other: "Not used: It is for another operating system",
    }
    for number, (pointer, text) in enumerate(texts.items()):
        assert effect(machine, tmp_path / str(number), EDITOR, pointer).text == text


def test_active_config_says_why_it_selects_nothing(tmp_path: Path) -> None:
    gone = headline().with_files({ACTIVE: "gone"})
    assert effect(gone, tmp_path / "a", ACTIVE).text == "Not used: There is no profile 'gone'"
    named = gone.with_env(ANTHROPIC_PROFILE="default")
    text = "Not used: ANTHROPIC_PROFILE selects the profile 'default'"
    assert effect(named, tmp_path / "b", ACTIVE).text == text


def test_tokens_that_no_profile_uses(tmp_path: Path) -> None:
    moved = {"authentication": {"type": "user_oauth", "credentials_path": f"{HOME}/t.json"}}
    machine = headline().with_files({PROFILE: moved, "t.json": {"access_token": "t"}})
    text = "Not used: No profile takes its credentials from here"
    assert effect(machine, tmp_path, PROFILE_TOKENS).text == text


def test_a_legacy_state_file_comes_first(tmp_path: Path) -> None:
    machine = headline().with_files({".claude/.config.json": {"primaryApiKey": KEY}})
    found = effect(machine, tmp_path / "a", STATE, "/oauthAccount")
    assert found.text == f"Not used: {tmp_path}/a/home/.claude/.config.json comes first"


def test_what_stops_claude_code_says_so_at_its_place(tmp_path: Path) -> None:
    broken = headline().with_files({STATE: "{"})
    found = effect(broken, tmp_path / "a", STATE)
    assert (found.bearing, found.text) == (Bearing.STOPS, "Claude Code does not start")
    assert found.why
    assert effect(broken, tmp_path / "b", LOGIN).bearing is Bearing.NOT_USED


WORKFLOW = "proj/.github/workflows/ci.yml"
JOBS = """
jobs:
  test:
    runs-on: ubuntu-latest
    env:
      ANTHROPIC_API_KEY: ${{ secrets.KEY }}
      ANTHROPIC_CONFIG_DIR: /x
    steps:
      - run: claude -p hi
"""


def test_what_a_project_sets_elsewhere(tmp_path: Path) -> None:
    machine = headline().with_files({WORKFLOW: JOBS})
    key = effect(machine, tmp_path / "a", WORKFLOW, "/jobs/test/env/ANTHROPIC_API_KEY")
    assert key.text == "In charge in CI: API usage"
    other = effect(machine, tmp_path / "b", WORKFLOW, "/jobs/test/env/ANTHROPIC_CONFIG_DIR")
    assert other.bearing is Bearing.NOTHING
    assert effect(machine, tmp_path / "c", WORKFLOW).text == "In charge in CI: API usage"
