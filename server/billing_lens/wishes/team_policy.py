"""What a team wants, from the project's ``.billing-lens.toml``.

```toml
[expected]
billing = "subscription"
organization = "11111111-1111-4111-8111-111111111111"

[allowed]
sources = ["claude_ai_login", "oauth_token"]

[rules]
secret-in-project = "error"
```

A file of a folder that nobody trusts can add findings, and take none away.
"""

from __future__ import annotations

from typing import cast

from msgspec import Struct

from billing_lens.billing.expectation import Wish
from billing_lens.billing.place import Place
from billing_lens.billing.sources import Source
from billing_lens.billing.trust import is_trusted
from billing_lens.config.file import ConfigFile, Problem
from billing_lens.config.kinds import Kind
from billing_lens.machine.machine import Machine
from billing_lens.wishes.toml_reader import Severities, TomlReader

ALLOWABLE = tuple(source for source in Source if source is not Source.NONE)


class TeamPolicy(Struct, frozen=True):
    """What ``.billing-lens.toml`` says; `problems` are the parts that could not be understood."""

    file: ConfigFile
    wish: Wish | None
    severities: Severities
    sources: tuple[Source, ...] | None
    """What may pay; None when everything may."""
    sources_place: Place
    is_trusted: bool
    """Whether the user told Claude Code to trust the folder; else it can only add findings."""
    problems: tuple[Problem, ...]


def team_policy_of(machine: Machine) -> TeamPolicy | None:
    """Return the policy of the project that Claude Code would start in, None without one."""
    file = next(machine.files_of(Kind.TEAM_POLICY), None)
    if file is None:
        return None
    reader = TomlReader(file, ("expected", "allowed", "rules"))
    return TeamPolicy(
        file=file,
        wish=reader.wish("the team's .billing-lens.toml"),
        severities=reader.severities(),
        sources=_sources(reader),
        sources_place=Place(file.path, "", span=reader.span_of("sources")),
        is_trusted=is_trusted(machine, machine.path(file.path).parent),
        problems=tuple(reader.problems),
    )


def _sources(reader: TomlReader) -> tuple[Source, ...] | None:
    """Return what is allowed; an unknown word allows nothing, and is told."""
    listed = reader.section("allowed", ("sources",)).get("sources")
    if listed is None:
        return None
    words = cast("list[object]", listed) if isinstance(listed, list) else [listed]
    known = {source.value: source for source in ALLOWABLE}
    if not isinstance(listed, list) or any(word not in known for word in words):
        reader.wrong("sources", f"sources is a list of {', '.join(known)}.")
    return tuple(known[word] for word in words if isinstance(word, str) and word in known)
