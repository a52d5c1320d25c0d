"""The whole catalogue on every recorded machine."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import pytest

from billing_lens.billing.place import Place
from billing_lens.billing.route import Route
from billing_lens.billing.sources import Source
from billing_lens.rules import RULES
from billing_lens.wishes.severity import Severity
from tests.conformance.recorded import KNOWN_DIFFERENCES, recorded_cases, title_of
from tests.rules.recorded_findings import KEPT, described, reviewed_case

FINE = (
    *("nothing", "sub", "apikey", "authtok", "oauthtok", "bedrock", "vertex", "foundry"),
    *("ant", "prim", "wif", "sub+profile", "sub+oauthtok"),
)
"""Machines with one way to pay, or with nothing in the way of the login."""

KEEP = "if this is right, run `.venv/bin/python -m tests.rules.recorded_findings` and read its diff"

NEEDS_MORE = {
    "organization-changed": "a backup of another time",
    "source-not-allowed": "a policy of the team",
}
"""The rules that no recorded machine can show, and what they need."""

WRONG_BY_POLICY = ("force", "managed")


@cache
def kept() -> dict[str, str]:
    """Return the kept text of each machine by its first line."""
    blocks = KEPT.read_text(encoding="utf-8").strip("\n").split("\n\n")
    return {block.partition("\n")[0]: block for block in blocks}


@pytest.mark.parametrize(
    "case", [pytest.param(case, id=title_of(case)) for case in recorded_cases()]
)
def test_finds_what_was_reviewed_and_tells_no_cause_twice(
    case: dict[str, Any], tmp_path: Path
) -> None:
    """A cause is a run that another should pay for, and the place to blame.

    A profile that pays instead of the login may fail too: mending it would not let the login pay.
    """
    seen = reviewed_case(case, tmp_path)
    found = described(case, seen, tmp_path)

    told, left_over, others = list[tuple[Route, Place]](), set[Route](), set[Route]()
    for it in seen.findings:
        (left_over if it.rule.residual else others).update(it.finding.explains)
        if it.finding.severity is Severity.ERROR and it.rule.id != "profile-broken":
            told += [(route, it.finding.place) for route in it.finding.explains]
    assert found == kept().get(found.partition("\n")[0]), KEEP
    assert not left_over & others
    assert len(set(told)) == len(told)


@pytest.mark.parametrize(
    "case",
    [
        pytest.param(case, id=title_of(case))
        for case in recorded_cases()
        if case["name"] in FINE and not (case["name"] == "sub+ant" and case["version"] < "2.1.154")
    ],
)
def test_finds_nothing_serious_on_a_fine_machine(case: dict[str, Any], tmp_path: Path) -> None:
    seen = reviewed_case(case, tmp_path)

    serious = [found.finding for found in seen.findings if found.finding.severity.rank < 2]

    assert seen.as_expected is not False
    assert not serious


@pytest.mark.parametrize(
    "case",
    [
        pytest.param(case, id=title_of(case))
        for case in recorded_cases()
        if case["expect"]["source"] == Source.CLAUDE_AI_LOGIN.value
        and case["expect"].get("works", True)
        and not any(word in case["name"] for word in WRONG_BY_POLICY)
        and title_of(case) not in KNOWN_DIFFERENCES
    ],
)
def test_blames_nothing_where_the_login_was_seen_to_pay(
    case: dict[str, Any], tmp_path: Path
) -> None:
    """The recording says who paid, so that this does not rest on our own route.

    A login that ran out was sent all the same; that it did is what is wrong.
    """
    seen = reviewed_case(case, tmp_path)

    blamed = [
        found.finding
        for found in seen.findings
        if found.finding.severity is Severity.ERROR and RULES[found.finding.rule].explains_route
        if found.finding.rule != "login-expired"
    ]

    assert not blamed


def test_every_rule_is_seen_on_a_recorded_machine() -> None:
    text = KEPT.read_text(encoding="utf-8")
    unseen = {rule for rule in RULES if f" {rule} " not in text} - NEEDS_MORE.keys()

    assert not unseen, (
        "no recorded machine shows these: record one with the real program (tests/conformance/"
        "README.md), then run `.venv/bin/python -m tests.rules.recorded_findings`; or say in "
        "NEEDS_MORE what a recording cannot hold"
    )
