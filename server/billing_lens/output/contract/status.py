"""What ``status --json`` and ``check --format json`` print."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import UNSET, Meta, Struct, UnsetType, field

from billing_lens.billing.credential import State
from billing_lens.billing.sources import Billing, Source
from billing_lens.config.kinds import Kind, Scope
from billing_lens.fixes.fix import Safety
from billing_lens.machine.machine import Mode
from billing_lens.machine.version import VersionOrigin
from billing_lens.output.contract import SCHEMA
from billing_lens.wishes.severity import Severity


class Position(Struct, frozen=True):
    """A place between two characters, 0-based; characters are UTF-16 code units."""

    line: Annotated[int, Meta(ge=0)]
    character: Annotated[int, Meta(ge=0)]


class Range(Struct, frozen=True):
    """Text in a file; its end is not part of it."""

    start: Position
    end: Position


class FileLocation(Struct, frozen=True):
    """Text in a file."""

    path: str
    """Absolute; `--settings` stands for settings that are given on the command line."""
    pointer: str
    """A JSON Pointer (RFC 6901) to the value; empty for the whole file."""
    range: Range


class ShellLine(Struct, frozen=True):
    """A line of a shell's start-up file."""

    path: str
    range: Range


class Location(Struct, frozen=True, kw_only=True):
    """Where something stands: text in a file, an environment variable, or a keychain's entry."""

    path: str | UnsetType = UNSET
    pointer: str | UnsetType = UNSET
    range: Range | UnsetType = UNSET
    variable: str | UnsetType = UNSET
    set_in: FileLocation | UnsetType | None = UNSET
    """The text that sets it; null when the process has it."""
    probably_set_in: ShellLine | UnsetType | None = UNSET
    """The line that seems to set it, where the process has it."""
    keychain: str | UnsetType = UNSET
    """Its service."""


class ClaudeCode(Struct, frozen=True, kw_only=True):
    """The version of Claude Code that was assumed."""

    version: str
    origin: VersionOrigin = field(name="from", default="option")
    """How it is known: said, from the `claude` on the PATH, from its state file, or not at all."""
    label: str = ""
    """For people: `Claude Code 2.1.330 (installed)`."""


class Organization(Struct, frozen=True):
    """An organization, by what files say of it."""

    id: str | None
    name: str | None = None


class Account(Struct, frozen=True):
    """The account."""

    email: str


class Route(Struct, frozen=True, kw_only=True):
    """What is in charge and who pays then."""

    source: Source
    billing: Billing
    works: bool | None = None
    """Whether it can authenticate; false when Claude Code would fail or hang, null when that cannot
    be known without running something."""
    label: str
    """Who pays, for people: `Claude Max 20x`."""
    reason: str = ""
    """Why it is in charge, for people."""
    organization: Organization | None = None
    account: Account | None = None
    plan: str | None = None
    """The subscription type as the login has it."""
    tier: str | None = None
    """The rate limit tier as the login has it."""
    profile: str | None = None
    """The profile of the ant command line."""
    provider: str | None = None
    """Claude Code's own word for the cloud provider: bedrock, vertex, foundry, mantle,
    anthropicAws."""
    host: str | None = None
    """The host of ANTHROPIC_BASE_URL, where requests go instead of Anthropic's."""
    location: Location | None = None
    """Where the credential in charge stands."""


class Credential(Struct, frozen=True, kw_only=True, rename="camel"):
    """One thing Claude Code could authenticate with."""

    source: Source
    label: str = ""
    """What it is, for people: `The profile 'default'`."""
    state: State
    state_label: str = ""
    """The state, for people: `in charge`."""
    reason: str = ""
    """Why it has that state, for people."""
    works: bool | None = None
    """As a route's `works`."""
    organization: str | None = None
    """The organization's id."""
    profile: str | None = None
    provider: str | None = None
    location: Location | None = None


class Run(Struct, frozen=True, kw_only=True, rename="camel"):
    """What a status says of one run alone, as far as two can be compared."""

    schema: Literal[1]
    claude_code: ClaudeCode
    mode: Mode
    route: Route
    credentials: tuple[Credential, ...]


class ExpectedOrganization(Struct, frozen=True):
    """The organization that should pay."""

    id: str


class Expected(Struct, frozen=True, kw_only=True):
    """What should pay."""

    billing: Billing | None
    organization: ExpectedOrganization | None
    label: str
    """For people: `a subscription of organization 1111…`."""
    origin: str = field(name="from")
    """Who says so, for people."""


class OtherMode(Struct, frozen=True, kw_only=True):
    """The route in the other mode."""

    mode: Mode
    label: str
    """Runs of this mode, for people: `Headless runs (claude -p, CI)`."""
    route: Route


class Environment(Struct, frozen=True, kw_only=True, rename="camel"):
    """One way in which Claude Code is used, and the route that it sees."""

    name: str
    """`terminal`, `editor`, `editor-terminal`, `ci`, `devcontainer` or `compose`; more may come."""
    mode: Mode
    label: str
    """For people, with the jobs it stands for: `The CI job 'review'`."""
    route: Route
    declared_in: Location | None
    """For `ci`, `devcontainer` and `compose`: the job, container or service in a file of the
    project."""
    where: tuple[str, ...]
    """The names of every job or service for which it is the same."""


class SeenAccount(Struct, frozen=True, kw_only=True):
    """An account, as a backup or the state file shows it."""

    organization: Organization
    type: str | None
    """As Claude Code names it: `claude_max`."""
    label: str
    """For people: `Dev's Organization (Claude Max)`."""


class AccountChange(Struct, frozen=True, kw_only=True):
    """A change of account, as the backups of the state file show it."""

    after: Annotated[str, Meta(extra_json_schema={"format": "date-time"})]
    """The time of the last backup that shows the former account."""
    before: SeenAccount = field(name="from")
    now: SeenAccount = field(name="to")


class ConfigFile(Struct, frozen=True, kw_only=True):
    """One config file that has a say in who pays."""

    path: str
    kind: Kind
    scope: Scope | None
    """Null for all but Claude Code's settings."""
    exists: bool


class Related(Struct, frozen=True):
    """A place that proves a finding."""

    message: str
    location: Location | None


class Fix(Struct, frozen=True, kw_only=True, rename="camel"):
    """A change that can be made."""

    id: str
    """What `fix --fix` takes."""
    title: str
    """What is done, and who pays then."""
    safety: Safety
    """Safe when nothing is lost and the right one pays afterwards."""
    resulting_route: Route


class Command(Struct, frozen=True):
    """What only a person can do."""

    run: str
    purpose: str


class Finding(Struct, frozen=True, kw_only=True):
    """One rule's verdict at one place."""

    rule: str
    """The rule's id."""
    severity: Severity
    message: str
    location: Location | None
    related: tuple[Related, ...]
    fixes: tuple[Fix, ...]
    """The best first."""
    docs: str
    """The address of the rule's page."""
    commands: tuple[Command, ...] | UnsetType = UNSET
    """Absent where there are none."""


class Status(Struct, frozen=True, kw_only=True, rename="camel"):
    """What `billing-lens status --json` prints, and what the language server sends."""

    schema: Literal[1] = SCHEMA
    claude_code: ClaudeCode
    mode: Mode
    route: Route
    expected: Expected | None
    """Null when nothing says what should pay."""
    as_expected: bool | None
    """Whether the right one pays; null when nothing is expected."""
    other_mode: OtherMode
    credentials: tuple[Credential, ...]
    """Every credential, the one that comes first on top."""
    environments: tuple[Environment, ...]
    """The route as each environment sees it."""
    last_account_change: AccountChange | None
    """When the organization or the plan last changed."""
    files: tuple[ConfigFile, ...]
    """The config files that were looked for, those that are not there included."""
    findings: tuple[Finding, ...]
    """The worst first."""
    folder: str | UnsetType | None = UNSET
    """The workspace folder (its URI) that this is about; only in `billingLens/statusChanged`."""


class Check(Struct, frozen=True, kw_only=True):
    """What `billing-lens check --format json` prints; with several homes, what each line is."""

    schema: Literal[1] = SCHEMA
    home: str | UnsetType = UNSET
    """The absolute path of the home; there only with several homes."""
    findings: tuple[Finding, ...]
    """The worst first."""
    suppressed: Annotated[int, Meta(ge=1)] | UnsetType = UNSET
    """How many findings the user's preferences leave out; absent when none."""


class Fault(Struct, frozen=True):
    """Why a home could not be checked."""

    message: str


class UnreadHome(Struct, frozen=True, kw_only=True):
    """The line of a home that could not be checked."""

    schema: Literal[1] = SCHEMA
    home: str
    """The absolute path of the home."""
    error: Fault
