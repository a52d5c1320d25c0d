"""Rule profile-broken: when it fires, on which text, and when it must not."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import cast

import pytest

from billing_lens.fixes.fix import Safety
from billing_lens.machine.machine import Mode
from tests.machines import CONSOLE_ORGANIZATION, MadeUpMachine, headline
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
    IN_USER,
    IN_VSCODE,
    KEY,
    NEWEST,
    PLAN,
    USER,
    VSCODE,
    after_fix,
    changed_texts,
    commands_of,
    fixes_of,
    is_readable,
    related_to,
    rules_of,
)

RULE = "profile-broken"
ACTIVE = ".config/anthropic/active_config"
PROFILE = "ANTHROPIC_PROFILE"
STORED = cast("dict[str, object]", headline().files[CREDENTIALS])
PINNED = cast("dict[str, object]", headline().files[CONFIG])
SIGN_IN = cast("dict[str, object]", PINNED["authentication"])


def stored(content: object, mode: str = "0600", *, bom: bool = False) -> MadeUpMachine:
    """Return a machine whose profile has this credentials file."""
    return headline().with_files(
        {CREDENTIALS: {"__file__": {"content": content, "mode": mode, "bom": bom}}}
    )


def without(name: str, members: dict[str, object], **others: object) -> dict[str, object]:
    """Return `members` without one, and with others."""
    return {**{key: value for key, value in members.items() if key != name}, **others}


def signing_in(**authentication: object) -> MadeUpMachine:
    """Return a machine whose profile signs in like this."""
    return headline().with_files({CONFIG: {**PINNED, "authentication": authentication}})


def alone(machine: MadeUpMachine) -> MadeUpMachine:
    """Return the machine with nothing but its profile, on which nobody expects anything."""
    return machine.without(LOGIN, STATE)


def found_on(machine: MadeUpMachine, root: Path, version: str, mode: Mode) -> Marked | None:
    """Return what the rule marks, None when it is silent."""
    marked = marked_by(RULE, reviewed(machine, root, version, mode))
    assert len(marked) <= 1
    return marked[0] if marked else None


EXPIRED = without("refresh_token", STORED, expires_at=1_600_000_000)
NO_CLIENT = signing_in(**without("client_id", SIGN_IN)).with_files(
    {CREDENTIALS: {**STORED, "expires_at": 1_600_000_000}}
)
NAMELESS = headline().with_files({ACTIVE: "../configs/default\n"})


@dataclass(frozen=True)
class Broken:
    """A machine with a broken profile, the text to mark, and the message's words for why."""

    machine: MadeUpMachine
    path: str
    pointer: str
    text: str
    why: str


BROKEN = {
    "0644": Broken(stored(STORED, "0644"), CREDENTIALS, "", "{", "Others can read"),
    "0640": Broken(stored(STORED, "0640"), CREDENTIALS, "", "{", "Others can read"),
    "0604": Broken(stored(STORED, "0604"), CREDENTIALS, "", "{", "Others can read"),
    "BOM": Broken(stored(STORED, bom=True), CREDENTIALS, "", "\ufeff", "as JSON"),
    "broken JSON": Broken(stored('{"a": nope}'), CREDENTIALS, "", "nope", "as JSON"),
    "no access token": Broken(
        stored(without("access_token", STORED)),
        *(CREDENTIALS, "/access_token", "{", "no access token"),
    ),
    "an empty access token": Broken(
        stored({**STORED, "access_token": ""}),
        *(CREDENTIALS, "/access_token", '"access_token": ""', "no access token"),
    ),
    "an array": Broken(stored("[]"), CREDENTIALS, "/access_token", "[", "no access token"),
    "expired, no refresh token": Broken(
        stored(EXPIRED),
        *(CREDENTIALS, "/expires_at", '"expires_at": 1600000000', "has expired"),
    ),
    "expired, no client_id": Broken(
        NO_CLIENT,
        *(CREDENTIALS, "/expires_at", '"expires_at": 1600000000', "has expired"),
    ),
    "../ in its name": Broken(NAMELESS, ACTIVE, "", "../configs/default", "not allowed"),
    "base_url": Broken(
        headline().with_files({CONFIG: {**PINNED, "base_url": 5}}),
        *(CONFIG, "/base_url", '"base_url": 5', "is a number"),
    ),
}

each_broken = pytest.mark.parametrize("broken", BROKEN.values(), ids=BROKEN)


@pytest.mark.parametrize("mode", list(Mode))
@pytest.mark.parametrize("version", ["2.1.118", "2.1.153"])
@each_broken
def test_it_marks_what_is_broken_where_the_profile_beats_the_login(
    tmp_path: Path, broken: Broken, version: str, mode: Mode
) -> None:
    marked = found_on(broken.machine, tmp_path, version, mode)

    assert marked
    assert (marked.path, marked.pointer) == (broken.path, broken.pointer)
    assert marked.text == broken.text
    assert marked.severity == "error"
    assert broken.why in marked.found.finding.message
    assert "is in charge all the same, and nothing else is tried" in marked.found.finding.message
    assert not marked.found.finding.leftover
    assert is_readable(marked.found)


@pytest.mark.parametrize("mode", list(Mode))
@pytest.mark.parametrize("version", ["2.1.154", NEWEST])
@each_broken
def test_it_is_a_leftover_where_the_login_beats_the_profile(
    tmp_path: Path, broken: Broken, version: str, mode: Mode
) -> None:
    marked = found_on(broken.machine, tmp_path, version, mode)

    assert marked
    assert (marked.path, marked.pointer) == (broken.path, broken.pointer)
    assert marked.text == broken.text
    assert (marked.severity, marked.found.finding.leftover) == ("hint", True)
    assert broken.why in marked.found.finding.message
    assert marked.found.finding.message.endswith("is not in charge now.")
    assert is_readable(marked.found)


@pytest.mark.parametrize("version", ["2.1.118", "2.1.153", "2.1.154", NEWEST])
@each_broken
def test_without_a_login_it_is_an_error_in_every_version_with_profiles(
    tmp_path: Path, broken: Broken, version: str
) -> None:
    marked = found_on(alone(broken.machine), tmp_path, version, Mode.HEADLESS)

    assert marked
    assert marked.severity == "error"


@pytest.mark.parametrize(
    ("version", "hangs"),
    [("2.1.118", True), ("2.1.153", True), ("2.1.256", True), ("2.1.257", False), (NEWEST, False)],
)
def test_an_empty_credentials_file_is_passed_over_in_newer_versions(
    tmp_path: Path, version: str, hangs: bool
) -> None:
    marked = found_on(alone(stored("")), tmp_path, version, Mode.HEADLESS)

    assert (marked is not None) is hangs
    assert marked is None or (marked.path, marked.severity) == (CREDENTIALS, "error")


@pytest.mark.parametrize("version", ["2.1.118", "2.1.153", "2.1.154", NEWEST])
@pytest.mark.parametrize(
    ("authentication", "environment", "pointer", "missing"),
    [
        ({}, {}, "/identity_token", "identity token"),
        ({}, {"ANTHROPIC_IDENTITY_TOKEN": "t"}, "/federation_rule_id", "federation rule"),
    ],
)
def test_a_federated_profile_that_lacks_a_part_beats_the_login_all_the_same(
    tmp_path: Path,
    authentication: dict[str, object],
    environment: dict[str, str],
    pointer: str,
    missing: str,
    version: str,
) -> None:
    machine = signing_in(type="oidc_federation", **authentication).with_env(**environment)

    marked = found_on(machine, tmp_path, version, Mode.INTERACTIVE)

    assert marked
    assert (marked.path, marked.pointer) == (CONFIG, f"/authentication{pointer}")
    assert (marked.text, marked.severity) == ('"authentication"', "error")
    assert missing in marked.found.finding.message


@pytest.mark.parametrize("mode", list(Mode))
@pytest.mark.parametrize(
    "machine",
    [
        pytest.param(headline(), id="nothing is broken"),
        pytest.param(stored(STORED, "0400"), id="read by the owner alone"),
        pytest.param(stored(without("expires_at", STORED)), id="no expires_at"),
        pytest.param(stored({**STORED, "expires_at": 1}), id="expired, but renewed"),
        pytest.param(stored(without("refresh_token", STORED)), id="not renewed, but not expired"),
        pytest.param(stored(without("organization_uuid", STORED)), id="no organization"),
        pytest.param(headline().without(CREDENTIALS), id="no credentials"),
        pytest.param(headline().without(CONFIG), id="no configuration"),
        pytest.param(stored(STORED, "0644").without(CONFIG), id="no configuration, 0644"),
        pytest.param(signing_in(type="other"), id="another type"),
        pytest.param(headline().with_files({ACTIVE: "gone"}), id="another one is selected"),
        pytest.param(headline().with_files({ACTIVE: "\ufeffdefault"}), id="BOM in active_config"),
        pytest.param(headline().with_files({ACTIVE: "../x"}), id="../ that leads to nothing"),
        pytest.param(
            stored(STORED, "0644").with_env(CLAUDE_CODE_SIMPLE="1"), id="bare runs use no profile"
        ),
    ],
)
def test_it_is_silent_when_the_profile_works_or_is_passed_over(
    tmp_path: Path, machine: MadeUpMachine, mode: Mode
) -> None:
    assert found_on(machine, tmp_path, "2.1.146", mode) is None


@pytest.mark.parametrize(
    ("mode", "severity"), [(Mode.HEADLESS, "warning"), (Mode.INTERACTIVE, "error")]
)
def test_a_key_that_headless_runs_use_makes_it_a_warning_there(
    tmp_path: Path, mode: Mode, severity: str
) -> None:
    machine = stored(STORED, "0644").with_env(ANTHROPIC_API_KEY=KEY)

    marked = found_on(machine, tmp_path, "2.1.146", mode)

    assert marked
    assert marked.severity == severity
    assert ("In interactive runs, profile" in marked.found.finding.message) is (
        severity == "warning"
    )
    assert is_readable(marked.found)


def test_a_broken_profile_that_only_the_editor_selects_is_a_warning(tmp_path: Path) -> None:
    work = {path.replace("default", "work"): headline().files[path] for path in (CONFIG,)}
    credentials: dict[str, object] = {CREDENTIALS.replace("default", "work"): "{}"}
    machine = headline().with_files(
        {**work, **credentials, VSCODE: IN_VSCODE.text(PROFILE, "work")}
    )

    seen = reviewed(machine, tmp_path, NEWEST)

    (marked,) = marked_by(RULE, seen)
    assert marked.severity == "warning"
    assert "In VS Code, profile 'work' is in charge" in marked.found.finding.message
    assert (VSCODE, IN_VSCODE.pointer(PROFILE)) in related_to(marked.found, seen)
    offers = {offer.id: offer for offer in marked.found.fixes}
    assert offers[f"switch-off:{PROFILE}@vscode"].safety is Safety.SAFE
    assert RULE not in rules_of(after_fix(offers[f"switch-off:{PROFILE}@vscode"], seen))


@pytest.mark.parametrize("version", ["2.1.118", "2.1.153", "2.1.154", NEWEST])
def test_a_named_profile_is_broken_in_every_version(tmp_path: Path, version: str) -> None:
    machine = stored(STORED, "0644").with_env(**{PROFILE: "default"})

    marked = found_on(machine, tmp_path, version, Mode.INTERACTIVE)

    assert marked
    assert marked.severity == "error"
    assert f"unset {PROFILE}" in commands_of(marked.found)


@pytest.mark.parametrize("mode", list(Mode))
def test_a_name_that_is_not_allowed_is_marked_where_it_is_set(tmp_path: Path, mode: Mode) -> None:
    name = "../configs/default"
    shell = reviewed(headline().with_env(**{PROFILE: name}), tmp_path / "a", NEWEST, mode)
    settings = headline().with_files({USER: IN_USER.text(PROFILE, name)})

    ((found, variable),) = variables_marked_by(RULE, shell)
    assert (variable, found.finding.severity.value) == (PROFILE, "error")
    assert f"cancel:{PROFILE}@user" in fixes_of(found)
    assert commands_of(found) == [f"unset {PROFILE}"]
    marked = found_on(settings, tmp_path / "b", NEWEST, mode)
    assert marked
    assert (marked.path, marked.text) == (USER, IN_USER.marked(PROFILE, name))
    assert f"switch-off:{PROFILE}@user" in fixes_of(marked.found)


@pytest.mark.parametrize("version", ["2.1.146", NEWEST])
def test_selecting_a_name_that_is_allowed_mends_it(tmp_path: Path, version: str) -> None:
    seen = reviewed(alone(NAMELESS), tmp_path, version)
    (marked,) = marked_by(RULE, seen)

    best = marked.found.fixes[0]

    assert (best.id, best.safety) == ("select-profile:default", Safety.SAFE)
    assert changed_texts(best, seen) == {ACTIVE: "default\n"}
    assert after_fix(best, seen).route.works
    assert rules_of(after_fix(best, seen)) == []


@each_broken
def test_clearing_the_sign_in_lets_the_login_pay(tmp_path: Path, broken: Broken) -> None:
    seen = reviewed(broken.machine, tmp_path, "2.1.146")
    (marked,) = marked_by(RULE, seen)

    best = marked.found.fixes[0]

    assert best.id.startswith("clear-sign-in:")
    assert best.safety is Safety.SAFE
    assert best.title.endswith(f": bills {PLAN}")
    assert list(changed_texts(best, seen)) == [CONFIG]
    assert RULE not in rules_of(after_fix(best, seen))
    assert after_fix(best, seen).route.works


def test_retiring_keeps_the_file_under_another_name(tmp_path: Path) -> None:
    seen = reviewed(stored(STORED, "0644"), tmp_path, "2.1.146")
    (marked,) = marked_by(RULE, seen)

    offers = {offer.id: offer for offer in marked.found.fixes}

    assert list(offers) == ["clear-sign-in:default", "retire-profile:default"]
    assert changed_texts(offers["retire-profile:default"], seen) == {CONFIG: None}
    assert rules_of(after_fix(offers["retire-profile:default"], seen)) == ["credentials-exposed"]


@pytest.mark.parametrize("version", ["2.1.146", NEWEST])
def test_it_says_what_to_run_when_the_profile_should_pay(tmp_path: Path, version: str) -> None:
    seen = reviewed(alone(stored(STORED, "0644")), tmp_path / "a", version)
    (marked,) = marked_by(RULE, seen)
    assert commands_of(marked.found) == [f"chmod 600 {seen.machine.home}/{CREDENTIALS}"]
    assert related_to(marked.found, seen) == [(CONFIG, "/organization_id")]

    marked = found_on(alone(stored(EXPIRED)), tmp_path / "b", version, Mode.HEADLESS)
    assert marked
    assert commands_of(marked.found) == ["ant auth login --profile default"]


@pytest.mark.parametrize(
    ("name", "command"),
    [
        ("0640", "chmod 600 "),
        ("broken JSON", "ant auth login --profile default"),
        ("base_url", None),
        ("../ in its name", None),
    ],
)
def test_only_credentials_are_mended_by_a_command(
    tmp_path: Path, name: str, command: str | None
) -> None:
    (marked,) = marked_by(RULE, reviewed(alone(BROKEN[name].machine), tmp_path, NEWEST))

    commands = commands_of(marked.found)
    assert len(commands) == (command is not None)
    assert command is None or commands[0].startswith(command)


def test_it_fires_also_when_nothing_is_expected(tmp_path: Path) -> None:
    seen = reviewed(alone(stored(STORED, "0644")), tmp_path, NEWEST)

    assert seen.expected is None
    assert seen.route.organization
    assert seen.route.organization.id == CONSOLE_ORGANIZATION
    assert "error" in [it.finding.severity.value for it in seen.findings]
