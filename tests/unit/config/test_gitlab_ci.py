"""GitLab CI: what jobs give Claude Code."""

from __future__ import annotations

import pytest

from billing_lens.config.kinds import Kind
from tests.unit.config.declaring import given, marked, runs_in

GITLAB = Kind.GITLAB_CI


def test_a_jobs_variables_come_before_the_files_in_both_forms() -> None:
    text = (
        "variables:\n  A: file\n  B: {value: file, description: x}\n"
        "claude:\n  script: [claude -p hi]\n  variables: {A: job}\n"
    )

    run = runs_in(GITLAB, text)["claude"]

    assert given(run) == {"A": ("job", True), "B": ("file", True)}
    assert marked(GITLAB, text, run, "B") == "value: file"


def test_what_a_job_extends_counts_below_its_own() -> None:
    text = """
.one: {variables: {A: one, B: one, C: one}, script: claude -p hi}
.two: {extends: .one, variables: {B: two, C: two}}
.three: &merged {variables: {D: three}}
job: {extends: [.two, .three], variables: {C: job}}
"""

    run = runs_in(GITLAB, text)["job"]

    assert given(run) == {
        "A": ("one", True),
        "B": ("two", True),
        "C": ("job", True),
        "D": ("three", True),
    }
    assert run.uses_claude


@pytest.mark.parametrize(
    ("inherit", "names"),
    [("", ["A", "B"]), ("false", []), ("true", ["A", "B"]), ("[B, C]", ["B"])],
)
def test_a_job_can_decline_the_files_variables(inherit: str, names: list[str]) -> None:
    inherits = f"inherit: {{variables: {inherit}}}, " if inherit else ""
    text = f"variables: {{A: 1, B: 2}}\njob: {{{inherits}script: claude}}\n"

    assert list(runs_in(GITLAB, text)["job"].variables) == names


@pytest.mark.parametrize(
    ("value", "known"),
    [("$KEY", False), ("${KEY}", False), ("a$KEY", False), ("$$KEY", True), ("sk", True)],
)
def test_a_reference_is_set_to_nobody_knows_what(value: str, known: bool) -> None:
    text = f"job: {{script: claude, variables: {{A: '{value}'}}}}\n"

    assert given(runs_in(GITLAB, text)["job"]) == {"A": (value, known)}


def test_templates_and_options_are_no_jobs() -> None:
    text = (
        "default: {image: claude-code}\nstages: [claude]\n.x: {script: claude}\nj: {script: ls}\n"
    )

    runs = runs_in(GITLAB, text)

    assert list(runs) == ["j"]
    assert runs["j"].uses_claude, "it runs in the default image"


@pytest.mark.parametrize(
    "text",
    [
        "claude",
        "a: {extends: a, script: claude}",
        "a: {extends: [b, b], script: claude}\nb: {extends: [a, a]}",
        "a: {variables: [claude], script: {x: claude}}",
        "variables: claude\na: {inherit: claude, script: claude}",
        "a: &a {script: [*a, claude], extends: [*a]}",
        "spec: {inputs: {}}\n---\na: {script: claude}",
    ],
)
def test_odd_shapes_say_nothing_and_break_nothing(text: str) -> None:
    for run in runs_in(GITLAB, text).values():
        assert not run.variables
