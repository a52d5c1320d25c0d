"""What things are called: one word for each, whoever prints it."""

from __future__ import annotations

import pytest

from billing_lens.billing.credential import State
from billing_lens.billing.expectation import Expectation
from billing_lens.billing.history import describe_account
from billing_lens.billing.place import Place
from billing_lens.billing.route import Route
from billing_lens.billing.runs import DeclaredIn, SeenFrom, described_mode
from billing_lens.billing.sources import Billing, Source
from billing_lens.config.declarations import Elsewhere
from billing_lens.config.models import OauthAccount
from billing_lens.machine.machine import Mode
from billing_lens.machine.version import parse_version

ROUTE = Route(Mode.HEADLESS, Source.NONE, Billing.NONE, "", "", False, None, ())
HERE = ("terminal", "editor", "editor-terminal")


def seen(name: str, *jobs: str) -> SeenFrom:
    declared = tuple(DeclaredIn(job, Place("/f"), None) for job in jobs)
    return SeenFrom(name, Mode.HEADLESS, ROUTE, declared)


def test_every_state_has_a_word_of_its_own() -> None:
    labels = [state.label for state in State]

    assert labels == ["in charge", "sent along", "outranked", "unusable", "ignored"]


@pytest.mark.parametrize("name", [*HERE, *(it.value for it in Elsewhere)])
def test_every_run_is_named_and_can_be_said_to_be_inside(name: str) -> None:
    assert seen(name).label[0].isupper()
    assert seen(name).inside.startswith("in ")


def test_jobs_are_named_once_each() -> None:
    assert seen("ci", "lint", "test", "lint").label == "The CI job 'lint, test'"
    assert seen("devcontainer", "").label == "The dev container"
    assert (seen("terminal").inside, seen("editor").inside) == ("in headless runs", "in VS Code")


def test_modes_are_told_by_what_runs_in_them() -> None:
    assert [described_mode(mode) for mode in Mode] == [
        "headless runs (claude -p, CI)",
        "interactive runs",
    ]


@pytest.mark.parametrize(
    ("origin", "words"),
    [
        ("option", "as you said"),
        ("path", "installed"),
        ("state", "last seen in the state file"),
        ("newest", "the newest known; none was found here"),
    ],
)
def test_a_version_says_how_it_is_known(origin: str, words: str) -> None:
    version = parse_version("2.1.330", origin)  # pyright: ignore[reportArgumentType]

    assert version.label == f"Claude Code 2.1.330 ({words})"


@pytest.mark.parametrize(
    ("billing", "organization", "label"),
    [
        (Billing.SUBSCRIPTION, "1111-2222-3333", "a subscription of organization 1111…"),
        (Billing.API_USAGE, None, "API usage"),
        (Billing.CLOUD_PROVIDER, None, "a cloud provider"),
        (Billing.GATEWAY, None, "a gateway"),
        (None, "short", "organization short"),
        (None, None, "anyone"),
    ],
)
def test_who_should_pay(billing: Billing | None, organization: str | None, label: str) -> None:
    assert Expectation(billing, organization, "you").label == label


@pytest.mark.parametrize(
    ("account", "label"),
    [
        ({"organizationName": "Dev", "organizationType": "claude_max"}, "Dev (Claude Max)"),
        ({"organizationUuid": "1111-2222", "organizationType": "api_only"}, "1111… ('api_only')"),
        ({}, "no organization (an account)"),
    ],
)
def test_an_account_is_named_with_its_plan(account: dict[str, str], label: str) -> None:
    assert describe_account(OauthAccount(**account)) == label
