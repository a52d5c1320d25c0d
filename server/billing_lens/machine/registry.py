r"""Managed settings in the Windows registry, one JSON text for each hive that has them.

``HKLM\SOFTWARE\Policies\ClaudeCode``, value ``Settings`` of type REG_SZ or REG_EXPAND_SZ, and the
same below HKCU (https://code.claude.com/docs/en/managed-settings, "Where each mechanism stores the
policy"). Measured on 2.1.112 in the way that machine/keychain.py tells, with a program `reg`.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from enum import Enum

POLICY_KEY = r"SOFTWARE\Policies\ClaudeCode"
POLICY_VALUE = "Settings"


class Hive(str, Enum):
    """The part of the registry a policy stands in."""

    LOCAL_MACHINE = "HKEY_LOCAL_MACHINE"
    """Only an administrator can write there."""
    CURRENT_USER = "HKEY_CURRENT_USER"

    @property
    def place(self) -> str:
        """Where the policy stands, as the registry editor writes it; it serves as a path."""
        return rf"{self.value}\{POLICY_KEY}\{POLICY_VALUE}"


RegistryReader = Callable[[Hive], str | None]
"""Returns the JSON text of a hive's policy, None when it has none."""


if sys.platform == "win32":
    import winreg

    def read_windows_registry(hive: Hive) -> str | None:
        """Return the JSON text of a hive's policy as it stands, its ``%NAMES%`` not expanded.

        None when the hive has none, and when it may not be read.
        """
        roots = {
            Hive.LOCAL_MACHINE: winreg.HKEY_LOCAL_MACHINE,
            Hive.CURRENT_USER: winreg.HKEY_CURRENT_USER,
        }
        try:
            with winreg.OpenKey(roots[hive], POLICY_KEY) as key:
                value, kind = winreg.QueryValueEx(key, POLICY_VALUE)
        except OSError:
            return None
        return value if kind in (winreg.REG_SZ, winreg.REG_EXPAND_SZ) else None

else:

    def read_windows_registry(hive: Hive) -> str | None:
        """Return None: there is no registry here."""
        del hive
