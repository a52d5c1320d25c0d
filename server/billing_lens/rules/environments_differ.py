"""Rule environments-differ: Claude Code is paid differently in the editor than in a terminal."""

from __future__ import annotations

from collections.abc import Iterator

from billing_lens.billing.credential import Place, State
from billing_lens.billing.route import Route
from billing_lens.billing.surroundings import SeenFrom
from billing_lens.config.kinds import Kind
from billing_lens.fixes.variable_fixes import variable_fixes
from billing_lens.machine.machine import Machine, Mode
from billing_lens.rules.rule import Finding, Related, Severity, Verdict, rule

NAMES = {"editor": "Claude Code in VS Code", "editor-terminal": "VS Code's own terminal"}


@rule(
    "environments-differ",
    severity=Severity.WARNING,
    evidence=(
        "entrypoint vscode: userkey",
        "anthropics/claude-code#12383",
        "anthropics/claude-code#10415",
        "anthropics/claude-code#38314",
    ),
)
def check(machine: Machine, verdict: Verdict) -> Iterator[Finding]:
    """Claude Code in the editor is paid differently than in a terminal."""
    terminal = {seen.mode: seen for seen in verdict.environments if seen.name == "terminal"}
    if Mode.INTERACTIVE not in terminal:
        return
    usual = terminal[Mode.INTERACTIVE].route
    for seen in verdict.environments:
        if seen.name in NAMES and _payer(seen.route) != _payer(usual):
            yield _finding(machine, verdict, seen, usual)


def _payer(route: Route) -> tuple[object, ...]:
    organization = route.organization.id if route.organization else None
    return route.billing, organization, route.provider, route.host


def _described(route: Route) -> str:
    """Return who pays, with the host where it is not part of that already."""
    through = f" through {route.host}" if route.host and route.host not in route.label else ""
    return route.label + through


def _finding(machine: Machine, verdict: Verdict, seen: SeenFrom, usual: Route) -> Finding:
    place, other = _blamed(machine, seen.route, usual)
    matters = verdict.expected is not None
    return Finding(
        "environments-differ",
        Severity.WARNING if matters else Severity.INFO,
        f"{NAMES[seen.name]} bills {_described(seen.route)}, but in a terminal it is "
        f"{_described(usual)}.",
        place,
        (Related(other, "The other environment uses this."),) if other else (),
        tuple(variable_fixes(machine, place)) if seen.route in verdict.wrong_routes else (),
    )


def _selector(route: Route) -> Place | None:
    """Return what selects the profile in charge, None when no profile is."""
    return next((it.selected_by for it in route.credentials if it.state is State.ACTIVE), None)


def _blamed(machine: Machine, seen: Route, usual: Route) -> tuple[Place, Place | None]:
    """Return what makes the difference, VS Code's own settings before all, and the other place."""
    candidates = (seen.host_place, _selector(seen), seen.place, usual.place)
    places = [place for place in candidates if place]
    for place in places:
        file = machine.file(place.path) if place.path else None
        if file and file.kind is Kind.VSCODE_SETTINGS:
            return place, usual.place
    first = places[0] if places else Place(str(machine.claude.state), "")
    return first, next((place for place in places if place != first), None)
