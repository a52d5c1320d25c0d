"""A run: one way in which Claude Code is used, and who pays for it."""

from __future__ import annotations

from typing import NamedTuple

from msgspec import Struct

from billing_lens.billing.place import Place
from billing_lens.billing.route import Route
from billing_lens.billing.sources import Billing
from billing_lens.machine.machine import Mode


class DeclaredIn(Struct, frozen=True):
    """A job, service or container in a file of the project, and what decides who pays in it."""

    name: str
    place: Place
    decided_by: Place | None


class SeenFrom(Struct, frozen=True):
    """The route of one environment: ``terminal``, ``editor-terminal`` or ``editor``.

    Or one that the project's files declare: ``ci``, ``devcontainer`` or ``compose``; `declared`
    then says where, and holds every job with this outcome.
    """

    name: str
    mode: Mode
    route: Route
    declared: tuple[DeclaredIn, ...] = ()

    @property
    def label(self) -> str:
        """For people, with every job it stands for: "The CI job 'lint, test'"."""
        return described(self.name, ", ".join(dict.fromkeys(it.name for it in self.declared)))

    @property
    def inside(self) -> str:
        """Where that is, as a part of a sentence: "in VS Code"."""
        return _RUNS[self.name].inside or f"in {self.mode.value} runs"


class Payer(NamedTuple):
    """What tells one payer from another."""

    billing: Billing
    organization: str | None
    provider: str | None
    host: str | None

    def may_be(self, other: Payer) -> bool:
        """Return whether nothing tells the two apart; an organization not known tells nothing."""
        known = {it.organization for it in (self, other) if it.organization}
        alike = self._replace(organization=None) == other._replace(organization=None)
        return alike and len(known) <= 1


def payer_of(route: Route) -> Payer:
    """Return who pays for a run, as far as it is known."""
    organization = route.organization.id if route.organization else None
    return Payer(route.billing, organization, route.provider, route.host)


class _Words(NamedTuple):
    subject: str
    inside: str
    is_named: bool = False


_RUNS = {
    "terminal": _Words("A terminal", ""),
    "editor": _Words("Claude Code in VS Code", "in VS Code"),
    "editor-terminal": _Words("VS Code's own terminal", "in VS Code's terminal"),
    "ci": _Words("The CI job", "in CI", is_named=True),
    "devcontainer": _Words("The dev container", "in the dev container"),
    "compose": _Words("The Compose service", "in Compose", is_named=True),
}


def described(environment: str, where: str = "") -> str:
    """Return an environment as the subject of a sentence: "The CI job 'test'" (one of its jobs)."""
    words = _RUNS[environment]
    return f"{words.subject} '{where}'" if where and words.is_named else words.subject


def described_mode(mode: Mode) -> str:
    """Return all runs of a mode, as the subject of a sentence that they do not begin."""
    return "headless runs (claude -p, CI)" if mode is Mode.HEADLESS else "interactive runs"
