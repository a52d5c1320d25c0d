"""What a machine's ``config.toml`` and the project's ``.billing-lens.toml`` wish.

```toml
[expected]
billing = "subscription"
organization = "11111111-1111-4111-8111-111111111111"

[allowed]  # in a team's file
sources = ["claude_ai_login", "oauth_token"]

[rules]
organization-changed = "off"
credentials-exposed = "error"
```

A file of a folder that nobody trusts can add findings, and take none away.
"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct
from msgspec.structs import replace

from billing_lens.billing.expectation import Wish
from billing_lens.billing.place import Place
from billing_lens.billing.trust import is_trusted
from billing_lens.config.file import ConfigFile
from billing_lens.config.file_entry import FileState
from billing_lens.config.kinds import Kind
from billing_lens.machine.machine import Machine
from billing_lens.text.positions import Span
from billing_lens.wishes.file_wishes import WHOSE, FileWishes
from billing_lens.wishes.store import WishStore

_ORIGINS = {
    Kind.PREFERENCES: "your config.toml",
    Kind.TEAM_POLICY: "the team's .billing-lens.toml",
}


class OwnFile(Struct, frozen=True):
    """One of the two files, which is there, with what it wishes."""

    file: ConfigFile
    wishes: FileWishes

    def place(self, span: Span | None) -> Place:
        """Return a place in the file."""
        return Place(self.file.path, "", span=span)

    @property
    def wish(self) -> Wish | None:
        """Who should pay, None where that is not said."""
        said = self.wishes
        if not (said.billing or said.organization):
            return None
        place = self.place(said.expected_span)
        return Wish(said.billing, said.organization, _ORIGINS[self.file.kind], place)


class OwnFiles(Struct, frozen=True):
    """Both files, as far as they are there."""

    preferences: OwnFile | None = None
    policy: OwnFile | None = None
    trusts_policy: bool = False
    """Whether the user told Claude Code to trust the policy's folder; else it can only add."""

    def __iter__(self) -> Iterator[OwnFile]:
        return filter(None, (self.preferences, self.policy))


def own_files_of(machine: Machine, store: WishStore | None = None) -> OwnFiles:
    """Return what both files wish; what `store` remembers of them is not read anew."""
    preferences, policy = (
        OwnFile(file, _wishes_of(file, store))
        if file and file.entry.state is not FileState.MISSING
        else None
        for file in (preferences_file_of(machine), _file_of(machine, Kind.TEAM_POLICY))
    )
    return OwnFiles(preferences, policy, policy is not None and trusts(machine, policy))


def preferences_file_of(machine: Machine) -> ConfigFile | None:
    """Return the user's file, also where it is not there yet; None for a job of CI."""
    return _file_of(machine, Kind.PREFERENCES)


def trusts(machine: Machine, policy: OwnFile) -> bool:
    """Return whether the user of `machine` told Claude Code to trust the policy's folder."""
    return is_trusted(machine, machine.path(policy.file.path).parent)


def _file_of(machine: Machine, kind: Kind) -> ConfigFile | None:
    return next((file for file in machine.files.values() if file.kind is kind), None)


def _wishes_of(file: ConfigFile, store: WishStore | None) -> FileWishes:
    if file.problems:
        nothing = f"Nothing in {WHOSE[file.kind]} counts."
        return FileWishes(
            problems=tuple(replace(it, message=f"{it.message} {nothing}") for it in file.problems)
        )
    kept = store.find(file) if store else None
    if kept is not None:
        return kept
    from billing_lens.wishes.reading import read_wishes  # noqa: PLC0415 pydantic and two parsers

    wishes = read_wishes(file.kind, file.buffer.data if file.opened else file.entry.data)
    if store:
        store.keep(file, wishes)
    return wishes
