"""Docker Compose and .env: what services give Claude Code."""

from __future__ import annotations

import pytest

from billing_lens.config.declared import assignments_in
from billing_lens.config.kinds import Kind
from tests.unit.config.declaring import file_of, given, marked, runs_in

COMPOSE = Kind.COMPOSE
VALUES = {"KEY": "value", "EMPTY": ""}


def service(environment: str) -> str:
    return f"services:\n  agent:\n    image: acme/claude-code\n    environment:\n{environment}"


def test_a_mapping_and_a_list_say_the_same() -> None:
    mapping, listed = service("      A: x\n      B: 1\n"), service("      - A=x\n      - 'B=1'\n")

    for text, marks in ((mapping, "A: x"), (listed, "A=x")):
        run = runs_in(COMPOSE, text)["agent"]
        assert given(run) == {"A": ("x", True), "B": ("1", True)}
        assert marked(COMPOSE, text, run, "A") == marks


@pytest.mark.parametrize("text", ["      KEY:\n      GONE:\n", "      - KEY\n      - GONE\n"])
def test_a_bare_name_is_passed_on_from_the_shell(text: str) -> None:
    run = runs_in(COMPOSE, service(text), VALUES)["agent"]

    assert given(run) == {"KEY": ("value", True), "GONE": ("${GONE}", False)}


@pytest.mark.parametrize(
    ("written", "value", "known"),
    [
        ("$KEY", "value", True),
        ("${KEY}", "value", True),
        ("a-${KEY}-b", "a-value-b", True),
        ("${GONE}", "${GONE}", False),
        ("${GONE:-other}", "other", True),
        ("${GONE-}", "", True),
        ("${EMPTY:-other}", "other", True),
        ("${EMPTY-other}", "", True),
        ("${KEY:?needed}", "value", True),
        ("${GONE:?needed}", "${GONE:?needed}", False),
        ("${KEY:+set}", "set", True),
        ("${GONE:+set}", "", True),
        ("$$KEY", "$KEY", True),
        ("100$", "100$", True),
    ],
)
def test_references_are_replaced_as_compose_does(written: str, value: str, known: bool) -> None:
    run = runs_in(COMPOSE, service(f"      A: '{written}'\n"), VALUES)["agent"]

    assert given(run) == {"A": (value, known)}


@pytest.mark.parametrize(
    ("section", "files"),
    [
        ("env_file: .env", (".env",)),
        ("env_file: [a.env, b.env]", ("a.env", "b.env")),
        ("env_file: [{path: a.env, required: false}, 1]", ("a.env", "1")),
        ("env_file: {path: x}", ()),
    ],
)
def test_files_of_variables_are_named(section: str, files: tuple[str, ...]) -> None:
    text = f"services:\n  agent:\n    image: claude-code\n    {section}\n"

    assert runs_in(COMPOSE, text)["agent"].env_files == files


@pytest.mark.parametrize(
    ("service_text", "uses"),
    [
        ("image: claude-code", True),
        ("build: {dockerfile: claude-code.Dockerfile}", True),
        ("command: [claude, -p, hi]", True),
        ("command: claude -p hi", True),
        ("image: node\n    environment: {CLAUDE_CODE_USE_BEDROCK: '1'}", True),
        ("image: node\n    environment: {ANTHROPIC_API_KEY: '1'}", False),
    ],
)
def test_an_application_that_calls_the_api_itself_is_not_claude_code(
    service_text: str, uses: bool
) -> None:
    text = f"# claude\nservices:\n  agent:\n    {service_text}\n"

    assert runs_in(COMPOSE, text)["agent"].uses_claude is uses


@pytest.mark.parametrize(
    "text",
    ["claude", "services: claude", "services: {a: claude, b: [claude]}", "services: [claude]"],
)
def test_odd_shapes_say_nothing_and_break_nothing(text: str) -> None:
    for run in runs_in(COMPOSE, text).values():
        assert not run.variables


def test_an_env_file_is_replaced_too_but_not_in_single_quotes() -> None:
    file = file_of(Kind.DOTENV, "# claude\nA=$KEY\nB='$KEY'\nC=\"${GONE}\"\n")

    found = {name: (it.value, it.known) for name, it in assignments_in(file, VALUES).items()}

    assert found == {"A": ("value", True), "B": ("$KEY", True), "C": ("${GONE}", False)}
