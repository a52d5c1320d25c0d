"""What Claude Code is started with, as far as it bears on who pays."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from billing_lens.config.claude_options import options_in
from billing_lens.config.kinds import Scope

SELECTABLE = (Scope.USER, Scope.PROJECT, Scope.LOCAL)
"""What ``--setting-sources`` chooses from; flag and managed settings always count."""


class ClaudeArguments(Struct, frozen=True):
    """What Claude Code would be started with. `settings` is a path or JSON text."""

    settings: str | None = None
    setting_sources: tuple[Scope, ...] | None = None
    """Which of user, project and local settings count; None means all three."""
    bare: bool = False
    refused: bool = False
    """Whether ``--setting-sources`` has a word that Claude Code does not know, and ends at."""


def claude_arguments(words: Sequence[str]) -> ClaudeArguments:
    """Return what `words`, which follow the program's name, say; the last of each option counts.

    Raises:
        ValueError: an option that decides who pays lacks its value, with which the program ends.
    """
    given = {option.name: option.value for option in options_in(words)}
    for name in ("--settings", "--setting-sources"):
        if name in given and given[name] is None:
            raise ValueError(f"{name} takes a value")
    listed = given.get("--setting-sources")
    names = [name.strip() for name in listed.split(",")] if listed else []
    known = {scope.value: scope for scope in SELECTABLE}
    scopes = tuple(known[name] for name in names if name in known)
    return ClaudeArguments(
        settings=given.get("--settings"),
        setting_sources=None if listed is None else scopes,
        bare="--bare" in given,
        refused=len(scopes) < len(names),
    )
