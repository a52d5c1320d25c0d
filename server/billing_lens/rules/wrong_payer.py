"""What rules about a wrong payer share: which credential pays in which run, and the words for it.

A rule says which sources it is about, and why such a credential is in charge. `override` makes the
finding: who pays instead of whom, the evidence, the severity, the fixes and what to run.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from msgspec.structs import replace

from billing_lens.billing.credential import Credential, State, short_id
from billing_lens.billing.expectation import Expectation
from billing_lens.billing.place import Place
from billing_lens.billing.route import Route
from billing_lens.billing.shell_startup import probably_set_in
from billing_lens.billing.sources import Billing, Source, beginning_a_sentence
from billing_lens.config.kinds import Platform, Scope
from billing_lens.fixes.fix import Fix
from billing_lens.fixes.profile_fixes import profile_fixes
from billing_lens.fixes.variable_fixes import variable_fixes
from billing_lens.machine.machine import Machine
from billing_lens.rules.login_diagnosis import is_subscription_wanted, login_name, usable_login
from billing_lens.rules.rule import Command, Finding, Related, Verdict

Run = tuple[Route, Credential]
"""A credential, and the run that it is told of."""


def wrongly_paying(verdict: Verdict, *sources: Source) -> Iterator[Run]:
    """Yield each credential of `sources` that pays where another should, once, with its run."""
    return once_each(
        (route, credential)
        for route in verdict.wrong_routes
        for credential in route.credentials_from(*sources)
        if credential.state is State.ACTIVE
    )


def once_each(runs: Iterable[Run]) -> Iterator[Run]:
    """Yield the first run of each place where a credential stands."""
    seen: set[Place] = set()
    for route, credential in runs:
        if credential.place not in seen:
            seen.add(credential.place)
            yield route, credential


def in_charge(route: Route) -> Credential:
    """Return the credential in charge of a run that has one; `route.source` says if it has."""
    return next(it for it in route.credentials if it.state is State.ACTIVE)


def override(machine: Machine, verdict: Verdict, run: Run, why: str) -> Finding:
    """Return the finding that a credential of a variable or a setting pays instead of another.

    `why` completes what `bills_instead` begins.
    """
    route, credential = run
    found = Finding(
        verdict.severity_of(credential),
        f"{bills_instead(verdict, route)}: {why}.",
        credential.place,
        tuple(evidence(verdict, route)),
        explains=verdict.runs_paid_by(credential),
    )
    return with_remedies(machine, found)


def with_remedies(machine: Machine, found: Finding) -> Finding:
    """Return `found` with what stops the variable or the setting that it marks from counting."""
    return replace(
        found,
        fixes=tuple(variable_fixes(machine, found.place)),
        commands=tuple(commands_for(machine, found.place)),
    )


def switching_off(machine: Machine, credential: Credential) -> tuple[Fix, ...]:
    """Return the fixes that take any kind of credential out of charge."""
    fixes = variable_fixes(machine, credential.place)
    return (*fixes, *profile_fixes(machine, credential))


def bills_instead(verdict: Verdict, route: Route) -> str:
    """Return "Claude Code bills API usage instead of your Claude Max login", naming the run."""
    billed = bills(route, route.label)
    return f"{run_of(verdict, route)}Claude Code {billed} instead of {wanted(verdict, route)}"


def bills(route: Route, payer: str) -> str:
    """Return "bills API usage"; what fails is not said to be billed."""
    return f"chooses {payer}, which fails," if route.works is False else f"bills {payer}"


def run_of(verdict: Verdict, route: Route) -> str:
    """Return "In VS Code, " and the like for a run that is not the one asked for."""
    if route == verdict.route:
        return ""
    if route == verdict.other:
        return f"In {route.mode.value} runs, "
    for seen in verdict.environments:
        if seen.route == route and seen.name != "terminal":
            return f"{beginning_a_sentence(seen.inside)}, "
    return f"In {route.mode.value} runs, "


def wanted(verdict: Verdict, route: Route) -> str:
    """Return who should pay, in words that follow "instead of"."""
    expected = verdict.expected
    if expected is None or expected.billing is None:
        return f"organization {short_id(_organization(expected))}"
    if expected.billing is Billing.SUBSCRIPTION:
        login = usable_login(route)
        return f"your {login_name(login)} login" if login else "your Claude subscription"
    return {
        Billing.API_USAGE: "API usage",
        Billing.CLOUD_PROVIDER: "your cloud provider",
        Billing.GATEWAY: "your gateway",
    }.get(expected.billing, "what you expect")


def _organization(expected: Expectation | None) -> str:
    return (expected and expected.organization) or "you expect"


def evidence(verdict: Verdict, route: Route) -> Iterator[Related]:
    """Yield the places that show who should pay; a login does not where API usage should."""
    login = usable_login(route) if is_subscription_wanted(verdict) else None
    if login:
        yield Related(login.place, f"Your {login_name(login)} login is here.")
    elif verdict.expected and verdict.expected.place:
        shown = f"This shows {verdict.expected.origin}."
        said = "This says what should pay."
        yield Related(verdict.expected.place, shown if verdict.expected.inferred else said)


def commands_for(machine: Machine, place: Place) -> Iterator[Command]:
    """Yield what to run when the process's variable is to blame, with the line that sets it."""
    if place.variable is None or place.path is not None or machine.in_ci:
        return
    line = probably_set_in(machine, place.variable)
    also = f"; take it out of {line.path}, line {line.range.start.line + 1}, too" if line else ""
    windows = machine.platform is Platform.WIN32
    run = f"Remove-Item Env:{place.variable}" if windows else f"unset {place.variable}"
    yield Command(run, f"Takes the variable out of this shell{also}.")


def set_by(machine: Machine, place: Place) -> str:
    """Return who sets a variable or setting: "your shell", "the project's settings" and so on."""
    file = machine.file(place.path) if place.path else None
    if file is None:
        return "the job" if machine.in_ci else "your shell"
    return _SETTERS[file.scope] if file.scope else "VS Code's settings"


_SETTERS = {
    Scope.USER: "your user settings",
    Scope.PROJECT: "the project's settings",
    Scope.LOCAL: "your local project settings",
    Scope.FLAG: "the settings given by --settings",
    Scope.MANAGED: "your administrator's managed settings",
}
