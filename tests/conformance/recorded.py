"""The recorded machines, what the real Claude Code did on each, and what we say of it."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

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
    **dict.fromkeys(
        (
            "managed org same: sub",
            "managed org same: oauthtok",
            "managed org same: desktop sub+key",
            "managed org list same: sub",
            "managed org other: oauthtok",
        ),
        "As above: whose login or token it is only the network can tell.",
    ),
    "helper empty output": "A helper is never run, so whether it works is not known.",
    **dict.fromkeys(
        ("prim blank", "prim number"),
        "A damaged primaryApiKey hides the profile and then fails; we name what is behind it.",
    ),
    **dict.fromkeys(
        (
            "empty identity token in project, wif in process",
            "empty organization in project, wif in process",
            "federation rule in process, empty in managed",
            "federation rule in process, empty in project",
            "random 59",
            "random 1014",
        ),
        "Settings that do not count all the same empty or move what the process set, half way.",
    ),
    "state invalid, login": (
        "2.1.146 ends with an error, and its status names the login all the same."
    ),
}
"""The recorded machines on which we differ, by name, each with the reason."""


def recorded_cases(names: str = "*.jsonl") -> Iterator[dict[str, Any]]:
    """Every line of every recording; README.md says what is in one."""
    for recording in sorted(RECORDINGS.glob(names)):
        with recording.open(encoding="utf-8") as lines:
            yield from map(json.loads, lines)


def mode_of(case: Mapping[str, Any]) -> Mode:
    """How Claude Code was used."""
    is_interactive = case["expect"]["basis"] == "interactive"
    return Mode.INTERACTIVE if is_interactive else Mode.HEADLESS


def route_on(case: Mapping[str, Any], version: str) -> Route:
    """The route we say the case's machine has with this version of Claude Code."""
    with tempfile.TemporaryDirectory(prefix="billing-lens-recorded-") as root:
        built = MadeUpMachine.from_case(case).build(Path(root))
        return resolve_route(read_built(built, version), mode_of(case))


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
    """What was recorded of the things that `said` says."""
    compared = ("source", "provider", "profile", "plan", "works")
    return {name: expected[name] for name in compared if name in expected}
