"""How bad a finding is, as rules report it and people want it."""

from __future__ import annotations

from enum import Enum


class Severity(str, Enum):
    """How bad a finding is: who pays wrongly is an error, who would elsewhere a warning."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"
    HINT = "hint"

    @property
    def rank(self) -> int:
        """0 for the worst."""
        return _RANKS[self]


_RANKS = {severity: rank for rank, severity in enumerate(Severity)}
