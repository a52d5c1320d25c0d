"""Dev containers: what they give Claude Code."""

from __future__ import annotations

import pytest

from billing_lens.config.kinds import Kind
from tests.unit.config.declaring import given, marked, runs_in

DEVCONTAINER = Kind.DEVCONTAINER


def test_comments_and_trailing_commas_are_fine() -> None:
    text = '// claude\n{\n  "containerEnv": {"A": "é", "B": "1",},\n  "remoteEnv": {"B": "2"},\n}\n'

    run = runs_in(DEVCONTAINER, text)[""]

    assert given(run) == {"A": ("é", True), "B": ("2", True)}
    assert marked(DEVCONTAINER, text, run, "B") == '"B": "2"'
    assert marked(DEVCONTAINER, text, run, "A") == '"A": "é"'


@pytest.mark.parametrize(
    ("written", "value", "known"),
    [
        ("${localEnv:KEY}", "value", True),
        ("${env:KEY}", "value", True),
        ("${localEnv:GONE}", "", True),
        ("${localEnv:GONE:other}", "other", True),
        ("${containerEnv:KEY}", "${containerEnv:KEY}", False),
        ("plain", "plain", True),
    ],
)
def test_what_is_of_this_machine_is_known(written: str, value: str, known: bool) -> None:
    text = f'{{"containerEnv": {{"CLAUDE_X": "{written}"}}}}'

    run = runs_in(DEVCONTAINER, text, {"KEY": "value"})[""]

    assert given(run) == {"CLAUDE_X": (value, known)}


@pytest.mark.parametrize(
    ("mount", "keeps"),
    [
        ('"source=${localEnv:HOME}/.claude,target=/home/node/.claude,type=bind"', True),
        ('{"source": "/home/me/.claude", "target": "/x", "type": "bind"}', True),
        ('"source=claude-config,target=/home/node/.claude,type=volume"', False),
        ('{"source": "x", "target": "/home/node/.claude", "type": "volume"}', False),
        ('"source=${localEnv:HOME}/.claude-other,target=/x,type=bind"', False),
        ("1", False),
        ("[]", False),
    ],
)
def test_a_mounted_folder_brings_the_login(mount: str, keeps: bool) -> None:
    assert runs_in(DEVCONTAINER, f'{{"mounts": [{mount}]}} // claude')[""].keeps_login is keeps


@pytest.mark.parametrize(
    "text",
    [
        '"claude"',
        "[] // claude",
        '{"containerEnv": ["claude"]}',
        '{"containerEnv": {"claude": 1}}',
        '{"containerEnv": {"claude"',
        "// claude",
    ],
)
def test_odd_shapes_say_nothing_and_break_nothing(text: str) -> None:
    for run in runs_in(DEVCONTAINER, text).values():
        assert not run.variables
