"""The headline machine on disk, with the fixes that are offered for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from billing_lens.billing.route import Route, resolve_route
from billing_lens.billing.sources import Source
from billing_lens.fixes.apply import apply_fix
from billing_lens.fixes.fix import Fix
from billing_lens.fixes.journal import (
    Entry,
    Journal,
    KeptFinding,
    Occasion,
    journal_directory,
)
from billing_lens.fixes.profile_fixes import profile_fixes
from billing_lens.machine.machine import Machine, Mode
from tests.cli.command_line import fingerprint
from tests.machines import BuiltMachine, MadeUpMachine, headline
from tests.unit.machine.snapshot import reader_of

CONFIG = ".config/anthropic/configs/default.json"
CREDENTIALS = ".config/anthropic/credentials/default.json"
ACTIVE_CONFIG = ".config/anthropic/active_config"
CLEAR, RETIRE = "clear-sign-in:default", "retire-profile:default"

OCCASION = Occasion(
    rule="a-rule",
    title="A change",
    finding=KeptFinding("Somebody else pays.", "/home/dev/x", "/organization_id"),
    mode="interactive",
    before_route="before",
    promised_route="promised",
)


def fixes_of(machine: Machine) -> dict[str, Fix]:
    """Return the fixes for the profiles of `machine`, by id."""
    route = resolve_route(machine, Mode.INTERACTIVE)
    profile = next(route.credentials_from(Source.PROFILE))
    return {fix.id: fix for fix in profile_fixes(machine, profile)}


@dataclass(frozen=True)
class Case:
    """One machine on disk, read once, and its journal."""

    built: BuiltMachine
    machine: Machine
    journal: Journal
    version: str

    @property
    def config(self) -> Path:
        """The profile's config file."""
        return self.built.home / CONFIG

    def apply(self, fix: str) -> Entry:
        """Apply a fix to the disk as it was read."""
        return apply_fix(fixes_of(self.machine)[fix], self.machine, self.journal, OCCASION)

    def route_now(self) -> Route:
        """Return the route of what is on the disk now."""
        return resolve_route(reader_of(self.built, self.version).read(), Mode.INTERACTIVE)


def case(
    root: Path,
    files: Mapping[str, object] | None = None,
    machine: MadeUpMachine | None = None,
    version: str = "2.1.146",
) -> Case:
    """Build the headline machine, or `machine`, with some files replaced."""
    built = (machine or headline()).with_files(files or {}).build(root)
    journal = Journal(journal_directory(built.home))
    return Case(built, reader_of(built, version).read(), journal, version)


def read_again(subject: Case) -> Case:
    """Return the same machine, read again."""
    return replace(subject, machine=reader_of(subject.built, subject.version).read())


def without_journal(subject: Case) -> dict[str, tuple[str, int, str]]:
    """Return what is in the home, the journal aside."""
    seen = fingerprint(subject.built.home)
    return {path: what for path, what in seen.items() if not path.startswith(".local")}
