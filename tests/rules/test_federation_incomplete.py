"""Rule federation-incomplete: when it fires, on which text, and when it must not."""

from __future__ import annotations

from pathlib import Path

import pytest

from billing_lens.fixes.fix import Safety
from billing_lens.machine.machine import Mode
from tests.machines import CANARY, CONSOLE_ORGANIZATION, MadeUpMachine
from tests.rules.reviewed import reviewed, variables_marked_by
from tests.rules.spots import (
    NEWEST,
    PLAN,
    USER,
    after_fix,
    changed_texts,
    is_readable,
    login_only,
    rules_of,
)

RULE = "federation-incomplete"
RULE_ID = "ANTHROPIC_FEDERATION_RULE_ID"
ORGANIZATION = "ANTHROPIC_ORGANIZATION_ID"
TOKEN = f"eyJhbGciOiJIUzI1NiJ9.{CANARY}"
NO_TOKEN = login_only().with_env(**{RULE_ID: "fdrl_made_up", ORGANIZATION: CONSOLE_ORGANIZATION})
NO_ORGANIZATION = NO_TOKEN.without(ORGANIZATION)
NO_RULE = NO_TOKEN.without(RULE_ID)


@pytest.mark.parametrize("mode", list(Mode))
@pytest.mark.parametrize(
    ("machine", "variable", "severity", "missing"),
    [
        pytest.param(NO_TOKEN, RULE_ID, "error", "identity token", id="no token"),
        pytest.param(NO_ORGANIZATION, RULE_ID, "hint", ORGANIZATION, id="no organization"),
        pytest.param(NO_RULE, ORGANIZATION, "hint", RULE_ID, id="no rule"),
    ],
)
def test_it_marks_the_variable_that_is_there_and_names_what_is_missing(
    tmp_path: Path, machine: MadeUpMachine, variable: str, severity: str, missing: str, mode: Mode
) -> None:
    ((found, marked),) = variables_marked_by(RULE, reviewed(machine, tmp_path, NEWEST, mode))

    assert (marked, found.finding.severity.value) == (variable, severity)
    assert missing in found.finding.message
    assert "your shell" in found.finding.message
    assert found.finding.leftover is (severity == "hint")
    assert is_readable(found)


@pytest.mark.parametrize(
    "machine",
    [
        pytest.param(login_only(), id="nothing is set"),
        pytest.param(NO_TOKEN.with_env(ANTHROPIC_IDENTITY_TOKEN=TOKEN), id="a token"),
        pytest.param(
            NO_TOKEN.with_env(ANTHROPIC_IDENTITY_TOKEN_FILE="@HOME@/token").with_files(
                {"token": TOKEN}
            ),
            id="a token in a file",
        ),
        pytest.param(
            NO_TOKEN.with_env(ANTHROPIC_PROFILE="work"), id="a named profile switches it off"
        ),
        pytest.param(login_only().with_env(**{RULE_ID: " ", ORGANIZATION: ""}), id="blank ones"),
        pytest.param(
            login_only().with_env(ANTHROPIC_IDENTITY_TOKEN=TOKEN), id="nothing but a token"
        ),
        pytest.param(
            login_only().with_files({"proj/.claude/settings.json": {"env": dict(NO_TOKEN.env)}}),
            id="a project cannot set it",
        ),
    ],
)
def test_it_is_silent_when_federation_is_whole_or_absent(
    tmp_path: Path, machine: MadeUpMachine
) -> None:
    assert RULE not in rules_of(reviewed(machine, tmp_path, NEWEST))


@pytest.mark.parametrize("content", [None, "", " \n"])
def test_a_token_file_that_is_missing_or_empty_is_no_token(
    tmp_path: Path, content: str | None
) -> None:
    machine = NO_TOKEN.with_env(ANTHROPIC_IDENTITY_TOKEN_FILE="@HOME@/token")
    machine = machine if content is None else machine.with_files({"token": content})

    seen = reviewed(machine, tmp_path, NEWEST)

    assert RULE in rules_of(seen)
    assert seen.route.works is False


@pytest.mark.parametrize("machine", [NO_TOKEN, NO_ORGANIZATION, NO_RULE])
def test_cancelling_the_variable_is_safe_and_ends_it(
    tmp_path: Path, machine: MadeUpMachine
) -> None:
    seen = reviewed(machine, tmp_path, NEWEST)
    ((found, variable),) = variables_marked_by(RULE, seen)

    (best,) = found.fixes
    assert (best.id, best.safety) == (f"cancel:{variable}@user", Safety.SAFE)
    assert best.title.endswith(f": bills {PLAN}")
    assert list(changed_texts(best, seen)) == [USER]
    after = after_fix(best, seen)
    assert (after.route.label, after.route.works) == (PLAN, True)
    assert "error" not in [it.finding.severity.value for it in after.findings]
