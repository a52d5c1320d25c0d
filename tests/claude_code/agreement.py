"""Whether the real Claude Code, in any version, does on recorded machines what Billing Lens says.

A recorded machine can be run with another version than it was recorded with: what is compared is
what we say for that version with what the program then does.
"""

from __future__ import annotations

import json
import random
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any, Literal

from billing_lens.machine.machine import Mode
from tests.claude_code.observe import (
    Observation,
    observe_interactive,
    observe_status,
    observe_wire,
)
from tests.claude_code.sources import UnknownSourceError, source_of
from tests.conformance.recorded import mode_of, route_on
from tests.machines import MadeUpMachine

Case = Mapping[str, Any]
"""One line of the recordings."""

_FIRST_PARTY = "firstParty"
_SEEN_WITHOUT_REQUEST = ("cloud_provider", "none")
"""Sources that show without a model request: their requests go elsewhere, or there are none."""

_DIALOGS: Mapping[re.Pattern[str], tuple[str, ...]] = {
    re.compile("custom API key", re.IGNORECASE): ("\r",),
    re.compile("[Ss]ettings (?:[Ee]rror|[Ww]arning)|without these settings"): (
        "\x1b[B",
        "\x1b[B",
        "\r",
    ),
    re.compile("trust", re.IGNORECASE): ("\r",),
}
"""What comes up before the start screen, and the keys that leave it as the recorded runs did."""


@dataclass(frozen=True)
class Payer:
    """Who is in charge: the source, and of a cloud provider Claude Code's own word for it."""

    source: str
    provider: str | None = None

    def __str__(self) -> str:
        return f"{self.source} ({self.provider})" if self.provider else self.source


@dataclass(frozen=True)
class Sight:
    """Who was in charge of a run of the program, and how far that is proven."""

    payer: Payer
    evidence: str
    is_proven: bool


@dataclass(frozen=True)
class Outcome:
    """One machine, what we said of it and what one version of the program did."""

    case: Case
    version: str
    said: Payer
    seen: Sight | None
    """None when the run did not tell."""
    trouble: str = ""
    """Why the run did not tell."""

    @property
    def verdict(self) -> Literal["agrees", "differs", "unclear"]:
        """``unclear`` when another source was only claimed, and no model request showed it."""
        if self.seen is None:
            return "unclear"
        if self.seen.payer == self.said:
            return "agrees"
        return "differs" if self.seen.is_proven else "unclear"

    @property
    def expected_source(self) -> str:
        """The source that was recorded: the stratum the machine was drawn from."""
        return self.case["expect"]["source"]


def comparable(cases: Iterable[Case]) -> list[Case]:
    """Return the cases that a run can confirm, each machine once, of its newest recording.

    A case known by its status alone shows no payer, but for cloud providers and nobody.
    """
    newest_last = sorted(cases, key=lambda case: _numbers(case["version"]))
    distinct = {_machine_of(case): case for case in newest_last if _shows_its_payer(case)}
    return sorted(distinct.values(), key=lambda case: case["id"])


def sample(cases: Sequence[Case], size: int, seed: int) -> list[Case]:
    """Return `size` cases, as many of each recorded source as there are, the same for a `seed`."""
    shuffled = list(cases)
    random.Random(seed).shuffle(shuffled)
    strata: dict[str, list[Case]] = {}
    for case in shuffled:
        strata.setdefault(case["expect"]["source"], []).append(case)
    in_turn = zip_longest(*(strata[source] for source in sorted(strata)))
    return [case for turn in in_turn for case in turn if case is not None][:size]


def compare(case: Case, version: str) -> Outcome:
    """Return what we say of the case's machine for `version`, and what that version does.

    Raises:
        ProgramUnavailableError: this version cannot be had.
    """
    route = route_on(case, version)
    said = Payer(route.source.value, route.provider)
    try:
        return Outcome(case, version, said, _look(case, version))
    except UnknownSourceError as reason:
        return Outcome(case, version, said, None, str(reason))


def _look(case: Case, version: str) -> Sight:
    machine = MadeUpMachine.from_case(case)
    if case["expect"]["source"] == "cloud_provider":
        # Its requests go to hosts of its own, so only the status can tell.
        provider = _provider_in(observe_status(machine, version))
        if provider:
            return Sight(Payer("cloud_provider", provider), "claude auth status", is_proven=True)
    is_interactive = mode_of(case) is Mode.INTERACTIVE
    traffic = (
        _past_dialogs(case, machine, version) if is_interactive else observe_wire(machine, version)
    )
    asked = "claude, asked hi" if is_interactive else "claude -p hi"
    return _sight_of(machine, traffic, asked)


def _sight_of(machine: MadeUpMachine, traffic: Observation, asked: str) -> Sight:
    """Return whom the request was billed to; the status is only asked where it does not tell."""
    try:
        billed = source_of(machine, traffic)
        if billed.basis == "wire":
            return Sight(Payer(billed.source), f"the model request of {asked}", is_proven=True)
    except UnknownSourceError:
        pass
    status = observe_status(machine, traffic.version)
    if provider := _provider_in(status):
        return Sight(Payer("cloud_provider", provider), "claude auth status", is_proven=True)
    billed = source_of(machine, traffic, status)
    if billed.basis == "wire":
        told = f"the model request of {asked}, told apart by claude auth status"
        return Sight(Payer(billed.source), told, is_proven=True)
    is_proven = billed.source in _SEEN_WITHOUT_REQUEST
    return Sight(Payer(billed.source), f"no model request of {asked}; its status", is_proven)


def _past_dialogs(case: Case, machine: MadeUpMachine, version: str) -> Observation:
    """Run interactively, and again with the answer to each dialog that stood before the start."""
    keys = tuple(case.get("keys", ()))
    seen = observe_interactive(machine, version, keys)
    for _ in _DIALOGS:
        answer = _answer_to("\n".join(seen.first_screen))
        if seen.model_requests or not answer:
            break
        keys += answer
        seen = observe_interactive(machine, version, keys)
    return seen


def _answer_to(screen: str) -> tuple[str, ...]:
    return next((keys for dialog, keys in _DIALOGS.items() if dialog.search(screen)), ())


def _provider_in(status: Observation) -> str | None:
    provider = status.status.get("apiProvider")
    return provider if isinstance(provider, str) and provider != _FIRST_PARTY else None


def _shows_its_payer(case: Case) -> bool:
    expected = case["expect"]
    return expected["basis"] != "status" or expected["source"] in _SEEN_WITHOUT_REQUEST


def _machine_of(case: Case) -> str:
    parts = ("files", "env", "cwd", "args", "keys")
    machine = {part: case[part] for part in parts if part in case}
    return json.dumps([machine, mode_of(case).value], sort_keys=True)


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))
