"""The JSON documents of ``status`` and ``check``; the language server sends the same."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timezone
from typing import Any, cast

from billing_lens.billing.credential import Credential
from billing_lens.billing.place import Place, locate
from billing_lens.billing.route import Route
from billing_lens.billing.runs import SeenFrom
from billing_lens.billing.shell_startup import probably_set_in
from billing_lens.config.models import OauthAccount
from billing_lens.machine.machine import Machine
from billing_lens.output.redaction import Redactor
from billing_lens.review import OfferedFix, Review, ReviewedFinding
from billing_lens.text.positions import Range

SCHEMA = 1

Document = dict[str, Any]


def status_document(review: Review) -> Document:
    """Return what ``status --json`` prints. Positions are 0-based UTF-16 code units.

    `files` are the config files of the machine, those that are not there included, in the order in
    which they were looked for; `scope` is null for all but Claude Code's settings.
    """
    machine = review.machine
    return _redacted(
        {
            "schema": SCHEMA,
            "claudeCode": {"version": machine.version.text, "from": machine.version.origin},
            "mode": review.route.mode.value,
            "route": route_document(machine, review.route),
            "expected": _expected(review),
            "asExpected": review.as_expected,
            "otherMode": {
                "mode": review.other.mode.value,
                "route": route_document(machine, review.other),
            },
            "credentials": [
                _credential(machine, credential) for credential in review.route.credentials
            ],
            "environments": [_environment(machine, seen) for seen in review.environments],
            "lastAccountChange": _account_change(review),
            "files": list(_files(machine)),
            "findings": [_finding(machine, found) for found in review.findings],
        },
        machine,
    )


def run_document(machine: Machine, route: Route) -> Document:
    """Return what a status says of one run, without findings and expectations."""
    return _redacted(
        {
            "schema": SCHEMA,
            "claudeCode": {"version": machine.version.text, "from": machine.version.origin},
            "mode": route.mode.value,
            "route": route_document(machine, route),
            "credentials": [_credential(machine, it) for it in route.credentials],
        },
        machine,
    )


def check_document(review: Review) -> Document:
    """Return what ``check --format json`` prints."""
    findings = [_finding(review.machine, found) for found in review.findings]
    document: Document = {"schema": SCHEMA, "findings": findings}
    if review.suppressed:
        document["suppressed"] = review.suppressed
    return _redacted(document, review.machine)


def _environment(machine: Machine, seen: SeenFrom) -> Document:
    """Return one environment; `where` names the jobs or services that it is the same for."""
    first = seen.declared[0] if seen.declared else None
    return {
        "name": seen.name,
        "mode": seen.mode.value,
        "route": route_document(machine, seen.route),
        "declaredIn": location_document(machine, first.place) if first else None,
        "where": [declared.name for declared in seen.declared],
    }


def home_document(home: str, review: Review) -> Document:
    """Return what ``check --format json`` prints of one of many homes."""
    return {"schema": SCHEMA, "home": home, **check_document(review)}


def unread_home_document(home: str, message: str) -> Document:
    """Return the same of a home that could not be checked."""
    return {"schema": SCHEMA, "home": home, "error": {"message": message}}


def route_document(machine: Machine, route: Route) -> Document:
    """Return one route. `works` is null when it cannot be known."""
    organization = route.organization
    return {
        "source": route.source.value,
        "billing": route.billing.value,
        "works": route.works,
        "label": route.label,
        "reason": route.reason,
        "organization": {"id": organization.id, "name": organization.name}
        if organization
        else None,
        "account": {"email": route.email} if route.email else None,
        "plan": route.plan,
        "tier": route.tier,
        "profile": route.profile,
        "provider": route.provider,
        "host": route.host,
        "location": location_document(machine, route.place) if route.place else None,
    }


def location_document(machine: Machine, place: Place) -> Document | None:
    """Return a place in a file, a variable with the file that sets it, or a keychain's entry.

    `set_in` is null for a variable of the process; `probably_set_in` is then the line of a shell's
    start-up file that seems to set it.
    """
    located = locate(machine, place)
    in_file = (
        {
            "path": located.path,
            "pointer": located.pointer,
            "range": range_document(located.range),
        }
        if located
        else None
    )
    if place.variable is not None:
        return {
            "variable": place.variable,
            "set_in": in_file,
            "probably_set_in": None if in_file else _probable_origin(machine, place.variable),
        }
    return {"keychain": place.keychain} if place.keychain else in_file


def _probable_origin(machine: Machine, variable: str) -> Document | None:
    line = probably_set_in(machine, variable)
    return {"path": line.path, "range": range_document(line.range)} if line else None


def range_document(range_: Range) -> Document:
    """Return a range as LSP writes it."""
    start, end = range_
    return {
        "start": {"line": start.line, "character": start.character},
        "end": {"line": end.line, "character": end.character},
    }


def _expected(review: Review) -> Document | None:
    expected = review.expected
    if expected is None:
        return None
    return {
        "billing": expected.billing.value if expected.billing else None,
        "organization": {"id": expected.organization} if expected.organization else None,
        "from": expected.origin,
    }


def _account_change(review: Review) -> Document | None:
    change = review.last_account_change
    if change is None:
        return None
    at = datetime.fromtimestamp(change.at_ms / 1000, timezone.utc)
    return {
        "after": at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "from": _account(change.before),
        "to": _account(change.after),
    }


def _account(account: OauthAccount) -> Document:
    return {
        "organization": {"id": account.organizationUuid, "name": account.organizationName},
        "type": account.organizationType,
    }


def _files(machine: Machine) -> Iterator[Document]:
    """Yield what can be opened as a file: no registry key, no settings given as an argument."""
    for file in machine.files.values():
        if machine.path(file.path).is_absolute():
            yield {
                "path": file.path,
                "kind": file.kind.value,
                "scope": file.scope.value if file.scope else None,
                "exists": file.exists,
            }


def _credential(machine: Machine, credential: Credential) -> Document:
    return {
        "source": credential.source.value,
        "state": credential.state.value,
        "reason": credential.reason,
        "works": credential.works,
        "organization": credential.organization.id if credential.organization else None,
        "profile": credential.profile,
        "provider": credential.provider,
        "location": location_document(machine, credential.place),
    }


def _finding(machine: Machine, found: ReviewedFinding) -> Document:
    finding = found.finding
    document: Document = {
        "rule": finding.rule,
        "severity": finding.severity.value,
        "message": finding.message,
        "location": location_document(machine, finding.place),
        "related": [
            {"message": related.message, "location": location_document(machine, related.place)}
            for related in finding.related
        ],
        "fixes": [_fix(machine, offer) for offer in found.fixes],
        "docs": found.rule.documentation,
    }
    if finding.commands:
        document["commands"] = [
            {"run": command.run, "purpose": command.purpose} for command in finding.commands
        ]
    return document


def _fix(machine: Machine, offer: OfferedFix) -> Document:
    return {
        "id": offer.id,
        "title": offer.title,
        "safety": offer.safety.value,
        "resultingRoute": route_document(machine, offer.resulting),
    }


def _redacted(document: Document, machine: Machine) -> Document:
    redactor = Redactor(machine)

    def clean(value: object) -> Any:
        if isinstance(value, str):
            return redactor.text(value)
        if isinstance(value, list):
            return [clean(item) for item in cast("list[object]", value)]
        if isinstance(value, dict):
            members = cast("dict[str, object]", value)
            return {name: clean(member) for name, member in members.items()}
        return value

    return clean(document)
