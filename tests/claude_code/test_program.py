"""The real Claude Code on the headline machine and on recorded ones: what we build on still holds.

Each version is fetched once, about 100 MB.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import cast

import pytest

from tests.claude_code.observe import observe_interactive, observe_status, observe_wire
from tests.claude_code.program import CACHE_VARIABLE, ProgramUnavailableError, program
from tests.claude_code.sources import claimed_sources, source_of
from tests.machines import MANAGED, MadeUpMachine, Source, headline

pytestmark = [
    pytest.mark.claude_code,
    pytest.mark.skipif(sys.platform != "linux", reason="Claude Code is run on Linux only"),
]

VERSIONS = ("2.1.146", "2.1.330")
RECORDED = Path(__file__).parents[1] / "conformance" / "cases.jsonl"
SUBSCRIPTION, API_USAGE = "Claude Max", "API Usage Billing"

headline_machines = pytest.mark.parametrize(
    ("version", "machine", "source", "banner"),
    [
        pytest.param("2.1.146", headline(), "profile", API_USAGE, id="2.1.146"),
        pytest.param("2.1.330", headline(), "claude_ai_login", SUBSCRIPTION, id="2.1.330"),
        pytest.param(
            "2.1.330",
            headline().with_env(ANTHROPIC_PROFILE="default"),
            "profile",
            API_USAGE,
            id="2.1.330-ANTHROPIC_PROFILE",
        ),
    ],
)


@headline_machines
def test_status(version: str, machine: MadeUpMachine, source: Source, banner: str) -> None:
    observed = observe_status(machine, version)

    assert observed.exit_code == 0
    assert observed.status["loggedIn"] is True
    assert claimed_sources(observed) == (source,)


@headline_machines
def test_wire(version: str, machine: MadeUpMachine, source: Source, banner: str) -> None:
    observed = observe_wire(machine, version)

    assert (observed.exit_code, observed.stdout) == (0, "OK")
    assert source_of(machine, observed).source == source


@headline_machines
def test_interactive(version: str, machine: MadeUpMachine, source: Source, banner: str) -> None:
    observed = observe_interactive(machine, version)

    assert observed.banner == banner, "\n".join(observed.screen)
    assert source_of(machine, observed).source == source
    assert any("OK" in line for line in observed.screen)


def recorded_cases() -> Iterator[Mapping[str, object]]:
    """The first recorded case of each source that a model request decided, for our versions."""
    seen: set[tuple[str, str]] = set()
    for line in RECORDED.read_text().splitlines():
        case = json.loads(line)
        kind = (case["version"], case["expect"]["source"])
        is_ours = case["version"] in VERSIONS and case["expect"]["basis"] == "headless"
        if is_ours and kind not in seen:
            seen.add(kind)
            yield case


@pytest.mark.parametrize(
    "case", [pytest.param(case, id=str(case["id"])) for case in recorded_cases()]
)
def test_a_recorded_run_can_be_repeated(case: Mapping[str, object]) -> None:
    machine, version = MadeUpMachine.from_case(case), cast("str", case["version"])
    expected = cast("Mapping[str, object]", case["expect"])["source"]

    observed = observe_wire(machine, version)

    assert source_of(machine, observed).source == expected


@pytest.mark.skipif(not os.access("/etc", os.W_OK), reason="managed settings need root")
def test_managed_settings_are_obeyed_and_taken_away_again() -> None:
    managed = {"/etc/claude-code/managed-settings.json": {"env": {"ANTHROPIC_AUTH_TOKEN": "t"}}}
    machine = headline().with_files(managed)

    observed = observe_wire(machine, VERSIONS[-1])

    assert source_of(machine, observed).source == "auth_token"
    assert not Path(MANAGED).exists()


def test_a_version_that_does_not_exist_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(CACHE_VARIABLE, str(tmp_path))

    with pytest.raises(ProgramUnavailableError, match="npm pack failed"):
        program("2.1.0-never-published")

    assert not [path for path in tmp_path.rglob("*") if path.is_file() and path.name != "lock"]
