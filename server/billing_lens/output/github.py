"""Findings as workflow commands, which GitHub Actions shows as annotations."""

from __future__ import annotations

from collections.abc import Iterator

from billing_lens.billing.location import locate
from billing_lens.output.redaction import Redactor
from billing_lens.review import Review
from billing_lens.rules import Severity

_COMMANDS = {
    Severity.ERROR: "error",
    Severity.WARNING: "warning",
    Severity.INFO: "notice",
    Severity.HINT: "notice",
}


def workflow_commands(review: Review) -> Iterator[str]:
    """Yield one workflow command a finding; lines and columns are 1-based."""
    redactor = Redactor(review.machine)
    for found in review.findings:
        finding = found.finding
        properties = {"title": finding.rule}
        located = locate(review.machine, finding.place)
        if located:
            start, end = located.range
            properties |= {
                "file": located.path,
                "line": str(start.line + 1),
                "col": str(start.character + 1),
                "endLine": str(end.line + 1),
                "endColumn": str(end.character + 1),
            }
        listed = ",".join(f"{name}={_property(value)}" for name, value in properties.items())
        message = _data(redactor.text(finding.message))
        yield f"::{_COMMANDS[finding.severity]} {listed}::{message}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
