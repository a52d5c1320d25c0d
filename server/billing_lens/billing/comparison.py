"""Two runs of Claude Code side by side: where they first differ, and what that does to who pays."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from billing_lens.billing.credential import State, short_id
from billing_lens.billing.precedence import PRECEDENCE
from billing_lens.billing.runs import Payer
from billing_lens.billing.sources import SOURCES, Family, Source
from billing_lens.machine.machine import Mode

_USED = (State.ACTIVE, State.ALSO_SENT, State.SHADOWED)
"""The states of what could be in charge; which one it is depends on what comes before it."""


class Standing(Struct, frozen=True):
    """A credential on one side: what it is called, what becomes of it, and where it stands."""

    source: Source
    name: str
    state: State
    reason: str
    organization: str | None
    place: str

    @property
    def identity(self) -> tuple[object, ...]:
        """What makes it another credential, or one that counts otherwise."""
        state = State.ACTIVE if self.state in _USED else self.state
        return self.name, state, self.organization


class Side(Struct, frozen=True):
    """One of the two: a run as ``status`` tells it, here or saved elsewhere."""

    name: str
    mode: Mode
    version: str
    payer: Payer
    label: str
    reason: str
    works: bool | None
    standings: tuple[Standing, ...]

    @property
    def active(self) -> Standing | None:
        """The credential in charge."""
        return next((it for it in self.standings if it.state is State.ACTIVE), None)


class Difference(Struct, frozen=True):
    """One thing that is not the same: what it is on each side, and what comes of it."""

    what: str
    one: str
    other: str
    effect: str
    places: tuple[str, str] = ("", "")
    """Where it stands on each side."""


class Comparison(Struct, frozen=True):
    """Two sides with all that differs, in Claude Code's order: the first decides."""

    one: Side
    other: Side
    differences: tuple[Difference, ...]

    @property
    def same_payer(self) -> bool:
        """Whether nothing known tells the payers apart."""
        return self.one.payer.may_be(self.other.payer)


def compare(one: Side, other: Side) -> Comparison:
    """Return what differs between two sides. Secrets are not known here, so not compared."""
    return Comparison(one, other, (*_credentials(one, other), *_circumstances(one, other)))


def _credentials(one: Side, other: Side) -> Iterator[Difference]:
    for source in _order(one, other):
        here, there = _of(one, source), _of(other, source)
        if [it.identity for it in here] != [it.identity for it in there]:
            named = (here or there)[0].name
            effect = _effect(source, one, other)
            places = _places(here), _places(there)
            yield Difference(named, _described(here), _described(there), effect, places)


def _order(one: Side, other: Side) -> tuple[Source, ...]:
    """Return the sources in the order in which one of the sides was decided."""
    in_charge = [it.active.source for it in (one, other) if it.active]
    profile_first = any(SOURCES[source].family is Family.PROFILE for source in in_charge)
    name = "explicit or federated profile above the login" if profile_first else "login first"
    return next(order.sources for order in PRECEDENCE if order.name == name)


def _of(side: Side, source: Source) -> list[Standing]:
    return [it for it in side.standings if it.source is source]


def _described(standings: list[Standing]) -> str:
    return "; ".join(map(_standing, standings)) or "absent"


def _standing(it: Standing) -> str:
    said = it.state.label if it.state in _USED else f"does not count: {it.reason.rstrip('.')}"
    whose = f", organization {short_id(it.organization)}" if it.organization else ""
    return said + whose


def _places(standings: list[Standing]) -> str:
    return "; ".join(it.place for it in standings if it.place)


def _effect(source: Source, one: Side, other: Side) -> str:
    charged = [it for it in (one, other) if it.active and it.active.source is source]
    if len(charged) == 1:
        return f"It decides in {charged[0].name}: {charged[0].label}."
    if charged:
        return "It decides in both, and is not the same."
    return "It decides in neither."


def _circumstances(one: Side, other: Side) -> Iterator[Difference]:
    if one.payer.host != other.payer.host:
        here, there = (it.payer.host or "Anthropic's own" for it in (one, other))
        yield Difference("host", here, there, "ANTHROPIC_BASE_URL says where requests go.")
    if one.mode != other.mode:
        effect = "Headless runs use an API key without asking."
        yield Difference("mode", one.mode.value, other.mode.value, effect)
    if one.version != other.version:
        effect = "The order of credentials depends on the version."
        yield Difference("Claude Code", one.version, other.version, effect)
