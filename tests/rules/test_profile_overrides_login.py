"""Rule profile-overrides-login: when it fires, on which text, and when it must not."""

from __future__ import annotations

from pathlib import Path
from typing import cast

import pytest

from billing_lens.billing.expectation import Wish
from billing_lens.billing.sources import Billing
from billing_lens.fixes.fix import Safety
from billing_lens.machine.machine import Mode
from billing_lens.review import Review
from tests.machines import (
    CONSOLE_ORGANIZATION,
    SUBSCRIPTION_ORGANIZATION,
    MadeUpMachine,
    headline,
)
from tests.rules.reviewed import CONFIG, CREDENTIALS, LOGIN, STATE, marked_by, reviewed

RULE = "profile-overrides-login"
EXPLICIT = headline().with_env(ANTHROPIC_PROFILE="default")
ACTIVE = ".config/anthropic/active_config"


def fires(seen: Review) -> bool:
    return bool(marked_by(RULE, seen))


def changed(machine: MadeUpMachine, path: str, **properties: object) -> MadeUpMachine:
    """Return `machine` with properties of one file's object replaced."""
    return machine.with_files(
        {path: {**cast("dict[str, object]", machine.files[path]), **properties}}
    )


def login(**properties: object) -> MadeUpMachine:
    """Return the headline machine with some of the login's properties replaced."""
    former = cast("dict[str, dict[str, object]]", headline().files[LOGIN])["claudeAiOauth"]
    return headline().with_files({LOGIN: {"claudeAiOauth": {**former, **properties}}})


def test_it_marks_the_organization_of_the_profile(tmp_path: Path) -> None:
    (marked,) = marked_by(RULE, reviewed(headline(), tmp_path))

    assert marked.severity == "error"
    assert (marked.path, marked.pointer) == (CONFIG, "/organization_id")
    assert marked.text == f'"organization_id": "{CONSOLE_ORGANIZATION}"'


def test_a_profile_that_fails_is_not_said_to_be_billed(tmp_path: Path) -> None:
    machine = headline().with_files({CREDENTIALS: {}})

    (marked,) = marked_by(RULE, reviewed(machine, tmp_path))

    assert marked.found.finding.message.startswith("Claude Code chooses API usage of organization")
    assert ", which fails, instead of your Claude Max login: " in marked.found.finding.message


def test_it_marks_the_exact_text_behind_wide_characters_on_the_same_line(tmp_path: Path) -> None:
    sign_in = '"authentication": {"type": "user_oauth"}'
    text = f'{{"emoji": "😀😀", "é": "ü", "organization_id": "2", {sign_in}}}'

    (marked,) = marked_by(RULE, reviewed(headline().with_files({CONFIG: text}), tmp_path))

    assert marked.text == '"organization_id": "2"'


def test_without_an_organization_it_marks_the_sign_in(tmp_path: Path) -> None:
    text = '{"authentication": {"type": "user_oauth"}}'

    (marked,) = marked_by(RULE, reviewed(headline().with_files({CONFIG: text}), tmp_path))

    assert (marked.pointer, marked.text) == ("/authentication", '"authentication"')


def test_it_names_both_sides_and_points_to_the_login(tmp_path: Path) -> None:
    seen = reviewed(headline(), tmp_path)
    (marked,) = marked_by(RULE, seen)

    message = marked.found.finding.message
    assert "'default'" in message
    assert "Claude Max" in message
    assert "2222" in message
    related = marked.found.finding.related
    assert [place.place.path for place in related] == [f"{seen.machine.home}/{LOGIN}"]


def test_it_points_to_what_selects_the_profile(tmp_path: Path) -> None:
    seen = reviewed(headline().with_files({ACTIVE: "default\n"}), tmp_path)
    (marked,) = marked_by(RULE, seen)

    paths = [place.place.path for place in marked.found.finding.related]
    assert f"{seen.machine.home}/{ACTIVE}" in paths


def test_it_points_to_the_variable_that_selects_the_profile(tmp_path: Path) -> None:
    (marked,) = marked_by(RULE, reviewed(EXPLICIT, tmp_path, "2.1.330"))

    variables = [place.place.variable for place in marked.found.finding.related]
    assert "ANTHROPIC_PROFILE" in variables
    assert "ANTHROPIC_PROFILE" in marked.found.finding.message


@pytest.mark.parametrize("mode", list(Mode))
@pytest.mark.parametrize(
    ("version", "implicit", "explicit"),
    [
        ("2.1.117", False, False),
        ("2.1.118", True, True),
        ("2.1.153", True, True),
        ("2.1.154", False, True),
        ("2.1.330", False, True),
    ],
)
def test_it_fires_in_the_versions_in_which_the_profile_pays(
    tmp_path: Path, version: str, implicit: bool, explicit: bool, mode: Mode
) -> None:
    assert fires(reviewed(headline(), tmp_path / "a", version, mode)) is implicit
    assert fires(reviewed(EXPLICIT, tmp_path / "b", version, mode)) is explicit


@pytest.mark.parametrize(
    "machine",
    [
        pytest.param(headline().without(LOGIN), id="no login"),
        pytest.param(headline().without(LOGIN, STATE), id="no login and no account"),
        pytest.param(login(scopes=["user:profile"]), id="a login that cannot be used"),
        pytest.param(login(accessToken=""), id="a login without a token"),
        pytest.param(
            login(subscriptionType=None).with_files({STATE: {}}), id="a login without a plan"
        ),
        pytest.param(headline().without(CREDENTIALS), id="a profile without credentials"),
        pytest.param(headline().without(CONFIG), id="no profile"),
        pytest.param(headline().with_files({CONFIG: "{"}), id="a broken profile"),
        pytest.param(
            headline().with_files({CONFIG: {"organization_id": CONSOLE_ORGANIZATION}}),
            id="a profile without a sign-in",
        ),
        pytest.param(headline().with_files({ACTIVE: "other"}), id="another profile is active"),
        pytest.param(headline().with_env(ANTHROPIC_AUTH_TOKEN="t"), id="a token pays"),
    ],
)
def test_it_is_silent_when_no_profile_beats_a_subscription(
    tmp_path: Path, machine: MadeUpMachine
) -> None:
    assert not fires(reviewed(machine, tmp_path))


@pytest.mark.parametrize(
    ("wish", "expected"),
    [
        (None, True),
        (Wish("subscription", None, "said"), True),
        (Wish("api_usage", None, "said"), False),
        (Wish("any", None, "said"), False),
        (Wish("api_usage", CONSOLE_ORGANIZATION, "said"), False),
        (Wish("api_usage", "another organization", "said"), True),
    ],
)
def test_it_follows_what_the_user_expects(
    tmp_path: Path, wish: Wish | None, expected: bool
) -> None:
    assert fires(reviewed(headline(), tmp_path, wish=wish)) is expected


def test_a_profile_of_the_same_organization_still_bills_api_usage(tmp_path: Path) -> None:
    same = changed(headline(), CONFIG, organization_id=SUBSCRIPTION_ORGANIZATION)
    same = changed(same, CREDENTIALS, organization_uuid=SUBSCRIPTION_ORGANIZATION)

    assert fires(reviewed(same, tmp_path / "a"))
    only_who = Wish(None, SUBSCRIPTION_ORGANIZATION, "said")
    assert not fires(reviewed(same, tmp_path / "b", wish=only_who))


def test_what_happens_in_the_other_mode_alone_is_a_warning(tmp_path: Path) -> None:
    machine = headline().with_env(ANTHROPIC_API_KEY="sk-ant-made-up")

    (here,) = marked_by(RULE, reviewed(machine, tmp_path / "a", mode=Mode.INTERACTIVE))
    (there,) = marked_by(RULE, reviewed(machine, tmp_path / "b", mode=Mode.HEADLESS))

    assert (here.severity, there.severity) == ("error", "warning")


@pytest.mark.parametrize(
    ("machine", "version"), [(headline(), "2.1.146"), (EXPLICIT, "2.1.146"), (EXPLICIT, "2.1.330")]
)
def test_every_fix_reaches_the_plan_and_the_least_comes_first(
    tmp_path: Path, machine: MadeUpMachine, version: str
) -> None:
    (marked,) = marked_by(RULE, reviewed(machine, tmp_path, version))

    fixes = marked.found.fixes
    assert [offer.id for offer in fixes] == ["clear-sign-in:default", "retire-profile:default"]
    for offer in fixes:
        assert offer.safety is Safety.SAFE
        assert offer.resulting.billing is Billing.SUBSCRIPTION
        assert offer.title.endswith(": bills Claude Max 20x")


def test_selecting_a_profile_that_cannot_sign_in_is_safe_and_comes_between(tmp_path: Path) -> None:
    machine = headline().with_files({".config/anthropic/configs/work.json": {"version": "1.0"}})

    (marked,) = marked_by(RULE, reviewed(machine, tmp_path))

    assert [offer.id for offer in marked.found.fixes] == [
        "clear-sign-in:default",
        "select-profile:work",
        "retire-profile:default",
    ]


def test_selecting_a_profile_that_pays_too_is_unsafe_and_comes_last(tmp_path: Path) -> None:
    machine = headline()
    config = {
        **cast("dict[str, object]", machine.files[CONFIG]),
        "organization_id": "33333333-third",
    }
    both = machine.with_files(
        {
            ".config/anthropic/configs/work.json": config,
            ".config/anthropic/credentials/work.json": machine.files[CREDENTIALS],
        }
    )

    (marked,) = marked_by(RULE, reviewed(both, tmp_path))

    last = marked.found.fixes[-1]
    assert last.id == "select-profile:work"
    assert last.safety is Safety.UNSAFE
    assert "API usage (organization 3333…)" in last.title
    assert marked.found.fixes[0].safety is Safety.SAFE


def test_a_selection_that_a_variable_overrides_is_not_offered(tmp_path: Path) -> None:
    machine = EXPLICIT.with_files({".config/anthropic/configs/work.json": {"version": "1.0"}})

    (marked,) = marked_by(RULE, reviewed(machine, tmp_path))

    assert "select-profile:work" not in [offer.id for offer in marked.found.fixes]


def test_a_fix_that_leads_to_nobody_logged_in_is_never_safe(tmp_path: Path) -> None:
    expired = login(expiresAt=1, refreshToken=None)

    for marked in marked_by(RULE, reviewed(expired, tmp_path)):
        for offer in marked.found.fixes:
            assert offer.safety is Safety.UNSAFE
            assert "does not work" in offer.title
