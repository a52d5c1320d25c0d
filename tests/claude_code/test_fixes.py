"""Every fix that is offered was tried on the real program, and a few are tried anew."""

from __future__ import annotations

import json
import sys

import pytest

from tests.claude_code.fix_machines import MACHINES
from tests.claude_code.fixes import RECORDING, VERSIONS, Line, promises, tried

needs_program = [
    pytest.mark.claude_code,
    pytest.mark.skipif(sys.platform != "linux", reason="Claude Code is run on Linux only"),
]

OUTCOME = ("seen", "sent to", "basis", "status", "agrees")

ANEW = (
    ("2.1.146", "two profiles", "select-profile:work"),
    ("2.1.146", "profile that others can read", "retire-profile:default"),
    ("2.1.146", "token in project settings", "cancel:ANTHROPIC_AUTH_TOKEN@local"),
    ("2.1.330", "profile, named by the process", "clear-sign-in:default"),
    ("2.1.330", "key in project settings", "move-to-local:ANTHROPIC_API_KEY"),
    ("2.1.330", "helper in user settings", "switch-off:apiKeyHelper@user"),
    ("2.1.330", "Bedrock in the process", "cancel:CLAUDE_CODE_USE_BEDROCK@user"),
    ("2.1.330", "base URL in user settings", "switch-off:ANTHROPIC_BASE_URL@user"),
    ("2.1.330", "key in user settings with a comment", "mend-settings:user"),
    ("2.1.330", "key beside old state file", "retire-legacy-state"),
)
"""One of each kind, on versions that the other tests fetch as well."""

LINES: list[Line] = [
    json.loads(line) for line in RECORDING.read_text(encoding="utf-8").splitlines()
]


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("name", MACHINES)
def test_each_offered_fix_was_tried_with_this_promise(name: str, version: str) -> None:
    promised = [it.line for it in promises(name, version)]
    recorded = [
        {key: value for key, value in line.items() if key not in OUTCOME}
        for line in LINES
        if (line["machine"], line["version"]) == (name, version)
    ]

    assert promised == recorded, "run `make fixes`"


def test_every_promise_was_kept() -> None:
    assert [line for line in LINES if not line["agrees"]] == []


def test_a_newer_version_than_the_fixed_ones_was_tried() -> None:
    assert {line["version"] for line in LINES} > set(VERSIONS)


def test_every_kind_of_fix_is_tried_anew() -> None:
    kinds = {line["fix"].partition(":")[0] for line in LINES}

    assert {fix.partition(":")[0] for _, _, fix in ANEW} == kinds


@pytest.mark.parametrize(
    ("version", "name", "fix"), [pytest.param(*it, marks=needs_program) for it in ANEW]
)
def test_the_real_program_keeps_a_promise(version: str, name: str, fix: str) -> None:
    (promise,) = [it for it in promises(name, version) if it.fix.id == fix]

    line = tried(promise)

    assert line["agrees"], line
    assert line in LINES
