"""Which version of Claude Code the answer is about, found without running it."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping
from functools import cached_property, total_ordering
from pathlib import Path
from typing import Final, Literal, cast

from msgspec import Struct

OLDEST_MEASURED = "2.1.110"
NEWEST_KNOWN = "2.1.330"
"""The newest version the precedence was measured on; newer ones are taken to behave like it."""

_VERSION = r"\d{1,9}\.\d{1,9}\.\d{1,9}"

VersionOrigin = Literal["option", "path", "state", "newest"]
"""`path` is the ``claude`` on PATH, `state` the ``lastOnboardingVersion`` of the state file."""

_ORIGIN_LABELS: dict[VersionOrigin, str] = {
    "option": "as you said",
    "path": "installed",
    "state": "last seen in the state file",
    "newest": "the newest known; none was found here",
}


@total_ordering
class ClaudeVersion:
    """A version of Claude Code and where it was read; `numbers` are the parts, to compare by."""

    def __init__(self, text: str, origin: VersionOrigin = "option") -> None:
        self.text: Final = text
        self.origin: Final[VersionOrigin] = origin
        self.numbers: Final = tuple(int(part) for part in text.split("."))

    @property
    def label(self) -> str:
        """For people: "Claude Code 2.1.330 (installed)"."""
        return f"Claude Code {self.text} ({_ORIGIN_LABELS[self.origin]})"

    def __repr__(self) -> str:
        return f"ClaudeVersion({self.text!r}, {self.origin!r})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, ClaudeVersion) and self.numbers == other.numbers

    def __lt__(self, other: ClaudeVersion) -> bool:
        return self.numbers < other.numbers

    def __hash__(self) -> int:
        return hash(self.numbers)


def parse_version(text: str, origin: VersionOrigin = "option") -> ClaudeVersion:
    """Return `text` (``2.1.146``, ``v2.1.146``) as a version.

    Raises:
        ValueError: the text is no version of the form MAJOR.MINOR.PATCH.
    """
    plain = text.strip().removeprefix("v")
    if not re.fullmatch(_VERSION, plain):
        raise ValueError(f"'{text}' is not a version of Claude Code; write it like {NEWEST_KNOWN}")
    return ClaudeVersion(plain, origin)


def installed_version(environment: Mapping[str, str]) -> ClaudeVersion | None:
    """Return the version of the first ``claude`` on PATH, from its link target or package.json.

    The program is never run. The native installer links ``~/.local/bin/claude`` to
    ``…/claude/versions/<version>``; npm's packages have a package.json beside or above.
    """
    for directory in environment.get("PATH", "").split(os.pathsep):
        for name in ("claude", "claude.exe", "claude.cmd"):
            program = Path(directory or ".", name)
            if directory and program.is_file():
                return _version_of_program(program)
    return None


def _version_of_program(program: Path) -> ClaudeVersion | None:
    real = program.resolve()
    if re.fullmatch(_VERSION, real.name):
        return ClaudeVersion(real.name, "path")
    npm_package = Path("node_modules", "@anthropic-ai", "claude-code", "package.json")
    above = [parent / "package.json" for parent in real.parents[:4]]
    for manifest in (*above, program.parent / npm_package):
        version = _version_in(manifest)
        if version:
            return version
    return None


def _version_in(manifest: Path) -> ClaudeVersion | None:
    try:
        package: object = json.loads(manifest.read_bytes())
    except (OSError, ValueError, RecursionError):
        return None
    if not isinstance(package, dict):
        return None
    fields = cast("dict[str, object]", package)
    name, version = fields.get("name"), fields.get("version")
    ours = isinstance(name, str) and name.startswith("@anthropic-ai/claude-code")
    if ours and isinstance(version, str) and re.fullmatch(_VERSION, version):
        return ClaudeVersion(version, "path")
    return None


_CLAUSE = r"(>=|<)(\d+\.\d+\.\d+)"


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
            match = re.fullmatch(_CLAUSE, part.strip())
            if not match:
                raise ValueError(f"not a version range: {self.text!r}")
            clauses.append((match[1], ClaudeVersion(match[2])))
        return clauses


ALL_VERSIONS = Versions()
