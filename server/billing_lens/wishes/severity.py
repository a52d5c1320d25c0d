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


OFF = "off"
LEVELS = (OFF, *(severity.value for severity in Severity))
"""What can be wished of a rule."""


def severity_of(level: str) -> Severity | None:
    """Return the severity that one of `LEVELS` stands for, None when the rule is off."""
    return None if level == OFF else Severity(level)


_RANKS = {severity: rank for rank, severity in enumerate(Severity)}
