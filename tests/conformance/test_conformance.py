"""Every recorded machine: what we say must be what the real Claude Code did."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from billing_lens.billing.route import Route, resolve_route
from billing_lens.cli.main import build_parser
from billing_lens.cli.options import read_machine
from billing_lens.machine.machine import Machine, Mode
from tests.machines import BuiltMachine, MadeUpMachine

RECORDINGS = Path(__file__).parent

KNOWN_DIFFERENCES: Mapping[str, str] = {
    "apiKeyHelper user: helper fails": "A helper is never run, so whether it works is not known.",
    "forceLoginOrgUUID=same, sub @ /etc/claude-code/managed-settings.json": (
        "Recorded without a network, so Claude Code could not verify the organization and refused; "
        "with one the same organization works."
    ),
}
"""The recorded machines on which we differ, by name, each with the reason."""


def recorded_cases() -> Iterator[dict[str, Any]]:
    for recording in sorted(RECORDINGS.glob("*.jsonl")):
        with recording.open(encoding="utf-8") as lines:
            yield from map(json.loads, lines)


def read_built(built: BuiltMachine, version: str) -> Machine:
    """Read a machine as the command line would with the same options."""
    given = build_parser().parse_args(["status", *built.machine_options(version)])
    given.claude_arguments = list(built.arguments)
    return read_machine(given)


def said(route: Route, expected: Mapping[str, Any]) -> dict[str, Any]:
    """What we say of each thing that was recorded."""
    everything = {
        "source": route.source.value,
        "provider": route.provider,
        "profile": route.profile,
        "plan": route.plan,
        "works": route.works,
    }
    return {name: value for name, value in everything.items() if name in expected}


def recorded(expected: Mapping[str, Any]) -> dict[str, Any]:
    compared = ("source", "provider", "profile", "plan", "works")
    return {name: expected[name] for name in compared if name in expected}


@pytest.mark.parametrize(
    "case", [pytest.param(case, id=f"{case['version']} {case['name']}") for case in recorded_cases()]
)
def test_agrees_with_the_real_program(case: dict[str, Any], tmp_path: Path) -> None:
    built = MadeUpMachine.from_case(case).build(tmp_path)
    expected = case["expect"]
    mode = Mode.INTERACTIVE if expected["basis"] == "interactive" else Mode.HEADLESS
    route = resolve_route(read_built(built, case["version"]), mode)
    if case["name"] in KNOWN_DIFFERENCES:
        assert said(route, expected) != recorded(expected), "no longer differs: take it off the list"
        assert route.source.value == expected["source"]
    else:
        assert said(route, expected) == recorded(expected)


def test_differences_are_few() -> None:
    cases = list(recorded_cases())
    differing = [case for case in cases if case["name"] in KNOWN_DIFFERENCES]
    assert len(differing) <= 0.005 * len(cases)
