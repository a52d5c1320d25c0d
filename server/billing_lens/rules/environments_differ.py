"""Rule environments-differ: Claude Code is paid differently elsewhere than in a terminal."""

from __future__ import annotations

from collections.abc import Iterator

from billing_lens.billing.credential import State, describe_source
from billing_lens.billing.expectation import is_as_expected
from billing_lens.billing.place import Place
from billing_lens.billing.route import Route
from billing_lens.billing.runs import DeclaredIn, SeenFrom, described, payer_of
from billing_lens.billing.sources import Billing, Source
from billing_lens.config.kinds import Kind
from billing_lens.fixes.variable_fixes import variable_fixes
from billing_lens.machine.machine import Machine, Mode
from billing_lens.rules.rule import Command, Finding, Related, Verdict, rule
from billing_lens.rules.wrong_payer import in_charge
from billing_lens.wishes.severity import Severity


@rule(
    "environments-differ",
    severity=Severity.WARNING,
    evidence=("entrypoint vscode: userkey", "#12383", "#10415", "#38314"),
)
def check(machine: Machine, verdict: Verdict) -> Iterator[Finding]:
    """Claude Code in the editor, in CI or in a container is paid differently than in a terminal."""
    terminal = {seen.mode: seen for seen in verdict.environments if seen.name == "terminal"}
    if Mode.INTERACTIVE not in terminal:
        return
    usual = terminal[Mode.INTERACTIVE].route
    for seen in verdict.environments:
        if seen.name != "terminal" and payer_of(seen.route) != payer_of(usual):
            yield _finding(machine, verdict, seen, usual)
    yield from _declared(verdict, usual)


def _described(route: Route) -> str:
    """Return who pays, with the host where it is not part of that already."""
    through = f" through {route.host}" if route.host and route.host not in route.label else ""
    return route.label + through


def _finding(machine: Machine, verdict: Verdict, seen: SeenFrom, usual: Route) -> Finding:
    place, other = _blamed(machine, seen.route, usual)
    matters = verdict.expected is not None
    return Finding(
        Severity.WARNING if matters else Severity.INFO,
        f"{described(seen.name)} bills {_described(seen.route)}, but in a terminal it is "
        f"{_described(usual)}.",
        place,
        (Related(other, "The other environment uses this."),) if other else (),
        tuple(variable_fixes(machine, place)) if seen.route in verdict.wrong_routes else (),
    )


def _blamed(machine: Machine, seen: Route, usual: Route) -> tuple[Place, Place | None]:
    """Return what makes the difference, VS Code's own settings before all, and the other place."""
    selector = None if seen.source is Source.NONE else in_charge(seen).selected_by
    candidates = (seen.host_place, selector, seen.place, usual.place)
    places = [place for place in candidates if place]
    for place in places:
        file = machine.file(place.path) if place.path else None
        if file and file.kind is Kind.VSCODE_SETTINGS:
            return place, usual.place
    first = places[0] if places else Place(str(machine.claude.state), "")
    return first, next((place for place in places if place != first), None)


def _declared(verdict: Verdict, usual: Route) -> Iterator[Finding]:
    """Yield the declared runs that are paid otherwise, once for each text that decides it.

    CI may well be paid otherwise than a terminal, so that alone is an information; it is a warning
    where somebody said who should pay.
    """
    marked: set[Place] = set()
    for seen in verdict.declared:
        for declared in seen.declared if _severity(verdict, seen.route, usual) else ():
            place = declared.decided_by
            if place and place not in marked:
                marked.add(place)
                yield _declared_finding(verdict, seen, declared, place, usual)


def _severity(verdict: Verdict, route: Route, usual: Route) -> Severity | None:
    expected = verdict.expected
    if route.billing is Billing.NONE:
        return None
    if expected is not None and not expected.inferred:
        return Severity.WARNING if is_as_expected(route, expected) is False else None
    differs = usual.billing is not Billing.NONE and not payer_of(route).may_be(payer_of(usual))
    return Severity.INFO if differs else None


def _declared_finding(
    verdict: Verdict, seen: SeenFrom, declared: DeclaredIn, place: Place, usual: Route
) -> Finding:
    severity = _severity(verdict, seen.route, usual) or Severity.INFO
    behind = (State.SHADOWED, State.ALSO_SENT)
    unused = [it for it in seen.route.credentials_from(Source.OAUTH_TOKEN) if it.state in behind]
    if unused:
        first = describe_source(in_charge(seen.route))
        contrast = f": {first} comes before the subscription's token given there"
    elif severity is Severity.WARNING:
        contrast = ", which is not what you expect"
    else:
        contrast = f", but in a terminal it is {_described(usual)}"
    related = [Related(it.place, "This token is not used.") for it in unused]
    if usual.place:
        related.append(Related(usual.place, "A terminal uses this."))
    return Finding(
        severity,
        f"{_who(seen, declared)} {_described(seen.route)}{contrast}.",
        place,
        tuple(related),
        commands=tuple(_token(verdict)) if severity is Severity.WARNING and not unused else (),
    )


def _who(seen: SeenFrom, declared: DeclaredIn) -> str:
    name = described(seen.name, declared.name)
    if seen.name == "devcontainer" and seen.mode is Mode.HEADLESS:
        return f"A headless run in {name[0].lower()}{name[1:]} bills"
    return f"{name} bills"


def _token(verdict: Verdict) -> Iterator[Command]:
    """Yield how the subscription can pay where nobody can log in."""
    if verdict.expected and verdict.expected.billing is Billing.SUBSCRIPTION:
        yield Command(
            "claude setup-token",
            "Makes a token of your subscription: give it as CLAUDE_CODE_OAUTH_TOKEN, without this.",
        )
