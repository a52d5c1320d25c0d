"""Who pays on the headline machine and its variants, in every version and both modes."""

from __future__ import annotations

from pathlib import Path

import pytest

from billing_lens.billing.credential import State
from billing_lens.billing.route import Route, resolve_route
from billing_lens.billing.sources import Billing, Source
from billing_lens.machine.machine import Mode
from tests.machines import CONSOLE_ORGANIZATION, SUBSCRIPTION_ORGANIZATION, MadeUpMachine, headline
from tests.unit.machine.snapshot import snapshot

PROFILE, LOGIN = Source.PROFILE, Source.CLAUDE_AI_LOGIN
SUBSCRIPTION = Billing.SUBSCRIPTION
VERSIONS = {
    "2.1.110": (LOGIN, LOGIN),
    "2.1.117": (LOGIN, LOGIN),
    "2.1.118": (PROFILE, PROFILE),
    "2.1.146": (PROFILE, PROFILE),
    "2.1.153": (PROFILE, PROFILE),
    "2.1.154": (LOGIN, PROFILE),
    "2.1.257": (LOGIN, PROFILE),
    "2.1.330": (LOGIN, PROFILE),
}
"""The source in charge of the headline machine: as it is, and with ANTHROPIC_PROFILE=default."""
KEY = {"ANTHROPIC_API_KEY": "sk-ant-api03-made-up-key-0123456789abcdef"}


def route_of(
    machine: MadeUpMachine, root: Path, version: str = "2.1.330", mode: Mode = Mode.INTERACTIVE
) -> Route:
    return resolve_route(snapshot(machine, root, version), mode)


@pytest.mark.parametrize("mode", list(Mode))
@pytest.mark.parametrize(
    ("version", "explicit", "source"),
    [
        (version, explicit, sources[explicit])
        for version, sources in VERSIONS.items()
        for explicit in (False, True)
    ],
)
def test_the_headline_machine(
    tmp_path: Path, version: str, explicit: bool, source: Source, mode: Mode
) -> None:
    machine = headline().with_env(ANTHROPIC_PROFILE="default") if explicit else headline()

    route = route_of(machine, tmp_path, version, mode)

    assert route.source is source
    assert route.works is True
    assert route.organization is not None
    if source is PROFILE:
        assert (route.billing, route.profile) == (Billing.API_USAGE, "default")
        assert route.organization.id == CONSOLE_ORGANIZATION
        assert route.label == "API usage (organization 2222…)"
    else:
        assert (route.billing, route.plan, route.tier) == (Billing.SUBSCRIPTION, "max", "20x")
        assert route.organization.id == SUBSCRIPTION_ORGANIZATION
        assert route.label == "Claude Max 20x"
    other = next(route.credentials_from(LOGIN if source is PROFILE else PROFILE))
    # An unknown profile is ignored in the versions that do not know profiles.
    ignored = version in ("2.1.110", "2.1.117")
    assert other.state is (State.IGNORED if ignored else State.SHADOWED)
    assert other.reason


@pytest.mark.parametrize(
    ("variables", "headless", "interactive"),
    [
        ({"ANTHROPIC_AUTH_TOKEN": "t"}, Source.AUTH_TOKEN, Source.AUTH_TOKEN),
        (KEY, Source.API_KEY, LOGIN),
        ({"CLAUDE_CODE_OAUTH_TOKEN": "t"}, Source.OAUTH_TOKEN, Source.OAUTH_TOKEN),
        ({**KEY, "ANTHROPIC_AUTH_TOKEN": "t"}, Source.AUTH_TOKEN, Source.AUTH_TOKEN),
        ({**KEY, "CLAUDE_CODE_OAUTH_TOKEN": "t"}, Source.API_KEY, Source.OAUTH_TOKEN),
        ({"ANTHROPIC_API_KEY": "  "}, LOGIN, LOGIN),
        ({"CLAUDE_CODE_USE_BEDROCK": "1", **KEY}, Source.CLOUD_PROVIDER, Source.CLOUD_PROVIDER),
        ({"CLAUDE_CODE_USE_BEDROCK": "0", "CLAUDE_CODE_USE_VERTEX": "2"}, LOGIN, LOGIN),
    ],
)
def test_a_variable_in_front_of_the_login(
    tmp_path: Path, variables: dict[str, str], headless: Source, interactive: Source
) -> None:
    machine = snapshot(headline().with_env(**variables), tmp_path, "2.1.330")

    assert resolve_route(machine, Mode.HEADLESS).source is headless
    assert resolve_route(machine, Mode.INTERACTIVE).source is interactive


@pytest.mark.parametrize(
    ("answer", "interactive"), [("approved", Source.API_KEY), ("rejected", LOGIN)]
)
def test_the_answer_to_the_dialog_counts_interactively_only(
    tmp_path: Path, answer: str, interactive: Source
) -> None:
    responses = {answer: [KEY["ANTHROPIC_API_KEY"][-20:]]}
    state = {"customApiKeyResponses": responses}
    machine = snapshot(
        headline().with_env(**KEY).with_files({".claude.json": state}), tmp_path, "2.1.330"
    )

    assert resolve_route(machine, Mode.INTERACTIVE).source is interactive
    assert resolve_route(machine, Mode.HEADLESS).source is Source.API_KEY


def test_the_managed_key_the_login_and_an_explicit_profile_form_a_cycle(tmp_path: Path) -> None:
    def source(name: str, machine: MadeUpMachine) -> Source:
        return route_of(machine, tmp_path / name).source

    key = headline().with_files({".claude.json": {"primaryApiKey": "sk-ant-api03-managed"}})
    explicit = key.with_env(ANTHROPIC_PROFILE="default")
    login_file = ".claude/.credentials.json"

    assert source("login and key", key) is LOGIN
    assert source("key and profile", explicit.without(login_file)) is Source.MANAGED_KEY
    assert source("profile and login", explicit.with_files({".claude.json": {}})) is PROFILE
    assert source("all three", explicit) is Source.MANAGED_KEY


def test_nothing_at_all(tmp_path: Path) -> None:
    route = route_of(MadeUpMachine({}), tmp_path)

    assert (route.source, route.billing, route.works) == (Source.NONE, Billing.NONE, False)
    assert route.credentials == ()


@pytest.mark.parametrize(
    ("plan", "account", "billing"),
    [
        ("max", {}, Billing.SUBSCRIPTION),
        ("pro", {}, Billing.SUBSCRIPTION),
        ("free", {}, Billing.UNKNOWN),
        (None, {}, Billing.UNKNOWN),
        (None, {"organizationType": "claude_max"}, Billing.SUBSCRIPTION),
        (None, {"billingType": "stripe_subscription"}, Billing.SUBSCRIPTION),
        (None, {"organizationType": "api"}, Billing.UNKNOWN),
    ],
)
def test_a_login_without_a_plan_is_not_taken_for_a_subscription(
    tmp_path: Path, plan: str | None, account: dict[str, str], billing: Billing
) -> None:
    login = {"accessToken": "t", "scopes": ["user:inference"], "subscriptionType": plan}
    files = {
        ".claude/.credentials.json": {"claudeAiOauth": login},
        ".claude.json": {"oauthAccount": account},
    }

    route = route_of(MadeUpMachine(files), tmp_path)

    assert (route.source, route.billing) == (LOGIN, billing)


def test_a_gateway_is_named_by_its_host_and_the_route_says_so(tmp_path: Path) -> None:
    variables = {"ANTHROPIC_AUTH_TOKEN": "t", "ANTHROPIC_BASE_URL": "https://u:p@gw.example:8/v1"}

    route = route_of(headline().with_env(**variables), tmp_path)

    assert (route.billing, route.host) == (Billing.GATEWAY, "gw.example")
    assert route.label == "Gateway gw.example"


@pytest.mark.parametrize("url", ["https://api.anthropic.com", "http://[::1", "", "nonsense"])
def test_a_base_url_that_leads_nowhere_else_is_no_gateway(tmp_path: Path, url: str) -> None:
    variables = {"ANTHROPIC_AUTH_TOKEN": "t", "ANTHROPIC_BASE_URL": url}

    assert route_of(headline().with_env(**variables), tmp_path).billing is Billing.API_USAGE


def test_it_tells_where_the_subscriptions_token_goes(tmp_path: Path) -> None:
    machine = headline().with_env(ANTHROPIC_BASE_URL="https://gateway.example.com/v1")

    route = route_of(machine, tmp_path)

    assert (route.source, route.host) == (LOGIN, "gateway.example.com")
    assert "token is sent to gateway.example.com" in route.reason


@pytest.mark.parametrize("url", ["https://api.anthropic.com", "not a url", "https://[::1"])
def test_anthropics_own_host_and_nonsense_are_no_news(tmp_path: Path, url: str) -> None:
    route = route_of(headline().with_env(ANTHROPIC_BASE_URL=url), tmp_path)

    assert route.host is None
    assert "sent to" not in route.reason


@pytest.mark.parametrize(
    ("headers", "billing", "label"),
    [
        (
            "X-One: 1\nAuthorization: Bearer made-up",
            Billing.UNKNOWN,
            "Unknown payer (custom headers)",
        ),
        (
            "authorization: Bearer sk-ant-oat01-made-up",
            SUBSCRIPTION,
            "Claude subscription (custom headers)",
        ),
        ("Authorization: Bearer sk-ant-api03-made-up", Billing.API_USAGE, "API usage"),
        ("X-Authorization: Bearer made-up", SUBSCRIPTION, "Claude Max 20x"),
        ("x-api-key: sk-ant-api03-made-up", SUBSCRIPTION, "Claude Max 20x"),
    ],
)
def test_custom_headers_bill_whom_their_value_names(
    tmp_path: Path, headers: str, billing: Billing, label: str
) -> None:
    route = route_of(headline().with_env(ANTHROPIC_CUSTOM_HEADERS=headers), tmp_path)

    assert (route.billing, route.label) == (billing, label)
    assert "made-up" not in route.reason


def test_a_key_in_a_header_goes_along_with_a_login(tmp_path: Path) -> None:
    machine = headline().with_env(ANTHROPIC_CUSTOM_HEADERS="x-api-key: sk-ant-api03-made-up")

    credential = next(route_of(machine, tmp_path).credentials_from(Source.CUSTOM_HEADERS))

    assert credential.state is State.ALSO_SENT


def test_custom_headers_at_another_host_are_paid_there(tmp_path: Path) -> None:
    machine = headline().with_env(
        ANTHROPIC_CUSTOM_HEADERS="Authorization: Bearer made-up",
        ANTHROPIC_BASE_URL="https://gateway.example.com",
    )

    assert route_of(machine, tmp_path).billing is Billing.GATEWAY


@pytest.mark.parametrize(
    ("command", "works"),
    [
        ("@HOME@/bin/key", None),
        ("@HOME@/bin/key --fast", None),
        ("@HOME@/bin/gone --fast", False),
        ("print-my-key", None),
        ("$HOME/bin/gone", None),
    ],
)
def test_a_helper_whose_program_is_missing_cannot_work(
    tmp_path: Path, command: str, works: bool | None
) -> None:
    files = {"bin/key": "", ".claude/settings.json": {"apiKeyHelper": command}}

    route = route_of(headline().with_files(files), tmp_path)

    assert (route.source, route.works) == (Source.API_KEY_HELPER, works)
