"""What should pay: as said, as policy demands, or as the evidence shows."""

from __future__ import annotations

from pathlib import Path

import pytest

from billing_lens.billing.expectation import Expectation, Wish, expectation, is_as_expected
from billing_lens.billing.route import resolve_route
from billing_lens.billing.sources import Billing
from billing_lens.machine.machine import Mode
from tests.machines import (
    CONSOLE_ORGANIZATION,
    SUBSCRIPTION_ORGANIZATION,
    MadeUpMachine,
    headline,
)
from tests.unit.machine.snapshot import snapshot

LOGIN, STATE = ".claude/.credentials.json", ".claude.json"
MANAGED = "/etc/claude-code/managed-settings.json"


def expected_of(machine: MadeUpMachine, root: Path, wish: Wish | None = None) -> Expectation | None:
    return expectation(snapshot(machine, root, "2.1.146"), wish)


def summary(found: Expectation | None) -> tuple[Billing | None, str | None, str] | None:
    return (found.billing, found.organization, found.origin) if found else None


def test_a_login_with_a_plan_is_evidence(tmp_path: Path) -> None:
    found = expected_of(headline(), tmp_path)

    assert summary(found) == (
        Billing.SUBSCRIPTION,
        SUBSCRIPTION_ORGANIZATION,
        "your Claude Max login",
    )
    assert found is not None
    assert found.place is not None
    assert found.place.path == f"{tmp_path}/home/{LOGIN}"


def test_without_a_login_the_last_account_is(tmp_path: Path) -> None:
    found = expected_of(headline().without(LOGIN), tmp_path)

    assert summary(found) == (
        Billing.SUBSCRIPTION,
        SUBSCRIPTION_ORGANIZATION,
        "your last account",
    )


@pytest.mark.parametrize(
    "account", [None, {}, {"organizationType": "api"}, {"organizationType": None}]
)
def test_without_evidence_nothing_is_expected(tmp_path: Path, account: object) -> None:
    machine = headline().without(LOGIN).with_files({STATE: {"oauthAccount": account}})

    assert expected_of(machine, tmp_path) is None


@pytest.mark.parametrize(
    ("policy", "billing", "organization"),
    [
        ({"forceLoginMethod": "console"}, Billing.API_USAGE, None),
        ({"forceLoginMethod": "claudeai"}, Billing.SUBSCRIPTION, None),
        ({"forceLoginOrgUUID": "org"}, None, "org"),
        ({"forceLoginOrgUUID": ["org"]}, None, "org"),
    ],
)
def test_policy_comes_before_evidence(
    tmp_path: Path, policy: object, billing: Billing | None, organization: str | None
) -> None:
    found = expected_of(headline().with_files({MANAGED: policy}), tmp_path)

    assert summary(found) == (billing, organization, "policy")


@pytest.mark.parametrize("policy", [{"forceLoginOrgUUID": []}, {"forceLoginOrgUUID": ["a", "b"]}])
def test_a_policy_that_names_no_one_organization_expects_none(
    tmp_path: Path, policy: object
) -> None:
    found = expected_of(headline().with_files({MANAGED: policy}), tmp_path)

    assert found is not None
    assert found.origin == "your Claude Max login"


@pytest.mark.parametrize("path", [".claude/settings.json", "proj/.claude/settings.json"])
def test_only_managed_settings_are_policy(tmp_path: Path, path: str) -> None:
    found = expected_of(headline().with_files({path: {"forceLoginMethod": "console"}}), tmp_path)

    assert found is not None
    assert found.billing is Billing.SUBSCRIPTION


@pytest.mark.parametrize(
    ("wish", "found"),
    [
        (Wish("api_usage", None, "said"), (Billing.API_USAGE, None, "said")),
        (
            Wish("subscription", None, "said"),
            (Billing.SUBSCRIPTION, SUBSCRIPTION_ORGANIZATION, "said"),
        ),
        (Wish("subscription", "org", "said"), (Billing.SUBSCRIPTION, "org", "said")),
        (Wish(None, "org", "said"), (None, "org", "said")),
        (Wish("any", "org", "said"), (None, "org", "said")),
        (Wish("any", None, "said"), None),
    ],
)
def test_what_the_user_says_comes_first(
    tmp_path: Path, wish: Wish, found: tuple[Billing | None, str | None, str] | None
) -> None:
    machine = headline().with_files({MANAGED: {}})

    assert summary(expected_of(machine, tmp_path, wish)) == found


def test_a_wish_that_says_nothing_changes_nothing(tmp_path: Path) -> None:
    machine = snapshot(headline(), tmp_path)

    assert expectation(machine, Wish(None, None, "said")) == expectation(machine)


@pytest.mark.parametrize(
    ("billing", "organization", "as_expected"),
    [
        (Billing.API_USAGE, CONSOLE_ORGANIZATION, True),
        (Billing.API_USAGE, None, True),
        (None, CONSOLE_ORGANIZATION, True),
        (None, None, True),
        (Billing.SUBSCRIPTION, CONSOLE_ORGANIZATION, False),
        (Billing.API_USAGE, SUBSCRIPTION_ORGANIZATION, False),
        (None, SUBSCRIPTION_ORGANIZATION, False),
    ],
)
def test_a_route_is_as_expected_in_billing_and_organization(
    tmp_path: Path, billing: Billing | None, organization: str | None, as_expected: bool
) -> None:
    route = resolve_route(snapshot(headline(), tmp_path, "2.1.146"), Mode.HEADLESS)

    assert is_as_expected(route, Expectation(billing, organization, "said")) is as_expected


def test_a_route_that_names_no_organization_is_not_held_against(tmp_path: Path) -> None:
    machine = snapshot(headline().with_env(ANTHROPIC_AUTH_TOKEN="t"), tmp_path)
    route = resolve_route(machine, Mode.HEADLESS)

    assert route.organization is None
    assert is_as_expected(route, Expectation(Billing.API_USAGE, "org", "said")) is True
    assert is_as_expected(route, None) is None
