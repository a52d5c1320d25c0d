"""The machine seen from a terminal and from VS Code, and where a variable was set."""

from __future__ import annotations

from pathlib import Path

import pytest

from billing_lens.billing.editor_runs import environments
from billing_lens.billing.route import resolve_route
from billing_lens.billing.runs import SeenFrom
from billing_lens.billing.shell_startup import probably_set_in
from billing_lens.billing.sources import Source
from billing_lens.machine.machine import Machine, Mode
from tests.machines import MadeUpMachine, headline
from tests.unit.machine.snapshot import snapshot

KEY = "sk-ant-api03-made-up-key-0123456789abcdef"
EDITOR_SETTINGS = ".config/Code/User/settings.json"


def seen_from(machine: Machine) -> tuple[SeenFrom, ...]:
    return environments(machine, [resolve_route(machine, mode) for mode in Mode])


def sources(machine: Machine) -> dict[tuple[str, Mode], Source]:
    return {(seen.name, seen.mode): seen.route.source for seen in seen_from(machine)}


def test_the_extension_has_variables_of_its_own(tmp_path: Path) -> None:
    settings = (
        '{\n  // mine\n  "claudeCode.environmentVariables": '
        '[{"name": "CLAUDE_CODE_USE_BEDROCK", "value": "1"},],\n}\n'
    )
    machine = snapshot(headline().with_files({EDITOR_SETTINGS: settings}), tmp_path)

    assert sources(machine) == {
        ("terminal", Mode.INTERACTIVE): Source.CLAUDE_AI_LOGIN,
        ("terminal", Mode.HEADLESS): Source.CLAUDE_AI_LOGIN,
        ("editor", Mode.HEADLESS): Source.CLOUD_PROVIDER,
    }
    place = seen_from(machine)[-1].route.place
    assert place is not None
    assert place.variable == "CLAUDE_CODE_USE_BEDROCK"
    assert place.pointer == "/claudeCode.environmentVariables/0/value"


def test_the_extension_takes_a_key_only_when_it_was_approved(tmp_path: Path) -> None:
    machine = snapshot(headline().with_env(ANTHROPIC_API_KEY=KEY), tmp_path)

    found = sources(machine)

    assert found["terminal", Mode.HEADLESS] is Source.API_KEY
    assert found["editor", Mode.HEADLESS] is Source.CLAUDE_AI_LOGIN


def test_the_editors_terminal_is_told_apart_where_it_has_variables(tmp_path: Path) -> None:
    settings = {"terminal.integrated.env.linux": {"ANTHROPIC_AUTH_TOKEN": "made-up-token"}}
    machine = snapshot(headline().with_files({EDITOR_SETTINGS: settings}), tmp_path)

    found = sources(machine)

    assert found["editor-terminal", Mode.INTERACTIVE] is Source.AUTH_TOKEN
    assert found["terminal", Mode.INTERACTIVE] is Source.CLAUDE_AI_LOGIN


@pytest.mark.parametrize(
    ("file", "text", "line"),
    [
        (".zshrc", f"# keys\nexport ANTHROPIC_API_KEY={KEY}\n", 1),
        (".bashrc", f"  ANTHROPIC_API_KEY='{KEY}'\n", 0),
        (".config/fish/config.fish", f"\nset -gx ANTHROPIC_API_KEY {KEY}\n", 1),
        (".profile", f"export ANTHROPIC_API_KEY=old\nexport ANTHROPIC_API_KEY={KEY}\n", 1),
        ("proj/.envrc", f"export ANTHROPIC_API_KEY={KEY}\n", 0),
    ],
)
def test_the_line_of_a_start_up_file_is_found(
    tmp_path: Path, file: str, text: str, line: int
) -> None:
    location = probably_set_in(snapshot(MadeUpMachine({file: text}), tmp_path), "ANTHROPIC_API_KEY")

    assert location is not None
    assert location.path.endswith(file)
    assert location.range.start.line == line
    marked = location.range.end.character - location.range.start.character
    assert marked == len("ANTHROPIC_API_KEY")


@pytest.mark.parametrize(
    "text", ["# export ANTHROPIC_API_KEY=x\n", "export MY_ANTHROPIC_API_KEY=x\n"]
)
def test_comments_and_other_variables_are_passed_over(tmp_path: Path, text: str) -> None:
    machine = snapshot(MadeUpMachine({".zshrc": text}), tmp_path)

    assert probably_set_in(machine, "ANTHROPIC_API_KEY") is None
