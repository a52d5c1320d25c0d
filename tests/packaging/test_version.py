"""One version, wherever it stands."""

from __future__ import annotations

import json
from pathlib import Path

from billing_lens import __version__

ROOT = Path(__file__).parents[2]


def test_the_extension_has_the_version_of_the_program() -> None:
    for name in ("package.json", "package-lock.json"):
        manifest = json.loads((ROOT / name).read_text(encoding="utf-8"))
        assert manifest["version"] == __version__, f"make version VERSION={__version__}"
    assert manifest["packages"][""]["version"] == __version__
