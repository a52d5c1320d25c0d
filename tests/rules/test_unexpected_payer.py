"""Rule unexpected-payer: when it fires, on which text, and when it must not."""

from __future__ import annotations

from pathlib import Path
from typing import cast

import pytest
from msgspec.structs import replace

from billing_lens.billing.expectation import Wish
from billing_lens.config.kinds import Platform
from billing_lens.fixes.fix import Safety
from billing_lens.machine.machine import Mode
from billing_lens.review import review
from tests.machines import (
    CANARY,
    CONSOLE_ORGANIZATION,
    MadeUpMachine,
    headline,
)
from tests.rules.demands import demanding
from tests.rules.reviewed import (
    CONFIG,
    CREDENTIALS,
    LOGIN,
    STATE,
    Marked,
    marked_by,
    reviewed,
    variables_marked_by,
)
from tests.rules.spots import (
    IN_LOCAL,
    IN_PROJECT,
    IN_USER,
    KEY,
    MANAGED,
    NEWEST,
    PLAN,
    TO_THE_LOGIN,
    Spot,
    after_fix,
    changed_texts,
    commands_of,
    fixes_of,
    is_readable,
    login_only,
    related_to,
    rules_of,
)
from tests.rules.stored import EXPIRED, with_login
from tests.unit.machine.snapshot import snapshot

RULE = "unexpected-payer"
BARE = "CLAUDE_CODE_SIMPLE"
NOBODY = login_only().without(LOGIN)
NOTHING = NOBODY.without(STATE)
PROFILE_ONLY = headline().without(LOGIN)
GATEWAY = login_only().with_env(
    ANTHROPIC_AUTH_TOKEN=f"gateway-{CANARY}", ANTHROPIC_BASE_URL="https://llm.example.com"
)
NO_PLAN_ANYWHERE = with_login(left_out=["subscriptionType"]).without(STATE)
SPLIT = "config-directory-split"
API_USAGE = Wish("api_usage", None, "said")
SUBSCRIPTION = Wish("subscription", None, "said")


def state_with(**members: object) -> dict[str, object]:
    """Return Claude Code's state file with more in it."""
    return {**cast("dict[str, object]", headline().files[STATE]), **members}


def marked_on(
    machine: MadeUpMachine,
    root: Path,
    wish: Wish | None = None,
    mode: Mode = Mode.INTERACTIVE,
    version: str = NEWEST,
) -> Marked:
    """Return the one thing that the rule marks."""
    (marked,) = marked_by(RULE, reviewed(machine, root, version, mode, wish))
    assert is_readable(marked.found)
    return marked


@pytest.mark.parametrize("version", ["2.1.117", "2.1.118", "2.1.153", "2.1.154", NEWEST])
@pytest.mark.parametrize("mode", list(Mode))
def test_nobody_is_logged_in_although_a_subscription_is_known(
    tmp_path: Path, version: str, mode: Mode
) -> None:
    marked = marked_on(NOBODY, tmp_path, None, mode, version)

    assert (marked.path, marked.pointer) == (STATE, "/oauthAccount")
    assert (marked.text, marked.severity) == ('"oauthAccount"', "error")
    assert "but your Claude subscription should pay" in marked.found.finding.message
    assert commands_of(marked.found) == ["claude auth login"]
    assert fixes_of(marked.found) == []


@pytest.mark.parametrize(
    ("wish", "payer", "commands"),
    [
        (SUBSCRIPTION, "your Claude subscription", ["claude auth login"]),
        (API_USAGE, "API usage", ["claude auth login --console"]),
        (Wish("cloud_provider", None, "said"), "your cloud provider", []),
        (Wish("gateway", None, "said"), "your gateway", []),
        (Wish(None, CONSOLE_ORGANIZATION, "said"), "organization 2222…", ["claude auth login"]),
    ],
)
def test_it_says_how_to_log_in_with_what_should_pay(
    tmp_path: Path, wish: Wish, payer: str, commands: list[str]
) -> None:
    marked = marked_on(NOTHING, tmp_path, wish)

    assert (marked.path, marked.severity) == (LOGIN, "error")
    assert f"but {payer} should pay" in marked.found.finding.message
    assert commands_of(marked.found) == commands


@pytest.mark.parametrize("mode", list(Mode))
@pytest.mark.parametrize(
    ("billing", "commands"),
    [("api_usage", ["claude auth login --console"]), ("cloud_provider", []), ("gateway", [])],
)
def test_a_login_that_is_all_there_is_pays_instead_of_what_should(
    tmp_path: Path, billing: str, commands: list[str], mode: Mode
) -> None:
    marked = marked_on(login_only(), tmp_path, Wish(billing, None, "said"), mode)

    assert (marked.path, marked.text) == (LOGIN, '"claudeAiOauth"')
    assert marked.severity == "error"
    assert f"bills {PLAN} instead of " in marked.found.finding.message
    assert "nothing but your login is set up" in marked.found.finding.message
    assert commands_of(marked.found) == commands


@pytest.mark.parametrize(
    ("version", "fires"),
    [
        ("2.1.117", True),
        ("2.1.118", False),
        ("2.1.153", False),
        ("2.1.154", True),
        (NEWEST, True),
    ],
)
def test_a_login_that_comes_before_the_profile_that_should_pay(
    tmp_path: Path, version: str, fires: bool
) -> None:
    seen = reviewed(headline(), tmp_path, version, Mode.INTERACTIVE, API_USAGE)

    assert (RULE in rules_of(seen)) is fires


def test_naming_the_profile_is_what_makes_it_pay(tmp_path: Path) -> None:
    marked = marked_on(headline(), tmp_path / "a", API_USAGE)

    assert "your login comes before the profile 'default'" in marked.found.finding.message
    assert commands_of(marked.found) == ["export ANTHROPIC_PROFILE=default"]
    named = headline().with_env(ANTHROPIC_PROFILE="default")
    after = reviewed(named, tmp_path / "b", NEWEST, Mode.INTERACTIVE, API_USAGE)
    assert after.as_expected
    assert RULE not in rules_of(after)


def test_in_powershell_it_is_named_differently(tmp_path: Path) -> None:
    machine = headline().with_env(ANTHROPIC_CONFIG_DIR="@HOME@/.config/anthropic")
    on_windows = replace(snapshot(machine, tmp_path, NEWEST), platform=Platform.WIN32)

    (marked,) = marked_by(RULE, review(on_windows, Mode.INTERACTIVE, API_USAGE))

    assert commands_of(marked.found) == ['$Env:ANTHROPIC_PROFILE = "default"']


def test_a_broken_profile_is_no_one_to_name(tmp_path: Path) -> None:
    machine = headline().with_files({CREDENTIALS: {}})

    marked = marked_on(machine, tmp_path, API_USAGE)

    assert commands_of(marked.found) == ["claude auth login --console"]


@pytest.mark.parametrize("mode", list(Mode))
def test_a_profile_is_all_there_is(tmp_path: Path, mode: Mode) -> None:
    seen = reviewed(PROFILE_ONLY, tmp_path, NEWEST, mode)

    (marked,) = marked_by(RULE, seen)

    assert (marked.path, marked.pointer, marked.severity) == (CONFIG, "/organization_id", "error")
    assert "bills API usage (organization 2222…) instead of" in marked.found.finding.message
    assert "the profile is all there is" in marked.found.finding.message
    assert commands_of(marked.found) == ["claude auth login"]
    assert related_to(marked.found, seen) == [(STATE, "/oauthAccount")]
    assert is_readable(marked.found)


@pytest.mark.parametrize(
    ("machine", "wish", "rule"),
    [
        (PROFILE_ONLY.with_files({CREDENTIALS: {}}), None, "profile-broken"),
        (with_login(accessToken=""), None, "login-unusable"),
        (with_login(scopes=["user:developer"]), None, "console-only-scope"),
        (EXPIRED, API_USAGE, "login-expired"),
        (NO_PLAN_ANYWHERE, SUBSCRIPTION, "plan-missing"),
        (login_only().with_env(CLAUDE_CONFIG_DIR="@HOME@/else"), SUBSCRIPTION, SPLIT),
        (login_only().with_env(ANTHROPIC_PROFILE="gone"), API_USAGE, "profile-from-environment"),
        (demanding(PROFILE_ONLY, "claudeai"), None, "forced-login-conflict"),
        (GATEWAY, SUBSCRIPTION, "auth-token-overrides-login"),
    ],
)
def test_what_another_rule_explains_is_not_told_again(
    tmp_path: Path, machine: MadeUpMachine, wish: Wish | None, rule: str
) -> None:
    seen = reviewed(machine, tmp_path, "2.1.146", Mode.INTERACTIVE, wish)

    assert seen.as_expected is False
    assert (RULE in rules_of(seen), rule in rules_of(seen)) == (False, True)


@pytest.mark.parametrize("mode", list(Mode))
def test_a_gateway_that_is_clearly_meant_is_only_asked_about(tmp_path: Path, mode: Mode) -> None:
    seen = reviewed(GATEWAY, tmp_path, NEWEST, mode)

    ((found, variable),) = variables_marked_by(RULE, seen)

    assert (variable, found.finding.severity.value) == ("ANTHROPIC_AUTH_TOKEN", "info")
    assert "bills Gateway llm.example.com instead of your Claude Max" in found.finding.message
    assert "say so" in found.finding.message
    assert (fixes_of(found), commands_of(found)) == ([], [])
    assert related_to(found, seen) == TO_THE_LOGIN
    assert is_readable(found)


def test_bare_runs_use_no_login(tmp_path: Path) -> None:
    marked = marked_on(login_only().with_args("--bare"), tmp_path)

    assert (marked.path, marked.severity) == (LOGIN, "error")
    assert "--bare" in marked.found.finding.message
    assert commands_of(marked.found) == []


def test_a_variable_that_makes_every_run_bare_is_marked(tmp_path: Path) -> None:
    seen = reviewed(login_only().with_env(**{BARE: "1"}), tmp_path, NEWEST)

    ((found, variable),) = variables_marked_by(RULE, seen)

    assert (variable, found.finding.severity.value) == (BARE, "error")
    assert BARE in found.finding.message
    assert (fixes_of(found), commands_of(found)) == ([], [f"unset {BARE}"])
    assert related_to(found, seen) == TO_THE_LOGIN


@pytest.mark.parametrize(
    ("spot", "version"),
    [(IN_USER, NEWEST), (IN_PROJECT, "2.1.146"), (IN_LOCAL, "2.1.146")],
    ids=["user", "project", "local"],
)
def test_settings_that_make_every_run_bare_are_switched_off(
    tmp_path: Path, spot: Spot, version: str
) -> None:
    text = spot.text(BARE, "1")
    seen = reviewed(login_only().with_files({spot.path: text}), tmp_path, version)
    (marked,) = marked_by(RULE, seen)

    best = marked.found.fixes[0]

    assert (marked.path, marked.text) == (spot.path, spot.marked(BARE, "1"))
    assert (best.id, best.safety) == (f"switch-off:{BARE}@{spot.nickname}", Safety.SAFE)
    assert changed_texts(best, seen) == {spot.path: text.replace(f'"{BARE}"', f'"{BARE}_OFF"')}
    assert rules_of(after_fix(best, seen)) == []


def test_a_key_that_is_asked_about_is_marked_where_keys_should_pay(tmp_path: Path) -> None:
    machine = NOTHING.with_env(ANTHROPIC_API_KEY=KEY)
    asked = reviewed(machine, tmp_path / "a", NEWEST, Mode.INTERACTIVE, API_USAGE)
    headless = reviewed(machine, tmp_path / "b", NEWEST, Mode.HEADLESS, API_USAGE)

    ((found, variable),) = variables_marked_by(RULE, asked)
    assert (variable, found.finding.severity.value) == ("ANTHROPIC_API_KEY", "error")
    assert "Claude Code will ask whether to use this key" in found.finding.message
    ((found, variable),) = variables_marked_by(RULE, headless)
    assert (variable, found.finding.severity.value) == ("ANTHROPIC_API_KEY", "warning")
    assert found.finding.message.startswith("In interactive runs, nobody is logged in, but ")
    assert is_readable(found)


@pytest.mark.parametrize("path", [MANAGED, STATE])
def test_claude_code_that_does_not_start_bills_nobody(tmp_path: Path, path: str) -> None:
    seen = reviewed(login_only().with_files({path: '{"{kind}": '}), tmp_path, NEWEST)

    (found,) = [it for it in seen.findings if it.finding.rule == RULE]

    assert found.finding.severity.value == "error"
    assert str(found.finding.place.path).endswith(Path(path).name)
    assert "refuses to start" in found.finding.message
    assert (fixes_of(found), commands_of(found)) == ([], [])
    assert is_readable(found)


@pytest.mark.parametrize("mode", list(Mode))
@pytest.mark.parametrize(
    ("machine", "wish"),
    [
        pytest.param(login_only(), None, id="the login pays"),
        pytest.param(login_only(), Wish("any", None, "said"), id="anything may pay"),
        pytest.param(NOTHING, None, id="nothing is expected"),
        pytest.param(PROFILE_ONLY, API_USAGE, id="the profile should pay"),
        pytest.param(GATEWAY, Wish("gateway", None, "said"), id="the gateway should pay"),
        pytest.param(
            NOBODY.with_env(CLAUDE_CODE_OAUTH_TOKEN="t"), None, id="a token of the subscription"
        ),
        pytest.param(
            login_only(), Wish(None, CONSOLE_ORGANIZATION, "said"), id="another organization"
        ),
        pytest.param(
            login_only().with_files({LOGIN: {"claudeAiOauth": {"accessToken": ""}}}),
            *(None,),
            id="a login that cannot be used",
        ),
        pytest.param(
            PROFILE_ONLY.with_files({LOGIN: {"claudeAiOauth": {"accessToken": ""}}}),
            *(None,),
            id="a profile beside a login that cannot be used",
        ),
        pytest.param(headline().with_env(ANTHROPIC_PROFILE="default"), None, id="a named profile"),
        pytest.param(login_only().with_env(ANTHROPIC_AUTH_TOKEN="t"), None, id="a token"),
        pytest.param(login_only().with_env(CLAUDE_CODE_USE_BEDROCK="1"), None, id="a cloud"),
    ],
)
def test_it_is_silent_when_all_is_well_or_another_rule_says_why(
    tmp_path: Path, machine: MadeUpMachine, wish: Wish | None, mode: Mode
) -> None:
    assert RULE not in rules_of(reviewed(machine, tmp_path, NEWEST, mode, wish))


def test_a_login_without_a_plan_is_another_rules_matter(tmp_path: Path) -> None:
    login = cast("dict[str, dict[str, object]]", headline().files[LOGIN])["claudeAiOauth"]
    no_plan = {"claudeAiOauth": {**login, "subscriptionType": None}}
    machine = NOTHING.with_files({LOGIN: no_plan})

    seen = reviewed(machine, tmp_path, NEWEST, Mode.INTERACTIVE, SUBSCRIPTION)

    assert RULE not in rules_of(seen)
    assert "plan-missing" in rules_of(seen)
