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


def described(environment: str, where: str = "") -> str:
    """Return an environment as the subject of a sentence: "The CI job 'test'" (one of its jobs)."""
    named = f" '{where}'" if where else ""
    return {
        "terminal": "A terminal",
        "editor": "Claude Code in VS Code",
        "editor-terminal": "VS Code's own terminal",
        "ci": f"The CI job{named}",
        "devcontainer": "The dev container",
        "compose": f"The Compose service{named}",
    }[environment]
