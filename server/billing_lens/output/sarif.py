"""Findings as SARIF 2.1.0, the format code scanning services read."""

from __future__ import annotations

import hashlib
from collections import Counter
from pathlib import PurePath
from typing import Any
from urllib.parse import quote

from billing_lens import __version__
from billing_lens.billing.place import Place, locate
from billing_lens.fixes.fix import EditFile
from billing_lens.machine.machine import Machine
from billing_lens.output.redaction import Redactor
from billing_lens.output.rule_pages import meaning_of, page_of
from billing_lens.review import OfferedFix, Review, ReviewedFinding
from billing_lens.rules import RULES, Related, Rule
from billing_lens.text.positions import Range
from billing_lens.wishes.severity import Severity

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
VERSION = "2.1.0"

PROJECT, HOME = "%SRCROOT%", "HOME"
"""What addresses of files are relative to. GitHub takes %SRCROOT% for the repository."""

_LEVELS = {
    Severity.ERROR: "error",
    Severity.WARNING: "warning",
    Severity.INFO: "note",
    Severity.HINT: "note",
}
_PROBLEM_SEVERITIES = {"error": "error", "warning": "warning", "note": "recommendation"}
_SECURITY = {
    "base-url-redirects-login": "6.5",
    "credentials-exposed": "6.5",
    "secret-in-project": "8.0",
}
"""The rules that are about a secret others could use, scored as GitHub scores: 4 medium, 7 high."""

_EXITS = {0: "no finding that fails the check", 1: "findings that fail the check"}

Sarif = dict[str, Any]


def sarif_log(review: Review, exit_code: int) -> Sarif:
    """Return the findings as a SARIF log with one run. Regions are 1-based, as SARIF counts."""
    writer = _Writer(review.machine)
    return {
        "$schema": SCHEMA,
        "version": VERSION,
        "runs": [
            {
                "tool": {"driver": _driver()},
                "automationDetails": {"id": "billing-lens/"},
                "columnKind": "utf16CodeUnits",
                "originalUriBaseIds": {
                    name: {"uri": f"{_address(folder).rstrip('/')}/"}
                    for name, folder in writer.bases.items()
                },
                "invocations": [
                    {
                        "executionSuccessful": True,
                        "exitCode": exit_code,
                        "exitCodeDescription": _EXITS[exit_code],
                    }
                ],
                "results": [writer.result(found) for found in review.findings],
            }
        ],
    }


def _driver() -> Sarif:
    return {
        "name": "Billing Lens",
        "version": __version__,
        "semanticVersion": __version__,
        "informationUri": "https://github.com/billing-lens/billing-lens",
        "rules": [_rule(rule) for rule in RULES.values()],
    }


def _rule(rule: Rule) -> Sarif:
    page = page_of(rule.id)
    level = _LEVELS[rule.severity]
    score = _SECURITY.get(rule.id)
    security = {"security-severity": score} if score else {}
    return {
        "id": rule.id,
        "shortDescription": {"text": rule.summary},
        "fullDescription": {"text": meaning_of(page) or rule.summary},
        "help": {"text": page, "markdown": page},
        "helpUri": rule.documentation,
        "defaultConfiguration": {"level": level},
        "properties": {
            "tags": ["billing", "claude-code", *(["security"] if score else [])],
            "precision": "high",
            "problem.severity": _PROBLEM_SEVERITIES[level],
            **security,
        },
    }


def _address(path: PurePath) -> str:
    """Return a path as an address; a relative one stays relative."""
    text = quote(path.as_posix(), safe="/:" if path.drive else "/")
    return f"file://{'/' if path.drive else ''}{text}" if path.is_absolute() else text


def _region(range_: Range) -> Sarif:
    start, end = range_
    return {
        "startLine": start.line + 1,
        "startColumn": start.character + 1,
        "endLine": end.line + 1,
        "endColumn": end.character + 1,
    }


class _Writer:
    """Writes the results of one machine, without its secrets."""

    def __init__(self, machine: Machine) -> None:
        self._machine = machine
        self._redactor = Redactor(machine)
        self._rules = list(RULES)
        self._seen = Counter[str]()
        home, cwd = machine.home, machine.cwd
        is_project = not home.is_relative_to(cwd)
        self.bases = {**({PROJECT: cwd} if is_project else {}), HOME: home}
        """The folders that addresses are relative to, the one that is looked at first on top."""

    def result(self, found: ReviewedFinding) -> Sarif:
        finding = found.finding
        related = [self._related(number, it) for number, it in enumerate(finding.related, 1)]
        fixes = [fix for offer in found.fixes if (fix := self._fix(offer))]
        return {
            "ruleId": finding.rule,
            "ruleIndex": self._rules.index(finding.rule),
            "level": _LEVELS[finding.severity],
            "message": {"text": self._redactor.text(finding.message)},
            "locations": [self._location(finding.place)],
            "partialFingerprints": {"place/v1": self._fingerprint(finding.rule, finding.place)},
            **({"relatedLocations": related} if related else {}),
            **({"fixes": fixes} if fixes else {}),
        }

    def _related(self, number: int, evidence: Related) -> Sarif:
        message = {"text": self._redactor.text(evidence.message)}
        return {"id": number, **self._location(evidence.place), "message": message}

    def _location(self, place: Place) -> Sarif:
        """Return a place in a file; a variable or a keychain's entry is a logical location."""
        located = locate(self._machine, place)
        if located is None:
            kind = "variable" if place.variable else "keychain"
            return {"logicalLocations": [{"name": place.variable or place.keychain, "kind": kind}]}
        artifact, region = self._artifact(located.path), _region(located.range)
        return {"physicalLocation": {"artifactLocation": artifact, "region": region}}

    def _artifact(self, text: str) -> Sarif:
        """Name a file by its place in the project or the home, so that logs do not name people."""
        path = self._machine.path(text)
        for name, folder in self.bases.items():
            if path.is_relative_to(folder):
                return {"uri": _address(path.relative_to(folder)), "uriBaseId": name}
        return {"uri": _address(path)}

    def _fingerprint(self, rule: str, place: Place) -> str:
        """Return what stays the same when lines move: the rule, the file and the JSON Pointer.

        The second finding of a rule at one place is told from the first by its number.
        """
        artifact = self._artifact(place.path) if place.path else {}
        where = (artifact.get("uriBaseId", ""), artifact.get("uri", ""))
        parts = (rule, *where, place.variable or place.keychain or "", place.pointer or "")
        text = "\n".join(parts)
        self._seen[text] += 1
        digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]
        return f"{digest}:{self._seen[text]}"

    def _fix(self, offer: OfferedFix) -> Sarif | None:
        """Return a fix that only edits text and moves no secret; SARIF cannot rename files."""
        changes = [change for change in offer.fix.changes if isinstance(change, EditFile)]
        texts = [edit.new_text for change in changes for edit in change.edits]
        moves_a_secret = any(self._redactor.masks(text) for text in texts)
        if len(changes) != len(offer.fix.changes) or moves_a_secret:
            return None
        return {
            "description": {"text": self._redactor.text(offer.title)},
            "artifactChanges": [self._change(change) for change in changes],
        }

    def _change(self, change: EditFile) -> Sarif:
        buffer = self._machine.files[change.path].buffer
        return {
            "artifactLocation": self._artifact(change.path),
            "replacements": [
                {
                    "deletedRegion": _region(buffer.range(edit.span)),
                    "insertedContent": {"text": edit.new_text},
                }
                for edit in change.edits
            ],
        }
