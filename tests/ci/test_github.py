"""What GitHub reads of this project: workflows, forms for issues, who keeps dependencies new."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, cast

import pytest
import yaml

ROOT = Path(__file__).parents[2]
GITHUB = ROOT / ".github"
FORMS = sorted(GITHUB.glob("ISSUE_TEMPLATE/[!c]*.yml"))
ABOUT_FAULTS = {"problem.yml", "wrong-payer.yml"}
MANIFESTS = {
    "pip": ("pyproject.toml", "*.txt"),
    "npm": ("package.json",),
    "github-actions": (".github/workflows/*.yml",),
}


def loaded(path: Path) -> dict[str, Any]:
    return cast("dict[str, Any]", yaml.safe_load(path.read_text()))


def test_ci_runs_only_what_can_be_made() -> None:
    part = loaded(GITHUB / "workflows/ci.yml")["jobs"]["part"]
    targets = {it["target"] for it in part["strategy"]["matrix"]["include"]}
    makeable = re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE)

    assert {"unit", "newest", "oldest", "protocol-fallback"} <= targets <= {*makeable}


def test_every_part_of_ci_has_a_version_of_python_that_is_supported() -> None:
    part = loaded(GITHUB / "workflows/ci.yml")["jobs"]["part"]
    versions = {it["python"] for it in part["strategy"]["matrix"]["include"]}
    oldest = re.search(r'requires-python = ">=(.*)"', (ROOT / "pyproject.toml").read_text())

    assert oldest
    assert oldest[1] in versions
    assert all(isinstance(it, str) for it in versions), "3.10 as a number is 3.1"


def test_dependencies_are_looked_for_where_they_stand() -> None:
    for update in loaded(GITHUB / "dependabot.yml")["updates"]:
        patterns = MANIFESTS[update["package-ecosystem"]]
        for directory in update.get("directories") or [update["directory"]]:
            folder = ROOT / directory.strip("/")
            assert any(any(folder.glob(pattern)) for pattern in patterns), directory


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.name)
def test_a_form_for_a_fault_asks_for_the_report(form: Path) -> None:
    fields = {it["id"]: it for it in loaded(form)["body"]}

    assert len(fields) == len(loaded(form)["body"]), "two fields of the same id"
    if form.name in ABOUT_FAULTS:
        report = fields["report"]
        assert "billing-lens report" in report["attributes"]["label"]
        assert report["validations"]["required"] is True


def test_what_the_forms_and_pages_for_people_name_is_there() -> None:
    assert {form.name for form in FORMS} > ABOUT_FAULTS
    titles = {it["title"] for it in loaded(ROOT / "package.json")["contributes"]["commands"]}
    texts = [path.read_text() for path in (*FORMS, ROOT / "SECURITY.md")]

    for text in texts:
        assert {*re.findall(r'"Billing Lens: ([^"]+)"', text)} <= titles
        for link in re.findall(r"\]\((?!https:)([^)#]+)", text):
            assert (ROOT / link).exists(), link
