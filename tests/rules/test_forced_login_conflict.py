"""Rule forced-login-conflict: what an administrator demands and Claude Code refuses."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from billing_lens.billing.place import locate
from billing_lens.fixes.fix import Safety
from billing_lens.machine.machine import Mode
from billing_lens.review import Review, ReviewedFinding
from tests.machines import SUBSCRIPTION_ORGANIZATION, MadeUpMachine, headline
from tests.rules.demands import (
    METHOD,
    NOBODY,
    ORGANIZATION,
    OTHER,
    RULE,
    WITH_KEY,
    WITH_STORED_KEY,
    WITH_TOKEN,
    demanding,
    found_by_rule,
)
from tests.rules.reviewed import LOGIN, reviewed, text_at
from tests.rules.spots import (
    IN_TERMINAL,
    IN_VSCODE,
    KEY,
    NEWEST,
    PLAN,
    USER,
    Spot,
    after_fix,
    changed_texts,
    commands_of,
    fixes_of,
    is_readable,
    login_only,
    rules_of,
)
from tests.rules.stored import with_account


def text_of(found: ReviewedFinding, seen: Review) -> str:
    """Return the text that is marked, in the home or outside it."""
    location = locate(seen.machine, found.finding.place)
    assert location is not None
    return text_at(seen, location)


@pytest.mark.parametrize("mode", list(Mode))
@pytest.mark.parametrize(
    ("machine", "mark", "refused", "demand"),
    [
        pytest.param(
            demanding(WITH_TOKEN, "claudeai"),
            f'"{METHOD}": "claudeai"',
            "ANTHROPIC_AUTH_TOKEN",
            "demand a claude.ai login",
            id="a token, claude.ai demanded",
        ),
        pytest.param(
            demanding(WITH_TOKEN, "console"),
            f'"{METHOD}": "console"',
            "ANTHROPIC_AUTH_TOKEN",
            "demand a Console login",
            id="a token, the Console demanded",
        ),
        pytest.param(
            demanding(WITH_TOKEN, "claudeai", SUBSCRIPTION_ORGANIZATION),
            f'"{ORGANIZATION}": "{SUBSCRIPTION_ORGANIZATION}"',
            "ANTHROPIC_AUTH_TOKEN",
            "demand a login of organization 1111…",
            id="a token, an organization demanded too",
        ),
        pytest.param(
            demanding(login_only().with_files({USER: {"apiKeyHelper": "echo"}}), "claudeai"),
            f'"{METHOD}": "claudeai"',
            "apiKeyHelper",
            "demand a claude.ai login",
            id="a helper",
        ),
        pytest.param(
            demanding(login_only(), organization=OTHER),
            f'"{ORGANIZATION}": "{OTHER}"',
            "your Claude Max login",
            "demand a login of organization 2222…, and yours is of 1111…",
            id="a login of another organization",
        ),
        pytest.param(
            demanding(login_only(), organization=[OTHER, "3" * 36]),
            f'"{ORGANIZATION}"',
            "your Claude Max login",
            "demand a login of one of 2 organizations, and yours is of 1111…",
            id="a login of none of the organizations",
        ),
        pytest.param(
            demanding(login_only(), "gateway"),
            f'"{METHOD}": "gateway"',
            "your Claude Max login",
            "demand a sign-in to a gateway",
            id="a login where a gateway is demanded",
        ),
        pytest.param(
            demanding(WITH_STORED_KEY, "gateway"),
            f'"{METHOD}": "gateway"',
            "the API key of a Console login",
            "demand a sign-in to a gateway",
            id="a stored key where a gateway is demanded",
        ),
    ],
)
def test_it_marks_what_an_administrator_demands_and_says_what_is_refused(
    tmp_path: Path, machine: MadeUpMachine, mark: str, refused: str, demand: str, mode: Mode
) -> None:
    seen = reviewed(machine, tmp_path, NEWEST, mode)

    (found,) = found_by_rule(seen)

    assert found.finding.place.path == f"{seen.machine.managed_directory}/managed-settings.json"
    assert text_of(found, seen) == mark
    assert found.finding.severity.value == "error"
    assert found.finding.message == (
        f"Claude Code refuses to work with {refused}, because your administrator's settings "
        f"{demand}."
    )
    assert is_readable(found)
    (related,) = found.finding.related
    assert related.place == seen.route.place
    assert seen.route.works is False


@pytest.mark.parametrize("mode", list(Mode))
@pytest.mark.parametrize("machine", [login_only(), WITH_TOKEN, WITH_STORED_KEY])
def test_an_empty_list_shuts_everyone_out_and_nothing_of_yours_can_help(
    tmp_path: Path, machine: MadeUpMachine, mode: Mode
) -> None:
    seen = reviewed(demanding(machine, organization=[]), tmp_path, NEWEST, mode)

    (found,) = found_by_rule(seen)

    assert found.finding.severity.value == "error"
    assert "allow no organization to log in." in found.finding.message
    assert "Only your administrator can change that." in found.finding.message
    assert is_readable(found)
    assert (fixes_of(found), commands_of(found)) == ([], [])


@pytest.mark.parametrize(
    ("mode", "severity", "start"),
    [
        (Mode.HEADLESS, "error", "Claude Code refuses"),
        (Mode.INTERACTIVE, "warning", "In headless runs, Claude Code refuses"),
    ],
)
def test_what_is_refused_headless_alone_is_a_warning_interactively(
    tmp_path: Path, mode: Mode, severity: str, start: str
) -> None:
    seen = reviewed(demanding(WITH_KEY, "claudeai"), tmp_path, NEWEST, mode)

    (found,) = found_by_rule(seen)

    assert found.finding.severity.value == severity
    assert found.finding.message.startswith(f"{start} to work with ANTHROPIC_API_KEY, ")


@pytest.mark.parametrize(
    ("spot", "start"), [(IN_VSCODE, "In VS Code, "), (IN_TERMINAL, "In VS Code's terminal, ")]
)
def test_what_is_refused_in_the_editor_alone_is_a_warning(
    tmp_path: Path, spot: Spot, start: str
) -> None:
    machine = login_only().with_files({spot.path: spot.text("ANTHROPIC_AUTH_TOKEN", KEY)})

    (found,) = found_by_rule(reviewed(demanding(machine, "claudeai"), tmp_path, NEWEST))

    assert found.finding.severity.value == "warning"
    assert found.finding.message.startswith(f"{start}Claude Code refuses")
    assert fixes_of(found) == [f"switch-off:ANTHROPIC_AUTH_TOKEN@{spot.nickname}"]


def test_a_piece_of_managed_settings_is_marked_where_it_demands(tmp_path: Path) -> None:
    piece = "/etc/claude-code/managed-settings.d/10-login.json"
    machine = demanding(demanding(WITH_TOKEN), "claudeai", at=piece)
    seen = reviewed(machine, tmp_path, NEWEST)

    (found,) = found_by_rule(seen)

    assert found.finding.place.path == (
        f"{seen.machine.managed_directory}/managed-settings.d/10-login.json"
    )
    assert text_of(found, seen) == f'"{METHOD}": "claudeai"'


@pytest.mark.parametrize("mode", list(Mode))
@pytest.mark.parametrize(
    "machine",
    [
        pytest.param(WITH_KEY, id="nothing demanded"),
        pytest.param(demanding(login_only(), "claudeai"), id="the login demanded"),
        pytest.param(
            demanding(login_only(), "claudeai", SUBSCRIPTION_ORGANIZATION), id="its organization"
        ),
        pytest.param(
            demanding(login_only(), organization=[OTHER, SUBSCRIPTION_ORGANIZATION]),
            id="one of its organizations",
        ),
        pytest.param(
            demanding(with_account(left_out=["organizationUuid"]), organization=OTHER),
            id="a login that does not say whose it is",
        ),
        pytest.param(demanding(login_only(), "weird"), id="an unknown method"),
        pytest.param(demanding(WITH_TOKEN, "weird"), id="an unknown method and a token"),
        pytest.param(
            demanding(login_only().with_env(CLAUDE_CODE_USE_BEDROCK="1"), "claudeai", OTHER),
            id="a cloud provider",
        ),
        pytest.param(
            demanding(login_only().with_env(CLAUDE_CODE_OAUTH_TOKEN=KEY), organization=OTHER),
            id="a token that does not say whose it is",
        ),
        pytest.param(demanding(NOBODY, "claudeai", OTHER), id="nobody logged in"),
        pytest.param(demanding(WITH_TOKEN, 5), id="a method of the wrong type"),
    ],
)
def test_it_is_silent_when_an_administrators_demand_is_met_or_refuses_nothing(
    tmp_path: Path, machine: MadeUpMachine, mode: Mode
) -> None:
    assert RULE not in rules_of(reviewed(machine, tmp_path, NEWEST, mode))


@pytest.mark.parametrize(
    ("version", "refused"),
    [
        ("2.1.117", False),
        ("2.1.118", True),
        ("2.1.153", True),
        ("2.1.154", False),
        (NEWEST, False),
    ],
)
def test_a_profile_is_refused_where_it_comes_before_the_login(
    tmp_path: Path, version: str, refused: bool
) -> None:
    seen = reviewed(demanding(headline(), "claudeai"), tmp_path, version)

    assert (RULE in rules_of(seen)) is refused


@pytest.mark.parametrize(("version", "refused"), [("2.1.168", True), ("2.1.169", False)])
@pytest.mark.parametrize("demand", [("claudeai", None), (None, SUBSCRIPTION_ORGANIZATION)])
def test_a_named_profile_is_refused_up_to_2_1_168(
    tmp_path: Path, demand: tuple[str | None, str | None], version: str, refused: bool
) -> None:
    machine = demanding(headline().with_env(ANTHROPIC_PROFILE="default"), *demand)
    seen = reviewed(machine, tmp_path, version)

    found = found_by_rule(seen)

    assert [it.finding.severity.value for it in found] == ["error"] * refused
    assert all("with the profile 'default', because" in it.finding.message for it in found)
    assert all(commands_of(it) == ["unset ANTHROPIC_PROFILE"] for it in found)


@pytest.mark.parametrize("version", ["2.1.117", "2.1.118", "2.1.153", "2.1.154", NEWEST])
def test_a_token_is_refused_in_every_version(tmp_path: Path, version: str) -> None:
    seen = reviewed(demanding(WITH_TOKEN, "claudeai"), tmp_path, version)

    assert RULE in rules_of(seen)


def test_cancelling_the_refused_token_lets_the_login_work(tmp_path: Path) -> None:
    seen = reviewed(demanding(WITH_TOKEN, "claudeai"), tmp_path, NEWEST)
    (found,) = found_by_rule(seen)

    assert fixes_of(found) == ["cancel:ANTHROPIC_AUTH_TOKEN@user"]
    best = found.fixes[0]
    assert best.safety is Safety.SAFE
    assert best.title.endswith(f": bills {PLAN}")
    ((path, text),) = changed_texts(best, seen).items()
    assert (path, json.loads(text or "")) == (USER, {"env": {"ANTHROPIC_AUTH_TOKEN": ""}})
    assert rules_of(after_fix(best, seen)) == []
    assert commands_of(found) == ["unset ANTHROPIC_AUTH_TOKEN"]


def test_switching_a_refused_helper_off_keeps_it(tmp_path: Path) -> None:
    machine = login_only().with_files({USER: '{"apiKeyHelper": "echo"}'})
    seen = reviewed(demanding(machine, "claudeai"), tmp_path, NEWEST)
    (found,) = found_by_rule(seen)

    assert fixes_of(found) == ["switch-off:apiKeyHelper@user"]
    assert changed_texts(found.fixes[0], seen) == {USER: '{"apiKeyHelperOff": "echo"}'}
    assert rules_of(after_fix(found.fixes[0], seen)) == []


def test_a_refused_profile_can_be_retired(tmp_path: Path) -> None:
    seen = reviewed(demanding(headline(), "claudeai"), tmp_path, "2.1.146")
    (found,) = found_by_rule(seen)

    assert fixes_of(found) == ["clear-sign-in:default", "retire-profile:default"]
    assert {offer.safety for offer in found.fixes} == {Safety.SAFE}
    for offer in found.fixes:
        assert RULE not in rules_of(after_fix(offer, seen))


def test_no_fix_is_called_safe_that_leaves_nobody_logged_in(tmp_path: Path) -> None:
    (found,) = found_by_rule(
        reviewed(demanding(WITH_TOKEN.without(LOGIN), "claudeai"), tmp_path, NEWEST)
    )

    assert [offer.id for offer in found.fixes if offer.safety is Safety.SAFE] == []


@pytest.mark.parametrize(
    ("machine", "commands"),
    [
        pytest.param(
            demanding(login_only(), organization=OTHER),
            ["claude auth login"],
            id="a login of another organization is replaced",
        ),
        pytest.param(
            demanding(WITH_TOKEN.without(LOGIN), "claudeai"),
            ["unset ANTHROPIC_AUTH_TOKEN", "claude auth login"],
            id="without a login there is one to make",
        ),
        pytest.param(
            demanding(WITH_TOKEN.without(LOGIN), "console"),
            ["unset ANTHROPIC_AUTH_TOKEN", "claude auth login --console"],
            id="in the Console where that is demanded",
        ),
        pytest.param(
            demanding(WITH_TOKEN.without(LOGIN), "weird", OTHER),
            ["unset ANTHROPIC_AUTH_TOKEN", "claude auth login"],
            id="an unknown method beside an organization",
        ),
        pytest.param(
            demanding(login_only(), "gateway"), ["claude"], id="a gateway's login is made inside"
        ),
        pytest.param(
            demanding(login_only(), "gateway", []),
            ["claude"],
            id="a gateway comes before a list of organizations, even an empty one",
        ),
        pytest.param(
            demanding(WITH_STORED_KEY, "gateway"),
            ["claude auth logout", "claude"],
            id="a stored key has to go before",
        ),
    ],
)
def test_it_says_what_to_run(tmp_path: Path, machine: MadeUpMachine, commands: list[str]) -> None:
    (found,) = found_by_rule(reviewed(machine, tmp_path, NEWEST))

    assert commands_of(found) == commands


@pytest.mark.parametrize(
    ("organization", "demanded"),
    [(None, "a login."), (OTHER, "a login of your organization.")],
)
def test_no_organization_is_spoken_of_where_none_is_demanded(
    tmp_path: Path, organization: str | None, demanded: str
) -> None:
    seen = reviewed(demanding(WITH_KEY, "claudeai", organization), tmp_path, NEWEST, Mode.HEADLESS)

    assert seen.route.works is False
    assert seen.route.reason == f"Managed settings demand {demanded}"
