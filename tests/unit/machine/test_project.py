"""Which files of a project are found, and that it costs nothing where there are none."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from billing_lens.config.kinds import DECLARING_KINDS
from tests.cli.command_line import program
from tests.machines import MadeUpMachine
from tests.rules.declaring import EACH_FILE, WORKFLOW, project
from tests.unit.machine.snapshot import reader_of, snapshot


def found(machine: MadeUpMachine, root: Path) -> dict[str, str]:
    """Return the kinds of what is found in the project by path below it."""
    seen = snapshot(machine, root)
    return {
        os.path.relpath(path, str(seen.home / "proj")): file.kind.value
        for path, file in seen.files.items()
        if file.kind in DECLARING_KINDS
    }


def test_every_name_is_known_and_no_other(tmp_path: Path) -> None:
    names = {
        ".github/workflows/a.yml": "github-workflow",
        ".github/workflows/b.yaml": "github-workflow",
        ".gitlab-ci.yml": "gitlab-ci",
        ".devcontainer/devcontainer.json": "devcontainer",
        ".devcontainer.json": "devcontainer",
        "compose.yml": "compose",
        "compose.yaml": "compose",
        "docker-compose.yml": "compose",
        "docker-compose.override.yaml": "compose",
        "compose-dev.yml": "compose",
        ".env": "dotenv",
        ".envrc": "dotenv",
    }
    others = [
        ".github/workflows/readme.md",
        "decompose.yml",
        "compose.json",
        ".env.example",
        "a.yml",
    ]

    machine = project({f"proj/{name}": "x" for name in (*names, *others)})

    assert found(machine, tmp_path) == names


def test_only_so_many_workflows_are_looked_at(tmp_path: Path) -> None:
    files = {f"proj/.github/workflows/{n:03}.yml": "on: push" for n in range(130)}

    assert len(found(project(files), tmp_path)) == 100


def test_a_link_out_of_the_home_is_not_followed(tmp_path: Path) -> None:
    outside = tmp_path / "outside.yml"
    outside.write_text(EACH_FILE[WORKFLOW][0])
    machine = project({WORKFLOW: {"__file__": {"link": str(outside)}}})

    seen = snapshot(machine, tmp_path / "m")

    assert seen.files[str(seen.home / WORKFLOW)].entry.data == b""


def test_a_pipe_is_not_opened(tmp_path: Path) -> None:
    built = project({}).build(tmp_path)
    os.mkfifo(built.cwd / ".env")

    assert reader_of(built).read().files[str(built.cwd / ".env")].entry.state == "not-regular"


def test_reading_again_keeps_what_did_not_change(tmp_path: Path) -> None:
    built = project({path: text for path, (text, _) in EACH_FILE.items()}).build(tmp_path)
    reader = reader_of(built)

    first, second = reader.read(), reader.read()

    assert all(first.files[path] is second.files[path] for path in first.files)


@pytest.mark.parametrize(
    ("files", "loaded"),
    [
        ({}, []),
        ({WORKFLOW: "on: push\njobs: {}\n", "proj/.env": "A=1\n"}, []),
        ({WORKFLOW: EACH_FILE[WORKFLOW][0]}, ["yaml"]),
    ],
    ids=["nothing", "nothing of ours", "a workflow of ours"],
)
def test_parsers_are_loaded_only_for_files_that_concern_us(
    tmp_path: Path, files: dict[str, object], loaded: list[str]
) -> None:
    built = project(files).build(tmp_path)
    code = (
        "import json, sys; from billing_lens.cli.main import main; main(sys.argv[1:]);"
        "print(json.dumps([it for it in ('yaml', 'dotenv') if it in sys.modules]))"
    )
    command, environment = program("status", *built.options("2.1.330"))

    done = subprocess.run(
        [sys.executable, "-c", code, *command[3:]],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )

    assert json.loads(done.stdout.splitlines()[-1]) == loaded
