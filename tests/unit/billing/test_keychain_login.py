"""Logins and keys of the macOS keychain: what they say of who pays, unread as they are."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import cast

import pytest
from msgspec.structs import replace

from billing_lens.billing.credential import Credential, State
from billing_lens.billing.route import Route, resolve_route
from billing_lens.billing.sources import Billing, Source
from billing_lens.cli.main import main
from billing_lens.config.kinds import Platform
from billing_lens.machine.machine import Machine, Mode
from billing_lens.machine.reading import MachineReader
from billing_lens.output.json import status_document
from billing_lens.output.terminal import Paint, Screen
from billing_lens.output.text import status_text
from billing_lens.review import review
from tests.machines import (
    SUBSCRIPTION_ORGANIZATION,
    MadeUpMachine,
    assert_no_canary,
    headline,
)
from tests.unit.machine.security_program import (
    FOUND,
    HANG,
    NOT_FOUND,
    REFUSED,
    SecurityProgram,
    mac,
)

STATE, LOGIN = ".claude.json", ".claude/.credentials.json"
PROFILE = (
    ".config/anthropic/configs/default.json",
    ".config/anthropic/credentials/default.json",
)


def logged_in_on_a_mac() -> MadeUpMachine:
    """The headline's subscriber as macOS has them: no file holds the login, no profile is there."""
    return headline().without(LOGIN, *PROFILE)


def account_of(kind: str | None) -> Mapping[str, object]:
    account = {
        "emailAddress": "dev@example.com",
        "organizationUuid": SUBSCRIPTION_ORGANIZATION,
        "organizationType": kind,
    }
    return {STATE: {"hasCompletedOnboarding": True, "oauthAccount": account}}


def on_a_mac(
    made_up: MadeUpMachine,
    root: Path,
    *,
    login: int | str = NOT_FOUND,
    managed_key: int | str = NOT_FOUND,
    confined: bool = False,
) -> Machine:
    program = SecurityProgram.install(root / "bin", login=login, managed_key=managed_key)
    return MachineReader(mac(made_up.build(root), program.path, confined=confined)).read()


def route_of(machine: Machine) -> Route:
    return resolve_route(machine, Mode.HEADLESS)


def logins(route: Route) -> list[Credential]:
    return list(route.credentials_from(Source.CLAUDE_AI_LOGIN))


def test_an_entry_of_the_keychain_is_a_login_with_the_accounts_plan(tmp_path: Path) -> None:
    route = route_of(on_a_mac(logged_in_on_a_mac(), tmp_path, login=FOUND))

    assert (route.source, route.billing) == (Source.CLAUDE_AI_LOGIN, Billing.SUBSCRIPTION)
    assert (route.plan, route.tier, route.label) == ("max", "20x", "Claude Max 20x")
    assert route.organization is not None
    assert route.organization.id == SUBSCRIPTION_ORGANIZATION
    assert route.email == "dev@example.com"


def test_that_it_was_not_read_is_said_and_whether_it_works_is_left_open(tmp_path: Path) -> None:
    route = route_of(on_a_mac(logged_in_on_a_mac(), tmp_path, login=FOUND))

    assert route.works is None
    assert "scopes and expiry could not be checked" in route.reason


@pytest.mark.parametrize(
    ("kind", "plan"),
    [
        ("claude_pro", "pro"),
        ("claude_team", "team"),
        ("claude_enterprise", "enterprise"),
        ("api_team", None),
        (None, None),
    ],
)
def test_the_plan_is_what_the_account_says(tmp_path: Path, kind: str | None, plan: str) -> None:
    machine = logged_in_on_a_mac().with_files(account_of(kind))

    assert route_of(on_a_mac(machine, tmp_path, login=FOUND)).plan == plan


def test_the_keychain_comes_before_the_file(tmp_path: Path) -> None:
    route = route_of(on_a_mac(headline().without(*PROFILE), tmp_path, login=FOUND))

    in_keychain, in_file = logins(route)
    assert (in_keychain.place.keychain, in_keychain.state) == (
        "Claude Code-credentials",
        State.ACTIVE,
    )
    assert (in_file.place.path or "").endswith(LOGIN)
    assert (in_file.state, in_file.works) == (State.IGNORED, True)
    assert "from the keychain" in in_file.reason


@pytest.mark.parametrize("login", [NOT_FOUND, REFUSED])
def test_the_file_counts_when_the_keychain_has_nothing_or_refuses(
    tmp_path: Path, login: int
) -> None:
    route = route_of(on_a_mac(headline().without(*PROFILE), tmp_path, login=login))

    assert route.source is Source.CLAUDE_AI_LOGIN
    assert route.works is True
    assert route.place is not None
    assert (route.place.path or "").endswith(LOGIN)


def test_nothing_anywhere_means_not_logged_in(tmp_path: Path) -> None:
    route = route_of(on_a_mac(logged_in_on_a_mac(), tmp_path, login=NOT_FOUND))

    assert (route.source, logins(route)) == (Source.NONE, [])


@pytest.mark.parametrize(
    ("login", "reason"),
    [
        (REFUSED, "it is locked or refuses"),
        (HANG, "it did not answer in time"),
        (128, "it is locked or refuses"),
    ],
)
def test_a_keychain_that_could_not_be_looked_at_is_said_to_be_so(
    tmp_path: Path, login: int | str, reason: str
) -> None:
    route = route_of(on_a_mac(logged_in_on_a_mac(), tmp_path, login=login))

    assert route.source is Source.NONE
    (credential,) = logins(route)
    assert (credential.state, credential.place.keychain) == (
        State.UNUSABLE,
        "Claude Code-credentials",
    )
    assert "The keychain could not be looked at" in credential.reason
    assert reason in credential.reason


def test_a_mac_without_the_program_is_said_to_be_so(tmp_path: Path) -> None:
    built = logged_in_on_a_mac().build(tmp_path)

    route = route_of(MachineReader(mac(built, str(tmp_path))).read())

    assert [credential.state for credential in logins(route)] == [State.UNUSABLE]
    assert "no program `security`" in logins(route)[0].reason


def test_another_home_says_that_a_login_may_be_in_the_keychain(tmp_path: Path) -> None:
    machine = on_a_mac(logged_in_on_a_mac(), tmp_path, login=FOUND, confined=True)

    (credential,) = logins(route_of(machine))

    assert credential.state is State.UNUSABLE
    assert "was not looked at" in credential.reason


def test_another_home_with_a_file_says_nothing_of_the_keychain(tmp_path: Path) -> None:
    machine = on_a_mac(headline(), tmp_path, login=FOUND, confined=True)

    (credential,) = logins(route_of(machine))

    assert (credential.state, credential.place.keychain) == (State.ACTIVE, None)


def test_a_managed_key_of_the_keychain_pays_when_nothing_else_does(tmp_path: Path) -> None:
    route = route_of(on_a_mac(logged_in_on_a_mac(), tmp_path, managed_key=FOUND))

    assert (route.source, route.billing) == (Source.MANAGED_KEY, Billing.API_USAGE)
    assert route.works is None
    assert route.place is not None
    assert route.place.keychain == "Claude Code"


def test_the_login_comes_before_a_managed_key(tmp_path: Path) -> None:
    machine = on_a_mac(logged_in_on_a_mac(), tmp_path, login=FOUND, managed_key=FOUND)

    assert route_of(machine).source is Source.CLAUDE_AI_LOGIN


def test_with_a_managed_key_and_no_subscription_the_entry_is_taken_for_one_of_mcp_servers(
    tmp_path: Path,
) -> None:
    made_up = logged_in_on_a_mac().with_files(account_of("api_team"))

    route = route_of(on_a_mac(made_up, tmp_path, login=FOUND, managed_key=FOUND))

    assert route.source is Source.MANAGED_KEY
    assert [credential.state for credential in logins(route)] == [State.UNUSABLE]


def test_an_explicit_profile_comes_before_the_keychains_login(tmp_path: Path) -> None:
    made_up = headline().without(LOGIN).with_env(ANTHROPIC_PROFILE="default")

    route = route_of(on_a_mac(made_up, tmp_path, login=FOUND))

    assert route.source is Source.PROFILE
    assert [credential.state for credential in logins(route)] == [State.SHADOWED]


@pytest.mark.parametrize("platform", [Platform.LINUX, Platform.WIN32])
def test_elsewhere_the_keychain_counts_for_nothing(tmp_path: Path, platform: Platform) -> None:
    machine = on_a_mac(logged_in_on_a_mac(), tmp_path, login=FOUND, managed_key=FOUND)

    route = route_of(replace(machine, platform=platform))

    assert (route.source, route.credentials) == (Source.NONE, ())


def test_status_names_the_keychain_as_the_place(tmp_path: Path) -> None:
    machine = on_a_mac(headline(), tmp_path, login=FOUND)
    reviewed = review(machine, Mode.HEADLESS)

    text = status_text(reviewed, Screen(Paint(on=False)), lambda *words: " ".join(words))
    document = status_document(reviewed)

    assert "Claude Code-credentials in the keychain" in text
    assert cast("dict[str, object]", document["route"])["location"] == {
        "keychain": "Claude Code-credentials"
    }
    assert cast("dict[str, object]", document["route"])["works"] is None
    assert_no_canary(text + json.dumps(document))


def test_the_command_says_nothing_of_what_the_program_printed(
    tmp_path: Path,
    own_home: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    program = SecurityProgram.install(tmp_path / "bin", login=FOUND, managed_key=FOUND)
    (own_home / STATE).write_text(json.dumps(logged_in_on_a_mac().files[STATE]))
    monkeypatch.setenv("PATH", program.path)
    monkeypatch.setenv("USER", "dev")
    monkeypatch.chdir(own_home)

    for arguments in (["status"], ["status", "--json"], ["check"]):
        main([*arguments, "--platform", "darwin", "--managed-dir", str(tmp_path)])

    said = capfd.readouterr()
    assert "Claude Max 20x" in said.out
    assert_no_canary(said.out + said.err)
    assert len(program.calls()) == 6
    assert not any({"-g", "-w"} & set(call) for call in program.calls())
