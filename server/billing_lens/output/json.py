"""The JSON documents of ``status`` and ``check``; the language server sends the same."""

from __future__ import annotations

import json
from typing import Any

from msgspec import UNSET, Struct, to_builtins

from billing_lens.billing.credential import Credential, label_of
from billing_lens.billing.history import describe_account
from billing_lens.billing.place import Place, locate
from billing_lens.billing.route import Route
from billing_lens.billing.runs import SeenFrom, described_mode
from billing_lens.billing.shell_startup import probably_set_in
from billing_lens.billing.sources import beginning_a_sentence
from billing_lens.config.models import OauthAccount
from billing_lens.machine.machine import Machine
from billing_lens.output.contract import SCHEMA
from billing_lens.output.contract import status as contract
from billing_lens.output.redaction import Redactor, with_texts
from billing_lens.review import OfferedFix, Review, ReviewedFinding
from billing_lens.text.positions import Position, Range

Document = dict[str, Any]


def document(said: Struct) -> Document:
    """Return a document of the contract as what `json` and the language server write."""
    return to_builtins(said)


def json_text(said: Struct, indent: int | None = 2) -> str:
    """Return a document of the contract as JSON text, in one line where `indent` is None."""
    return json.dumps(document(said), indent=indent)


def status_document(review: Review) -> Document:
    """Return what ``status --json`` prints, and what the language server sends."""
    return document(status_of(review))


def check_of(review: Review, home: str | None = None) -> contract.Check:
    """Return what ``check --format json`` prints; of one of many homes with its path."""
    machine = review.machine
    said = contract.Check(
        home=UNSET if home is None else home,
        findings=tuple(_finding(machine, found) for found in review.findings),
        suppressed=review.suppressed or UNSET,
    )
    return with_texts(said, Redactor(machine).text)


def unread_home(home: str, message: str) -> contract.UnreadHome:
    """Return the same of a home that could not be checked."""
    return contract.UnreadHome(home=home, error=contract.Fault(message))


def status_of(review: Review) -> contract.Status:
    """Return all that is said of a machine. Positions are 0-based UTF-16 code units.

    The files stand in the order in which they were looked for.
    """
    machine, route, other = review.machine, review.route, review.other
    said = contract.Status(
        claude_code=_claude_code(machine),
        mode=route.mode,
        route=_route(machine, route),
        expected=_expected(review),
        as_expected=review.as_expected,
        other_mode=contract.OtherMode(
            mode=other.mode,
            label=beginning_a_sentence(described_mode(other.mode)),
            route=_route(machine, other),
        ),
        credentials=tuple(_credential(machine, it) for it in route.credentials),
        environments=tuple(_environment(machine, seen) for seen in review.environments),
        last_account_change=_account_change(review),
        files=_files(machine),
        findings=tuple(_finding(machine, found) for found in review.findings),
    )
    return with_texts(said, Redactor(machine).text)


def run_of(machine: Machine, route: Route) -> contract.Run:
    """Return what a status says of one run, without findings and expectations."""
    said = contract.Run(
        schema=SCHEMA,
        claude_code=_claude_code(machine),
        mode=route.mode,
        route=_route(machine, route),
        credentials=tuple(_credential(machine, it) for it in route.credentials),
    )
    return with_texts(said, Redactor(machine).text)


def _claude_code(machine: Machine) -> contract.ClaudeCode:
    version = machine.version
    return contract.ClaudeCode(version=version.text, origin=version.origin, label=version.label)


def _environment(machine: Machine, seen: SeenFrom) -> contract.Environment:
    first = seen.declared[0] if seen.declared else None
    return contract.Environment(
        name=seen.name,
        mode=seen.mode,
        label=seen.label,
        route=_route(machine, seen.route),
        declared_in=_location(machine, first.place) if first else None,
        where=tuple(declared.name for declared in seen.declared),
    )


def _route(machine: Machine, route: Route) -> contract.Route:
    organization = route.organization
    return contract.Route(
        source=route.source,
        billing=route.billing,
        works=route.works,
        label=route.label,
        reason=route.reason,
        organization=contract.Organization(organization.id, organization.name)
        if organization
        else None,
        account=contract.Account(route.email) if route.email else None,
        plan=route.plan,
        tier=route.tier,
        profile=route.profile,
        provider=route.provider,
        host=route.host,
        location=_location(machine, route.place) if route.place else None,
    )


def _location(machine: Machine, place: Place) -> contract.Location | None:
    located = locate(machine, place)
    if place.variable is not None:
        return contract.Location(
            variable=place.variable,
            set_in=contract.FileLocation(located.path, located.pointer, _range(located.range))
            if located
            else None,
            probably_set_in=None if located else _probable_origin(machine, place.variable),
        )
    if place.keychain:
        return contract.Location(keychain=place.keychain)
    if located is None:
        return None
    return contract.Location(
        path=located.path, pointer=located.pointer, range=_range(located.range)
    )


def _probable_origin(machine: Machine, variable: str) -> contract.ShellLine | None:
    line = probably_set_in(machine, variable)
    return contract.ShellLine(line.path, _range(line.range)) if line else None


def _range(range_: Range) -> contract.Range:
    return contract.Range(_position(range_.start), _position(range_.end))


def _position(position: Position) -> contract.Position:
    return contract.Position(position.line, position.character)


def _expected(review: Review) -> contract.Expected | None:
    expected = review.expected
    if expected is None:
        return None
    return contract.Expected(
        billing=expected.billing,
        organization=contract.ExpectedOrganization(expected.organization)
        if expected.organization
        else None,
        label=expected.label,
        origin=expected.origin,
    )


def _account_change(review: Review) -> contract.AccountChange | None:
    change = review.last_account_change
    if change is None:
        return None
    return contract.AccountChange(
        after=change.at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        before=_account(change.before),
        now=_account(change.after),
    )


def _account(account: OauthAccount) -> contract.SeenAccount:
    return contract.SeenAccount(
        organization=contract.Organization(account.organizationUuid, account.organizationName),
        type=account.organizationType,
        label=describe_account(account),
    )


def _files(machine: Machine) -> tuple[contract.ConfigFile, ...]:
    """Return what can be opened as a file: no registry key, no settings given as an argument."""
    return tuple(
        contract.ConfigFile(path=it.path, kind=it.kind, scope=it.scope, exists=it.exists)
        for it in machine.files.values()
        if machine.path(it.path).is_absolute()
    )


def _credential(machine: Machine, credential: Credential) -> contract.Credential:
    return contract.Credential(
        source=credential.source,
        label=label_of(credential),
        state=credential.state,
        state_label=credential.state.label,
        reason=credential.reason,
        works=credential.works,
        organization=credential.organization.id if credential.organization else None,
        profile=credential.profile,
        provider=credential.provider,
        location=_location(machine, credential.place),
    )


def _finding(machine: Machine, found: ReviewedFinding) -> contract.Finding:
    finding = found.finding
    commands = tuple(contract.Command(it.run, it.purpose) for it in finding.commands)
    return contract.Finding(
        rule=finding.rule,
        severity=finding.severity,
        message=finding.message,
        location=_location(machine, finding.place),
        related=tuple(
            contract.Related(it.message, _location(machine, it.place)) for it in finding.related
        ),
        fixes=tuple(_fix(machine, offer) for offer in found.fixes),
        docs=found.rule.documentation,
        commands=commands or UNSET,
    )


def _fix(machine: Machine, offer: OfferedFix) -> contract.Fix:
    return contract.Fix(
        id=offer.id,
        title=offer.title,
        safety=offer.safety,
        resulting_route=_route(machine, offer.resulting),
    )
