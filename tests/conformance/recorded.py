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

_NOT_RUN = "A helper is never run, so whether it works is not known."
_NETWORK = (
    "Recorded without a network, so Claude Code could not verify the organization and refused; "
    "with one it depends on whose login or token it is."
)
_HALF_WAY = "Settings that do not count all the same empty or move what the process set, half way."

KNOWN_DIFFERENCES: Mapping[str, str] = {
    "2.1.330 apiKeyHelper user: helper fails": _NOT_RUN,
    "2.1.330 helper empty output": _NOT_RUN,
    "2.1.330 forceLoginOrgUUID=same, sub @ /etc/claude-code/managed-settings.json": _NETWORK,
    "2.1.330 managed org same: sub": _NETWORK,
    "2.1.330 managed org same: oauthtok": _NETWORK,
    "2.1.330 managed org same: desktop sub+key": _NETWORK,
    "2.1.330 managed org list same: sub": _NETWORK,
    "2.1.330 managed org other: oauthtok": _NETWORK,
    "2.1.330 prim blank": "The blank key hides the profile and fails; we name the profile.",
    "2.1.330 prim number": "The key is damaged, and Claude Code says nobody is logged in.",
    "2.1.146 empty identity token in project, wif in process": _HALF_WAY,
    "2.1.146 empty organization in project, wif in process": _HALF_WAY,
    "2.1.330 federation rule in process, empty in managed": _HALF_WAY,
    "2.1.146 federation rule in process, empty in project": _HALF_WAY,
    "2.1.146 random 59": _HALF_WAY,
    "2.1.332 helper exit 1": _NOT_RUN,
    "2.1.332 helper nothing": _NOT_RUN,
    "2.1.146 remote-settings with key": "Cached settings of a server cannot be judged from here.",
    "2.1.332 creds scopes true": "Scopes that are no list end the request; we name the next key.",
    "2.1.332 settings deep6000": "Claude Code leaves out what nests too deeply; we read nothing.",
    "2.1.146 prof active long": "A profile's name that no file can have ends the program.",
    "2.1.332 prof active dir": "A directory named active_config fails only when it is read.",
    "2.1.332 var CLAUDE_CODE_CUSTOM_OAUTH_URL='https://x.example.com' [K]": "It waits for a host.",
    "2.1.332 follow unix socket + key process": "Whether the socket is there is not looked at.",
    "2.1.146 state invalid, login": "It ends with an error, though its status names the login.",
}
"""The recorded runs on which we differ, by `title_of`, each with the reason."""


def title_of(case: Mapping[str, Any]) -> str:
    """The version and name of a recorded run."""
    return f"{case['version']} {case['name']}"


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
