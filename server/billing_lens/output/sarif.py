"""Findings as SARIF 2.1.0, the format code scanning services read."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

from billing_lens import __version__
from billing_lens.billing.credential import Place
from billing_lens.billing.location import locate
from billing_lens.fixes.fix import EditFile
from billing_lens.machine.machine import Machine
from billing_lens.output.redaction import Redactor
from billing_lens.review import OfferedFix, Review, ReviewedFinding
from billing_lens.rules import RULES, Rule, Severity
from billing_lens.text.positions import Range

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
VERSION = "2.1.0"

_LEVELS = {
    Severity.ERROR: "error",
    Severity.WARNING: "warning",
    Severity.INFO: "note",
    Severity.HINT: "note",
}

Sarif = dict[str, Any]


def sarif_log(review: Review) -> Sarif:
    """Return the findings as a SARIF log with one run. Regions are 1-based, as SARIF counts."""
    redactor = Redactor(review.machine)
    return {
        "$schema": SCHEMA,
        "version": VERSION,
        "runs": [
            {
                "tool": {"driver": _driver()},
                "columnKind": "utf16CodeUnits",
                "originalUriBaseIds": {"HOME": {"uri": f"{_uri(str(review.machine.home))}/"}},
                "results": [_result(review, found, redactor) for found in review.findings],
            }
        ],
    }


def _driver() -> Sarif:
    return {
        "name": "Billing Lens",
        "semanticVersion": __version__,
        "informationUri": "https://github.com/billing-lens/billing-lens",
        "rules": [_rule(rule) for rule in RULES.values()],
    }


def _rule(rule: Rule) -> Sarif:
    return {
        "id": rule.id,
        "shortDescription": {"text": rule.summary},
        "helpUri": rule.documentation,
        "defaultConfiguration": {"level": _LEVELS[rule.severity]},
    }


def _result(review: Review, found: ReviewedFinding, redactor: Redactor) -> Sarif:
    finding, machine = found.finding, review.machine
    location = _location(machine, finding.place)
    related = [
        {**place, "message": {"text": redactor.text(evidence.message)}}
        for evidence in finding.related
        if (place := _location(machine, evidence.place))
    ]
    fixes = [fix for offer in found.fixes if (fix := _fix(machine, offer))]
    return {
        "ruleId": finding.rule,
        "ruleIndex": list(RULES).index(finding.rule),
        "level": _LEVELS[finding.severity],
        "message": {"text": redactor.text(finding.message)},
        "locations": [location] if location else [],
        "partialFingerprints": {"place/v1": _fingerprint(machine, finding.rule, finding.place)},
        **({"relatedLocations": related} if related else {}),
        **({"fixes": fixes} if fixes else {}),
    }


def _location(machine: Machine, place: Place) -> Sarif | None:
    located = locate(machine, place)
    if located is None:
        return None
    return {
        "physicalLocation": {
            "artifactLocation": _artifact(machine, located.path),
            "region": _region(located.range),
        }
    }


def _artifact(machine: Machine, path: str) -> Sarif:
    """Name a file relative to the home where it is below it, so that logs do not name people."""
    home = Path(str(machine.home))
    if Path(path).is_relative_to(home):
        return {"uri": Path(path).relative_to(home).as_posix(), "uriBaseId": "HOME"}
    return {"uri": _uri(path)}


def _uri(path: str) -> str:
    return Path(path).as_uri() if Path(path).is_absolute() else Path(path).as_posix()


def _region(range_: Range) -> Sarif:
    start, end = range_
    return {
        "startLine": start.line + 1,
        "startColumn": start.character + 1,
        "endLine": end.line + 1,
        "endColumn": end.character + 1,
    }


def _fingerprint(machine: Machine, rule: str, place: Place) -> str:
    """Return what stays the same when lines move: the rule, the file and the JSON Pointer."""
    where = _artifact(machine, place.path)["uri"] if place.path else place.variable
    text = "\n".join((rule, str(where), place.pointer or ""))
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def _fix(machine: Machine, offer: OfferedFix) -> Sarif | None:
    """Return a fix that only edits text; SARIF cannot rename files."""
    changes = [change for change in offer.fix.changes if isinstance(change, EditFile)]
    if len(changes) != len(offer.fix.changes):
        return None
    return {
        "description": {"text": offer.title},
        "artifactChanges": [
            {
                "artifactLocation": _artifact(machine, change.path),
                "replacements": [
                    {
                        "deletedRegion": _region(
                            machine.files[change.path].buffer.range(edit.span)
                        ),
                        "insertedContent": {"text": edit.new_text},
                    }
                    for edit in change.edits
                ],
            }
            for change in changes
        ],
    }
