"""Puts the man page into the packages, where `make man` has written it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

PAGE = "build/man/billing-lens.1"


class ManPageHook(BuildHookInterface[Any]):
    """Adds the page to the wheel's data, and to the sdist so that wheels made of it have it too."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Add the page to what is built; an editable install goes without."""
        page = Path(self.root, PAGE)
        if version == "editable" or not page.exists():
            return
        if self.target_name == "wheel":
            build_data["shared_data"][str(page)] = "share/man/man1/billing-lens.1"
        else:
            build_data["force_include"][str(page)] = PAGE
