"""Which managed settings count when an administrator delivers them in more than one way.

Source: https://code.claude.com/docs/en/managed-settings, "How Claude Code combines managed
sources" and "Keys read from every admin source". Measured on 2.1.112 as machine/system_policies.py
says: HKLM alone, HKCU when HKLM has nothing, ``{}`` or broken text; the rest is documented only.
Settings that a server delivers come before all of these and stand on no disk that could be read.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import IntEnum
from pathlib import PurePosixPath
from typing import cast

from billing_lens.config.file import ConfigFile
from billing_lens.config.kinds import Kind, Scope
from billing_lens.machine.machine import Machine
from billing_lens.machine.system_policies import PREFERENCES_FILE, Hive
from billing_lens.machine.version import Versions

CONTROL_KEYS = frozenset({"managedSourcesBehavior", "wslInheritsWindowsSettings"})
"""Keys that say how sources combine; a source with no other key delivers no policy."""

VARIABLES_ADD_UP = Versions(">=2.1.223")
"""Since then a variable that the source in charge leaves unset comes from the next one below."""


class ManagedSource(IntEnum):
    """The ways managed settings reach a machine, weakest first."""

    USER_REGISTRY = 1
    """Users can write it themselves: it counts only when nothing above it delivers a policy."""
    FILES = 2
    """``managed-settings.json`` and ``managed-settings.d``, merged."""
    DEVICE = 3
    """The registry's HKLM on Windows, managed preferences on macOS."""


def source_of(file: ConfigFile) -> ManagedSource:
    """Return the way a file of managed settings reached the machine."""
    if file.path == Hive.CURRENT_USER.place:
        return ManagedSource.USER_REGISTRY
    is_preference = PurePosixPath(file.path).name == PREFERENCES_FILE
    if is_preference or file.path == Hive.LOCAL_MACHINE.place:
        return ManagedSource.DEVICE
    return ManagedSource.FILES


def managed_settings(machine: Machine) -> Iterator[ConfigFile]:
    """Yield the managed settings in charge, weakest first: those of the strongest source alone.

    Helpers and login pins are read from nowhere else, also when sources are merged.
    """
    selected = _selected(machine)
    return (file for file in _weakest_first(machine) if source_of(file) is selected)


def managed_variables(machine: Machine) -> Iterator[ConfigFile]:
    """Yield the managed settings whose ``env`` counts, weakest first."""
    if machine.version not in VARIABLES_ADD_UP:
        return managed_settings(machine)
    selected = _selected(machine)
    return (
        file
        for file in _weakest_first(machine)
        if source_of(file) in (selected, ManagedSource.FILES, ManagedSource.DEVICE)
    )


def _weakest_first(machine: Machine) -> list[ConfigFile]:
    return sorted(machine.files_of(Kind.CLAUDE_SETTINGS, Scope.MANAGED), key=source_of)


def _selected(machine: Machine) -> ManagedSource | None:
    """Return the strongest source that delivers a policy, None when none does."""
    files = machine.files_of(Kind.CLAUDE_SETTINGS, Scope.MANAGED)
    return max((source_of(file) for file in files if _delivers_policy(file)), default=None)


def _delivers_policy(file: ConfigFile) -> bool:
    value = file.value
    return isinstance(value, dict) and bool(cast("dict[str, object]", value).keys() - CONTROL_KEYS)
