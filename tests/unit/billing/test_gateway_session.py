"""A session signed in to a gateway comes before all else, where Claude Code can use it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from billing_lens.billing.route import Route, resolve_route
from billing_lens.billing.sources import Billing, Source
from billing_lens.machine.machine import Mode
from tests.machines import CANARY, assert_no_canary, headline
from tests.unit.machine.snapshot import snapshot

SESSION = {
    "url": "https://gateway.example.com",
    "jwt": f"made-up-{CANARY}",
    "expiresAt": 1_900_000_000_000,
    "idpRefreshToken": f"made-up-{CANARY}",
}
EXPIRED = {"expiresAt": 1_600_000_000_000}
TRUST = {"gateway.example.com": "ab" * 32}


def route_with(
    root: Path,
    session: Mapping[str, object],
    trust: Mapping[str, str] = TRUST,
    version: str = "2.1.332",
) -> Route:
    login = json.loads(json.dumps(headline().files[".claude/.credentials.json"]))
    stored = {**login, "enterpriseGateway": session, "gatewayTrust": trust}
    machine = headline().with_files({".claude/.credentials.json": stored})
    machine = machine.with_env(CLAUDE_CODE_USE_BEDROCK="1")
    return resolve_route(snapshot(machine, root, version), Mode.HEADLESS)


def test_it_comes_before_everything_else(tmp_path: Path) -> None:
    route = route_with(tmp_path, SESSION)

    assert (route.source, route.billing) == (Source.CLOUD_PROVIDER, Billing.GATEWAY)
    assert (route.provider, route.host) == ("gateway", "gateway.example.com")
    assert_no_canary(repr(route))


def test_an_expired_one_that_can_be_renewed_counts(tmp_path: Path) -> None:
    assert route_with(tmp_path, {**SESSION, **EXPIRED}).provider == "gateway"


@pytest.mark.parametrize(
    ("session", "trust"),
    [
        ({**SESSION, **EXPIRED, "idpRefreshToken": None}, TRUST),
        ({**SESSION, "url": None}, TRUST),
        ({**SESSION, "jwt": ""}, TRUST),
        (SESSION, {}),
        (SESSION, {"other.example.com": "ab" * 32}),
        (SESSION, {"gateway.example.com": "AB" * 32}),
    ],
)
def test_one_that_cannot_be_used_is_passed_over(
    tmp_path: Path, session: Mapping[str, object], trust: Mapping[str, str]
) -> None:
    assert route_with(tmp_path, session, trust).provider == "bedrock"


def test_old_versions_do_not_know_it(tmp_path: Path) -> None:
    assert route_with(tmp_path, SESSION, version="2.1.146").provider == "bedrock"


def test_providers_that_managed_settings_do_not_allow_do_not_start(tmp_path: Path) -> None:
    managed = {"/etc/claude-code/managed-settings.json": {"allowedProviders": ["anthropic"]}}
    machine = headline().with_files(managed)

    allowed = resolve_route(snapshot(machine, tmp_path / "a", "2.1.332"), Mode.HEADLESS)
    cloud = machine.with_env(CLAUDE_CODE_USE_VERTEX="1")
    refused = resolve_route(snapshot(cloud, tmp_path / "b", "2.1.332"), Mode.HEADLESS)

    assert (allowed.starts, refused.starts) == (True, False)
