"""The man page: made from the parser, rendered without a warning, and part of the packages."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

from billing_lens.cli.main import COMMANDS, build_parser
from billing_lens.cli.options import subcommands_of
from scripts.man_page import main, man_page

ROOT = Path(__file__).parents[2]


@pytest.fixture
def page(tmp_path: Path) -> Path:
    target = tmp_path / "man" / "billing-lens.1"
    assert main([str(target)]) == 0
    return target


def test_it_tells_every_command_with_its_examples() -> None:
    page = man_page().replace(r"\-", "-")

    for command in COMMANDS:
        assert f".SS \\fBbilling-lens {command}\\fR" in page
        assert f".SS {command}\n.nf\n  " in page


def test_every_command_has_examples_that_are_understood() -> None:
    for listed, command in subcommands_of(build_parser()):
        heading, *examples = (command.epilog or "").splitlines()
        assert heading.startswith("examples"), listed.dest
        assert any(f"billing-lens {listed.dest}" in line for line in examples)
        assert max(map(len, (command.format_help()).splitlines()[-len(examples) :])) <= 80


@pytest.mark.skipif(not shutil.which("man"), reason="man is not installed")
def test_man_renders_it_without_a_warning(page: Path) -> None:
    done = subprocess.run(
        ["man", "--warnings", "-l", str(page)],
        env={"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "MANWIDTH": "80", "MANPAGER": "cat"},
        capture_output=True,
        timeout=60,
        check=True,
        text=True,
    )

    assert done.stderr == ""
    assert "billing-lens - shows who pays for Claude Code" in " ".join(done.stdout.split())
    assert "EXIT STATUS" in done.stdout


@pytest.mark.skipif(not shutil.which("mandoc"), reason="mandoc is not installed")
def test_mandoc_finds_no_error_in_it(page: Path) -> None:
    done = subprocess.run(
        ["mandoc", "-T", "lint", "-W", "error", str(page)],
        capture_output=True,
        timeout=60,
        check=False,
        text=True,
    )

    assert (done.returncode, done.stdout + done.stderr) == (0, "")


def test_packages_have_it_once_it_is_made(tmp_path: Path) -> None:
    source = tmp_path / "source"
    kept = ("server", "docs", "README.md", "CHANGELOG.md", "LICENSE", "pyproject.toml")
    for name in (*kept, "hatch_build.py"):
        origin = ROOT / name
        copy = shutil.copytree if origin.is_dir() else shutil.copy
        source.mkdir(exist_ok=True)
        copy(origin, source / name)

    assert not [name for name in built(source, tmp_path / "without") if name.endswith(".1")]
    main([str(source / "build" / "man" / "billing-lens.1")])
    names = built(source, tmp_path / "with")

    assert [name for name in names if name.endswith("share/man/man1/billing-lens.1")]
    assert [name for name in names if name.endswith("/build/man/billing-lens.1")]


def built(source: Path, target: Path) -> list[str]:
    """Build wheel and sdist, and return the names of all that is in them."""
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-d", str(target)],
        cwd=source,
        capture_output=True,
        timeout=120,
        check=True,
    )
    (wheel,), (sdist,) = target.glob("*.whl"), target.glob("*.tar.gz")
    with zipfile.ZipFile(wheel) as zipped, tarfile.open(sdist) as tarred:
        return [*zipped.namelist(), *tarred.getnames()]
