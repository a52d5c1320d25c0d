"""Ranges of Claude Code versions, written as ``>=2.1.118,<2.1.154``."""

from __future__ import annotations

import re
from functools import cached_property

from msgspec import Struct

from billing_lens.machine.version import ClaudeVersion

_CLAUSE = re.compile(r"(>=|<)(\d+\.\d+\.\d+)")


class Versions(Struct, frozen=True, dict=True):
    """A half-open range of versions; an empty text means every version."""

    text: str = ""

    def __post_init__(self) -> None:
        """Check the text.

        Raises:
            ValueError: a clause is not ``>=VERSION`` or ``<VERSION``.
        """
        _ = self._clauses

    def __contains__(self, version: ClaudeVersion) -> bool:
        return all(
            version >= bound if comparison == ">=" else version < bound
            for comparison, bound in self._clauses
        )

    @cached_property
    def _clauses(self) -> list[tuple[str, ClaudeVersion]]:
        clauses: list[tuple[str, ClaudeVersion]] = []
        for part in filter(None, self.text.split(",")):
            match = _CLAUSE.fullmatch(part.strip())
            if not match:
                raise ValueError(f"not a version range: {self.text!r}")
            clauses.append((match[1], ClaudeVersion(match[2])))
        return clauses


ALL_VERSIONS = Versions()
