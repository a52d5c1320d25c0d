"""A few recorded machines, one of each source, run through the real Claude Code again."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.claude_code import conformance
from tests.claude_code.agreement import Case, Outcome, Payer, Sight, comparable, compare, sample
from tests.conformance.recorded import recorded_cases

VERSION = "2.1.330"
SIZE = 12
SOURCES = 11


def brisk_cases() -> list[Case]:
    """The cases recorded for this version that need no terminal, no `/etc` and no waiting."""
    return [
        case
        for case in comparable(recorded_cases())
        if case["version"] == VERSION
        and case["expect"]["basis"] != "interactive"
        and case.get("headless", {}).get("exit") != "timeout"
        and not any(path.startswith("/etc/") for path in case["files"])
    ]


def outcome(said: str, seen: Sight | None, name: str = "some machine") -> Outcome:
    case: Mapping[str, Any] = {
        "id": "abc",
        "name": name,
        "version": "2.1.146",
        "expect": {"source": "profile", "basis": "headless"},
    }
    return Outcome(case, VERSION, Payer(said), seen, "" if seen else "an unknown token")


AGREES = outcome("api_key", Sight(Payer("api_key"), "the model request", is_proven=True))
DIFFERS = outcome(
    "profile", Sight(Payer("claude_ai_login"), "the model request", is_proven=True), "the headline"
)
ONLY_CLAIMED = outcome("profile", Sight(Payer("claude_ai_login"), "its status", is_proven=False))
UNKNOWN = outcome("profile", None)


@pytest.mark.claude_code
@pytest.mark.parametrize(
    "case", [pytest.param(case, id=case["name"]) for case in sample(brisk_cases(), SIZE, seed=1)]
)
def test_the_program_still_does_what_we_say(case: Case) -> None:
    seen = compare(case, VERSION)

    assert seen.verdict == "agrees", conformance.agreement_text(
        conformance.Agreement(VERSION, (seen,))
    )


def test_a_sample_has_every_source_and_is_the_same_again() -> None:
    cases = comparable(recorded_cases())

    chosen = sample(cases, SIZE, seed=7)

    assert len(chosen) == SIZE
    assert len({case["expect"]["source"] for case in chosen}) == SOURCES
    assert chosen == sample(cases, SIZE, seed=7)
    assert chosen != sample(cases, SIZE, seed=8)
    brisk = brisk_cases()
    assert {case["expect"]["source"] for case in sample(brisk, SIZE, 1)} == {
        case["expect"]["source"] for case in brisk
    }


def test_a_machine_known_by_its_status_alone_is_no_evidence() -> None:
    bases = {
        case["expect"]["source"]
        for case in comparable(recorded_cases())
        if case["expect"]["basis"] == "status"
    }

    assert bases == {"cloud_provider", "none"}


@pytest.mark.parametrize(
    ("seen", "verdict"),
    [(AGREES, "agrees"), (DIFFERS, "differs"), (ONLY_CLAIMED, "unclear"), (UNKNOWN, "unclear")],
)
def test_only_what_is_proven_counts_against_us(seen: Outcome, verdict: str) -> None:
    assert seen.verdict == verdict


def test_a_difference_names_the_machine_and_both_sources() -> None:
    text = conformance.agreement_text(conformance.Agreement(VERSION, (AGREES, DIFFERS)))

    assert "1 of 2 agree, 50.0%" in text
    assert "DIFFERS  the headline  (case abc, headless)" in text
    assert "Billing Lens says  profile" in text
    assert f"Claude Code {VERSION}  claude_ai_login, by the model request" in text
    assert f"--case abc --version {VERSION}" in text
    assert "--case abc --build DIR" in text
    assert "\x1b" not in text


@pytest.mark.parametrize(
    ("outcomes", "is_enough"),
    [
        ([AGREES] * 99 + [DIFFERS], True),
        ([AGREES] * 98 + [DIFFERS], False),
        ([AGREES, ONLY_CLAIMED, UNKNOWN], True),
        ([UNKNOWN], False),
    ],
)
def test_99_of_100_are_enough(outcomes: list[Outcome], is_enough: bool) -> None:
    assert conformance.Agreement(VERSION, tuple(outcomes)).is_enough is is_enough


def test_a_machine_can_be_built_and_asked_about_by_hand(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    case = brisk_cases()[0]

    assert conformance.main(["--case", case["id"], "--build", str(tmp_path)]) == 0

    command = capsys.readouterr().out
    assert command.startswith(f"billing-lens status --mode headless --home {tmp_path / 'home'}")
    assert f"--claude-version {VERSION}" in command
    assert (tmp_path / "home").is_dir()


def test_an_unknown_case_is_wrong_usage(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stop:
        conformance.main(["--case", "no-such-id"])

    assert stop.value.code == 2
    assert "no-such-id" in capsys.readouterr().err
