"""Which machine is to be read: this one, or one that is described."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path

from msgspec import Struct, field

from billing_lens.config.kinds import Platform
from billing_lens.machine.claude_arguments import ClaudeArguments


class MachineOptions(Struct, frozen=True):
    """What to look at. The defaults are this process's own machine.

    `confined` reads nothing outside `home` but the managed directory.
    """

    home: Path
    cwd: Path
    environment: Mapping[str, str]
    platform: Platform
    arguments: ClaudeArguments = field(default_factory=ClaudeArguments)
    managed_directory: Path | None = None
    version: str | None = None
    confined: bool = False


def this_machine(home: Path | None = None) -> MachineOptions:
    """Return options for the machine this process runs on."""
    platform = Platform(sys.platform) if sys.platform in ("darwin", "win32") else Platform.LINUX
    try:
        cwd = Path.cwd()
    except FileNotFoundError:
        cwd = Path.home()
    return MachineOptions(home or Path.home(), cwd, dict(os.environ), platform)
