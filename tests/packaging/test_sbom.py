"""What `make sbom` lists is what is carried."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]

pytestmark = pytest.mark.skipif(not shutil.which("npm"), reason="needs npm")


@pytest.fixture(scope="module")
def sbom() -> dict[str, Any]:
    """Both lists, by the names of their files."""
    subprocess.run(["make", "--silent", "sbom"], cwd=ROOT, check=True, capture_output=True)
    lists = (ROOT / "dist/sbom").glob("*.cdx.json")
    return {path.name: json.loads(path.read_text(encoding="utf-8")) for path in lists}


def components(document: dict[str, Any]) -> set[tuple[str, str]]:
    assert document["bomFormat"] == "CycloneDX"
    assert document["metadata"]["component"]["name"] == "billing-lens"
    return {
        ("/".join(filter(None, (it.get("group"), it["name"]))), it["version"])
        for it in document["components"]
    }


def test_the_extension_is_made_of_the_locked_packages_in_its_bundle(sbom: dict[str, Any]) -> None:
    bundle = json.loads((ROOT / "build/bundle.json").read_text(encoding="utf-8"))
    inputs = (re.findall(r"node_modules/((?:@[^/]+/)?[^/]+)/", path) for path in bundle["inputs"])
    bundled = {names[-1] for names in inputs if names}
    locked = json.loads((ROOT / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    versions = {
        (path.rpartition("node_modules/")[2], entry["version"])
        for path, entry in locked.items()
        if path
    }

    listed = components(sbom["extension.cdx.json"])

    assert {name for name, _ in listed} == bundled
    assert "vscode-languageclient" in bundled
    assert listed <= versions


def test_the_server_is_made_of_the_locked_requirements(sbom: dict[str, Any]) -> None:
    text = (ROOT / "requirements/runtime.txt").read_text(encoding="utf-8")
    locked = set(re.findall(r"^([\w.-]+)==([\w.]+)", text, re.MULTILINE))

    assert components(sbom["server.cdx.json"]) == locked
    assert len(locked) > 5
