"""``make rule NAME=…`` begins a rule that runs, and says what is left to do."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from scripts.new_rule import REGISTERED, ROOT, begin

COPIED = ("server", "tests", "docs/rules", "scripts", "package.json", "pyproject.toml")
MODULES = ("server/billing_lens/rules/{module}.py", "tests/rules/test_{module}.py")
IGNORED = shutil.ignore_patterns("node_modules", "__pycache__", "vscode")


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a copy of the project in which a rule was begun and the pages were made."""
    root = tmp_path_factory.mktemp("checkout")
    for name in COPIED:
        source, target = ROOT / name, root / name
        if source.is_dir():
            shutil.copytree(source, target, ignore=IGNORED)
        else:
            shutil.copy(source, target)
    run(root, "-m", "scripts.new_rule", "made-up-rule")
    run(root, "-m", "tests.rules.pages")
    return root


def run(root: Path, *arguments: str, code: int = 0) -> str:
    """Run Python there on the copied product, and return what it prints."""
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=root,
        env={**os.environ, "PYTHONPATH": str(root / "server")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout + done.stderr


def test_a_rule_just_begun_passes_all_but_the_tests_that_ask_where_it_is_known_from(
    checkout: Path,
) -> None:
    tests = [f"tests/rules/test_{it}.py" for it in ("contract", "pages", "made_up_rule")]

    said = run(checkout, "-m", "pytest", "-q", *tests, "-k", "made", code=1)

    (failed,) = [line for line in said.splitlines() if line.startswith("FAILED")]
    assert "test_recorded_runs_it_rests_on_are_there[made-up-rule]" in failed
    assert "what is made-up-rule known from?" in said


def test_what_is_begun_needs_no_mending_of_its_style(checkout: Path) -> None:
    begun = [REGISTERED, *(path.format(module="made_up_rule") for path in MODULES)]

    run(checkout, "-m", "ruff", "check", *begun)
    run(checkout, "-m", "ruff", "format", "--check", *begun)


def test_a_page_that_is_missing_is_begun(checkout: Path) -> None:
    page = checkout / "docs/rules/made-up-rule.md"
    whole = page.read_text(encoding="utf-8")
    page.unlink()

    said = run(checkout, "-m", "tests.rules.pages")

    assert "begun: docs/rules/made-up-rule.md" in said
    assert page.read_text(encoding="utf-8") == whole


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("plan-missing", "there is server/billing_lens/rules/plan_missing.py already"),
        ("Made Up", "called by two words or more"),
        ("made", "called by two words or more"),
        ("../made-up", "called by two words or more"),
    ],
)
def test_what_is_no_new_id_begins_nothing(checkout: Path, name: str, said: str) -> None:
    before = (checkout / REGISTERED).read_text(encoding="utf-8")

    with pytest.raises(ValueError, match=said):
        begin(checkout, name)

    assert (checkout / REGISTERED).read_text(encoding="utf-8") == before
