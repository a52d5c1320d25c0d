"""Rule profile-drift: when it fires, on which text, and when it must not."""

from __future__ import annotations

from pathlib import Path
from typing import cast

import pytest

from billing_lens.machine.machine import Mode
from tests.machines import CONSOLE_ORGANIZATION, MadeUpMachine, headline
from tests.rules.reviewed import CONFIG, CREDENTIALS, LOGIN, STATE, marked_by, reviewed
from tests.rules.spots import (
    IN_VSCODE,
    NEWEST,
    VSCODE,
    commands_of,
    fixes_of,
    is_readable,
    related_to,
    rules_of,
)

RULE = "profile-drift"
ANOTHER = "55555555-5555-4555-8555-555555555555"
PINNED = cast("dict[str, object]", headline().files[CONFIG])
STORED = cast("dict[str, object]", headline().files[CREDENTIALS])
WORK_CONFIG = CONFIG.replace("default", "work")
WORK_CREDENTIALS = CREDENTIALS.replace("default", "work")


def profile(pinned: dict[str, object], stored: dict[str, object]) -> MadeUpMachine:
    """Return a machine on which the two files of the profile say these things more."""
    return headline().with_files({CONFIG: {**PINNED, **pinned}, CREDENTIALS: {**STORED, **stored}})


def alone(machine: MadeUpMachine) -> MadeUpMachine:
    """Return the machine with nothing but its profile."""
    return machine.without(LOGIN, STATE)


ORGANIZATION = profile({}, {"organization_uuid": ANOTHER})
WORKSPACE = profile({"workspace_id": "wrkspc_01AAbb"}, {"workspace_id": "wrkspc_01CCdd"})


@pytest.mark.parametrize("mode", list(Mode))
def test_it_marks_the_organization_that_is_pinned(tmp_path: Path, mode: Mode) -> None:
    seen = reviewed(alone(ORGANIZATION), tmp_path, NEWEST, mode)

    (marked,) = marked_by(RULE, seen)

    assert (marked.path, marked.pointer) == (CONFIG, "/organization_id")
    assert marked.text == f'"organization_id": "{CONSOLE_ORGANIZATION}"'
    assert marked.severity == "warning"
    message = marked.found.finding.message
    assert "pinned to organization 2222… here, but signed in to 5555…" in message
    assert is_readable(marked.found)
    assert related_to(marked.found, seen) == [(CREDENTIALS, "/organization_uuid")]


@pytest.mark.parametrize("mode", list(Mode))
def test_it_marks_the_workspace_that_is_pinned(tmp_path: Path, mode: Mode) -> None:
    seen = reviewed(alone(WORKSPACE), tmp_path, NEWEST, mode)

    (marked,) = marked_by(RULE, seen)

    assert (marked.path, marked.pointer) == (CONFIG, "/workspace_id")
    assert marked.text == '"workspace_id": "wrkspc_01AAbb"'
    message = marked.found.finding.message
    assert "pinned to workspace wrkspc_01AAbb here, but signed in to wrkspc_01CCdd" in message
    assert related_to(marked.found, seen) == [(CREDENTIALS, "/workspace_id")]


def test_organization_and_workspace_are_told_apart(tmp_path: Path) -> None:
    both = profile(
        {"workspace_id": "wrkspc_1"}, {"workspace_id": "wrkspc_2", "organization_uuid": ANOTHER}
    )

    marked = marked_by(RULE, reviewed(both, tmp_path, "2.1.146"))

    assert [it.pointer for it in marked] == ["/organization_id", "/workspace_id"]


@pytest.mark.parametrize(
    ("here", "there", "told"),
    [
        (CONSOLE_ORGANIZATION, ANOTHER, ("2222…", "5555…")),
        (CONSOLE_ORGANIZATION, "2222" + ANOTHER[4:], ("22222222…", "22225555…")),
        (CONSOLE_ORGANIZATION, CONSOLE_ORGANIZATION[:-1] + "3", None),
        ("x", "y", ("x", "y")),
        (
            "wrkspc_01ABCDEFGHIJKLMN",
            "wrkspc_01ZBCDEFGHIJKLMN",
            ("wrkspc_01ABCD…", "wrkspc_01ZBCD…"),
        ),
    ],
)
def test_two_ids_are_never_shortened_to_the_same(
    tmp_path: Path, here: str, there: str, told: tuple[str, str] | None
) -> None:
    machine = profile({"organization_id": here}, {"organization_uuid": there})

    (marked,) = marked_by(RULE, reviewed(machine, tmp_path, "2.1.146"))

    one, other = told or (here, there)
    assert f"organization {one} here, but signed in to {other}" in marked.found.finding.message


@pytest.mark.parametrize("mode", list(Mode))
@pytest.mark.parametrize(
    ("version", "severity"),
    [("2.1.118", "warning"), ("2.1.153", "warning"), ("2.1.154", "hint"), (NEWEST, "hint")],
)
def test_it_matters_where_the_profile_pays(
    tmp_path: Path, version: str, severity: str, mode: Mode
) -> None:
    (marked,) = marked_by(RULE, reviewed(ORGANIZATION, tmp_path, version, mode))

    assert marked.severity == severity
    assert marked.found.finding.leftover is (severity == "hint")


@pytest.mark.parametrize("version", ["2.1.118", "2.1.154", NEWEST])
def test_a_named_profile_pays_in_every_version(tmp_path: Path, version: str) -> None:
    machine = ORGANIZATION.with_env(ANTHROPIC_PROFILE="default")

    (marked,) = marked_by(RULE, reviewed(machine, tmp_path, version))

    assert marked.severity == "warning"


def test_every_profile_is_looked_at_and_none_twice(tmp_path: Path) -> None:
    machine = ORGANIZATION.with_files(
        {WORK_CONFIG: PINNED, WORK_CREDENTIALS: {**STORED, "organization_uuid": ANOTHER}}
    )

    marked = marked_by(RULE, reviewed(machine, tmp_path, "2.1.146"))

    assert [(it.path, it.severity) for it in marked] == [
        (CONFIG, "warning"),
        (WORK_CONFIG, "hint"),
    ]
    assert commands_of(marked[1].found) == ["ant auth login --profile work"]


def test_a_profile_that_only_the_editor_selects_matters(tmp_path: Path) -> None:
    machine = headline().with_files(
        {
            WORK_CONFIG: PINNED,
            WORK_CREDENTIALS: {**STORED, "organization_uuid": ANOTHER},
            VSCODE: IN_VSCODE.text("ANTHROPIC_PROFILE", "work"),
        }
    )

    (marked,) = marked_by(RULE, reviewed(machine, tmp_path, NEWEST))

    assert (marked.path, marked.severity) == (WORK_CONFIG, "warning")


def test_credentials_kept_elsewhere_are_the_ones_compared(tmp_path: Path) -> None:
    sign_in = cast("dict[str, object]", PINNED["authentication"])
    moved = {**PINNED, "authentication": {**sign_in, "credentials_path": "@HOME@/keys.json"}}
    stored = {"__file__": {"content": {**STORED, "organization_uuid": ANOTHER}, "mode": "0600"}}
    seen = reviewed(
        headline().with_files({CONFIG: moved, "keys.json": stored}), tmp_path, "2.1.146"
    )

    (marked,) = marked_by(RULE, seen)

    assert related_to(marked.found, seen) == [("keys.json", "/organization_uuid")]


@pytest.mark.parametrize("mode", list(Mode))
@pytest.mark.parametrize(
    "machine",
    [
        pytest.param(headline(), id="both name the same"),
        pytest.param(
            profile({"organization_id": "ABCDEF01-2"}, {"organization_uuid": "abcdef01-2"}),
            id="the same in capitals",
        ),
        pytest.param(profile({"organization_id": ""}, {}), id="no pin"),
        pytest.param(profile({"organization_id": None}, {}), id="a pin that is null"),
        pytest.param(profile({"organization_id": 5}, {}), id="a pin that is a number"),
        pytest.param(profile({}, {"organization_uuid": ""}), id="a sign-in that names none"),
        pytest.param(profile({"workspace_id": "wrkspc_1"}, {}), id="only one names a workspace"),
        pytest.param(ORGANIZATION.without(CREDENTIALS), id="signed out"),
        pytest.param(ORGANIZATION.without(CONFIG), id="no configuration"),
        pytest.param(ORGANIZATION.with_files({CREDENTIALS: '{"a'}), id="broken credentials"),
        pytest.param(ORGANIZATION.with_files({CONFIG: "[]"}), id="no configuration in the file"),
        pytest.param(
            profile(
                {"authentication": {"type": "oidc_federation", "federation_rule_id": "fdrl_x"}},
                {"organization_uuid": ANOTHER},
            ),
            id="an identity token decides",
        ),
    ],
)
def test_it_is_silent_when_the_two_do_not_disagree(
    tmp_path: Path, machine: MadeUpMachine, mode: Mode
) -> None:
    assert RULE not in rules_of(reviewed(machine, tmp_path, "2.1.146", mode))


@pytest.mark.parametrize("machine", [ORGANIZATION, WORKSPACE], ids=["organization", "workspace"])
def test_it_edits_nothing_and_says_how_to_sign_in_again(
    tmp_path: Path, machine: MadeUpMachine
) -> None:
    (marked,) = marked_by(RULE, reviewed(machine, tmp_path, "2.1.146"))

    assert fixes_of(marked.found) == []
    assert commands_of(marked.found) == ["ant auth login --profile default"]
