"""From where Claude Code is started, as far as it changes which credential is taken."""

from __future__ import annotations

from enum import Enum

from billing_lens.billing.environment import (
    DESKTOP_ENTRYPOINTS,
    OTHER_DESKTOP_ENTRYPOINT,
    Environment,
)
from billing_lens.machine.machine import Machine


class Surface(str, Enum):
    """Where Claude Code runs (cases named ``entrypoint …`` and ``--bare …``)."""

    TERMINAL = "terminal"
    VSCODE = "vscode"
    DESKTOP = "desktop"
    """The desktop application or a remote session: first-party logins come first."""
    OTHER_DESKTOP = "other desktop"
    """The desktop application with a provider of its own: as in a terminal, without profiles."""
    BARE = "bare"
    """``--bare`` or CLAUDE_CODE_SIMPLE: no login, no profile, only keys."""


def surface_of(machine: Machine, environment: Environment) -> Surface:
    """Return from where Claude Code would be started on this machine."""
    if machine.arguments.bare or environment.is_on("CLAUDE_CODE_SIMPLE"):
        return Surface.BARE
    entrypoint = environment.get("CLAUDE_CODE_ENTRYPOINT")
    name = entrypoint.value.strip() if entrypoint else ""
    if name in DESKTOP_ENTRYPOINTS or environment.is_on("CLAUDE_CODE_REMOTE"):
        return Surface.DESKTOP
    return _ENTRYPOINTS.get(name, Surface.TERMINAL)


_ENTRYPOINTS = {
    "claude-vscode": Surface.VSCODE,
    OTHER_DESKTOP_ENTRYPOINT: Surface.OTHER_DESKTOP,
}
