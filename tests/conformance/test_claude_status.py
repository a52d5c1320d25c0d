"""What ``claude auth status`` said on the recorded machines agrees with us or is explained."""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast

import pytest

from billing_lens.billing.claude_status import Agreement, compare
from billing_lens.billing.route import resolve_route
from billing_lens.machine.machine import Mode
from tests.conformance.recorded import KNOWN_DIFFERENCES, read_built, recorded_cases, title_of
from tests.machines import MadeUpMachine


def has_status(case: dict[str, Any]) -> bool:
    status = cast("dict[str, Any]", case.get("status") or {})
    return isinstance(status.get("json"), dict)


CASES = [
    case
    for case in recorded_cases("cases.jsonl")
    if has_status(case)
    and case["expect"]["basis"] != "interactive"
    and title_of(case) not in KNOWN_DIFFERENCES
]


@pytest.mark.parametrize("case", CASES, ids=[f"{it['version']} {it['name']}" for it in CASES])
def test_agrees_or_is_explained(case: dict[str, Any], tmp_path: Path) -> None:
    machine = read_built(MadeUpMachine.from_case(case).build(tmp_path), case["version"])

    comparison = compare(machine, resolve_route(machine, Mode.HEADLESS), case["status"]["json"])

    assert comparison.agreement is not Agreement.DIFFERS
    if comparison.agreement is Agreement.MISREPORTS:
        assert comparison.why


def test_the_known_misreports_occur() -> None:
    versions = {case["version"] for case in CASES if case["name"] == "sub+apikey"}
    assert {"2.1.283", "2.1.284"} <= versions


def test_a_wrong_status_is_told(tmp_path: Path) -> None:
    case = next(case for case in CASES if case["name"] == "sub" and case["version"] == "2.1.330")
    machine = read_built(MadeUpMachine.from_case(case).build(tmp_path), "2.1.330")
    route = resolve_route(machine, Mode.HEADLESS)

    comparison = compare(machine, route, {"authMethod": "api_key", "apiProvider": "firstParty"})

    assert comparison.agreement is Agreement.DIFFERS
