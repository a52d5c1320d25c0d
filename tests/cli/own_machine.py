"""Keeps tests away from the machine they run on."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

FOREIGN = ("ANTHROPIC_", "CLAUDE", "XDG_", "APPDATA", "USERPROFILE", "LOCALAPPDATA", "IS_DEMO")


@pytest.fixture(autouse=True)
def own_home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give every test an empty home of its own and none of this machine's variables."""
    home = tmp_path_factory.mktemp("own-home")
    for name in list(os.environ):
        if name.startswith(FOREIGN) or name in ("NO_COLOR", "FORCE_COLOR"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("USERPROFILE", str(home))
    return home
