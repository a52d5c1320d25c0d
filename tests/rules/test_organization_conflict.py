"""Rule organization-conflict: every cached id that is not the expected one, and no other."""

from __future__ import annotations

from pathlib import Path
from typing import cast

import pytest

from billing_lens.billing.expectation import Wish
from billing_lens.machine.machine import Mode
from tests.machines import (
    CONSOLE_ORGANIZATION,
    SUBSCRIPTION_ORGANIZATION,
    MadeUpMachine,
    headline,
)
from tests.rules.reviewed import CONFIG, CREDENTIALS, LOGIN, STATE, marked_by, reviewed

RULE = "organization-conflict"
EXPLICIT = headline().with_env(ANTHROPIC_PROFILE="default")
BOTH = {
    (CONFIG, "/organization_id", f'"organization_id": "{CONSOLE_ORGANIZATION}"'),
    (CREDENTIALS, "/organization_uuid", f'"organization_uuid": "{CONSOLE_ORGANIZATION}"'),
}


def changed(machine: MadeUpMachine, path: str, **properties: object) -> MadeUpMachine:
    """Return `machine` with properties of one file's object replaced."""
    return machine.with_files(
        {path: {**cast("dict[str, object]", machine.files[path]), **properties}}
    )


def account(machine: MadeUpMachine, organization: str | None) -> MadeUpMachine:
    """Return `machine` with another organization in the account that is shown."""
    state = cast("dict[str, dict[str, object]]", machine.files[STATE])
    shown = {**state["oauthAccount"], "organizationUuid": organization}
    return changed(machine, STATE, oauthAccount=shown)


@pytest.mark.parametrize(
    ("machine", "version", "severity"),
    [
        (headline(), "2.1.117", "hint"),
        (headline(), "2.1.118", "error"),
        (headline(), "2.1.146", "error"),
        (headline(), "2.1.153", "error"),
        (headline(), "2.1.154", "hint"),
        (headline(), "2.1.330", "hint"),
        (EXPLICIT, "2.1.117", "hint"),
        (EXPLICIT, "2.1.118", "error"),
        (EXPLICIT, "2.1.330", "error"),
    ],
)
def test_it_marks_each_cached_id_as_badly_as_it_pays(
    tmp_path: Path, machine: MadeUpMachine, version: str, severity: str
) -> None:
    marked = marked_by(RULE, reviewed(machine, tmp_path, version))

    assert {(one.path, one.pointer, one.text) for one in marked} == BOTH
    assert {one.severity for one in marked} == {severity}
    assert {one.found.finding.leftover for one in marked} == {severity == "hint"}


def test_what_fails_is_not_said_to_pay(tmp_path: Path) -> None:
    (marked,) = marked_by(RULE, reviewed(headline().with_files({CREDENTIALS: {}}), tmp_path))

    assert " would pay for Claude Code if that worked, but " in marked.found.finding.message


def test_it_is_a_warning_when_only_the_other_mode_pays(tmp_path: Path) -> None:
    machine = headline().with_env(ANTHROPIC_API_KEY="sk-ant-made-up")

    marked = marked_by(RULE, reviewed(machine, tmp_path, mode=Mode.HEADLESS))

    assert {one.severity for one in marked} == {"warning"}


@pytest.mark.parametrize("prefix", ["", "é", "😀", "\\ud83d\\ude00", "\u2028"])
def test_it_marks_the_exact_text_behind_any_characters(tmp_path: Path, prefix: str) -> None:
    text = (
        '{"name": "' + prefix + '", "organization_id": "2222", '
        '"authentication": {"type": "user_oauth"}}'
    )

    marked = marked_by(RULE, reviewed(headline().with_files({CONFIG: text}), tmp_path))

    assert '"organization_id": "2222"' in [one.text for one in marked]


def test_it_points_to_the_evidence(tmp_path: Path) -> None:
    seen = reviewed(headline(), tmp_path)

    for marked in marked_by(RULE, seen):
        (related,) = marked.found.finding.related
        assert related.place.path == f"{seen.machine.home}/{LOGIN}"
        assert "1111" in related.message
        assert "Claude Max login" in related.message


@pytest.mark.parametrize(
    "machine",
    [
        pytest.param(headline().without(LOGIN, STATE), id="nothing is expected"),
        pytest.param(headline().without(STATE), id="the login's organization is unknown"),
        pytest.param(headline().without(CONFIG, CREDENTIALS), id="no profile"),
        pytest.param(
            changed(
                changed(headline(), CONFIG, organization_id=SUBSCRIPTION_ORGANIZATION),
                CREDENTIALS,
                organization_uuid=SUBSCRIPTION_ORGANIZATION,
            ),
            id="the same organization",
        ),
        pytest.param(
            changed(
                changed(headline(), CONFIG, organization_id=None),
                CREDENTIALS,
                organization_uuid=None,
            ),
            id="no ids",
        ),
        pytest.param(headline().with_files({CONFIG: "{", CREDENTIALS: ""}), id="broken files"),
    ],
)
def test_it_is_silent_without_a_conflict(tmp_path: Path, machine: MadeUpMachine) -> None:
    assert marked_by(RULE, reviewed(machine, tmp_path)) == []


@pytest.mark.parametrize(
    ("wish", "paths"),
    [
        (Wish("any", None, "said"), set[str]()),
        (Wish("api_usage", None, "said"), set[str]()),
        (Wish(None, CONSOLE_ORGANIZATION, "said"), {STATE}),
        (Wish(None, SUBSCRIPTION_ORGANIZATION, "said"), {CONFIG, CREDENTIALS}),
        (Wish(None, "33333333-third", "said"), {CONFIG, CREDENTIALS, STATE}),
    ],
)
def test_it_follows_the_organization_the_user_names(
    tmp_path: Path, wish: Wish, paths: set[str]
) -> None:
    marked = marked_by(RULE, reviewed(headline(), tmp_path, wish=wish))

    assert {one.path for one in marked} == paths


def test_only_the_id_that_differs_is_marked(tmp_path: Path) -> None:
    machine = changed(headline(), CREDENTIALS, organization_uuid=SUBSCRIPTION_ORGANIZATION)

    (marked,) = marked_by(RULE, reviewed(machine, tmp_path))

    assert (marked.path, marked.pointer) == (CONFIG, "/organization_id")


def test_the_account_of_another_organization_is_marked_where_it_is_cached(tmp_path: Path) -> None:
    wish = Wish("subscription", SUBSCRIPTION_ORGANIZATION, "said")
    machine = account(headline().without(CONFIG, CREDENTIALS), "44444444-fourth")

    (marked,) = marked_by(RULE, reviewed(machine, tmp_path, wish=wish))

    assert (marked.path, marked.pointer) == (STATE, "/oauthAccount/organizationUuid")
    assert marked.text == '"organizationUuid": "44444444-fourth"'
    assert marked.severity == "error"


def test_of_equal_keys_the_one_in_force_is_marked(tmp_path: Path) -> None:
    text = (
        '{"organization_id": "first", "organization_id": "second",\n'
        ' "authentication": {"type": "user_oauth"}}'
    )

    marked = marked_by(RULE, reviewed(headline().with_files({CONFIG: text}), tmp_path))

    assert '"organization_id": "second"' in [one.text for one in marked]


def test_leftovers_of_another_profile_are_hints(tmp_path: Path) -> None:
    files = {
        ".config/anthropic/configs/old.json": {"organization_id": CONSOLE_ORGANIZATION},
        ".config/anthropic/credentials/old.json": {"organization_uuid": CONSOLE_ORGANIZATION},
    }
    machine = headline().without(CONFIG, CREDENTIALS).with_files(files)

    marked = marked_by(RULE, reviewed(machine, tmp_path))

    assert {one.path for one in marked} == set(files)
    assert {one.severity for one in marked} == {"hint"}


@pytest.mark.parametrize("version", ["2.1.146", "2.1.330"])
def test_a_fix_is_offered_only_where_it_changes_who_pays_or_keeps_it_right(
    tmp_path: Path, version: str
) -> None:
    for marked in marked_by(RULE, reviewed(headline(), tmp_path, version)):
        for offer in marked.found.fixes:
            assert offer.resulting.label == "Claude Max 20x"


def test_what_the_user_says_needs_no_evidence_from_a_file(tmp_path: Path) -> None:
    wish = Wish(None, "33333333-third", "the command line")

    for marked in marked_by(RULE, reviewed(headline(), tmp_path, wish=wish)):
        assert marked.found.finding.related == ()
