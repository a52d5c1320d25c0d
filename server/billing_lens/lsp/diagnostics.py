"""Findings and file problems as diagnostics, by the path of the file they stand in."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from lsprotocol import types

from billing_lens.config.file import ConfigFile, Problem
from billing_lens.config.kinds import Kind
from billing_lens.lsp.conversion import lsp_location, lsp_range
from billing_lens.machine.machine import Machine
from billing_lens.output.redaction import Redactor
from billing_lens.review import Review, ReviewedFinding
from billing_lens.rules import Severity
from billing_lens.text.positions import PositionEncoding, Span

SOURCE = "billing-lens"

_SEVERITIES = {
    Severity.ERROR: types.DiagnosticSeverity.Error,
    Severity.WARNING: types.DiagnosticSeverity.Warning,
    Severity.INFO: types.DiagnosticSeverity.Information,
    Severity.HINT: types.DiagnosticSeverity.Hint,
}


def diagnostics_by_path(
    review: Review, encoding: PositionEncoding
) -> dict[str, list[types.Diagnostic]]:
    """Return every diagnostic of the machine, open files and others, in the order of severity."""
    redactor = Redactor(review.machine)
    found: dict[str, list[types.Diagnostic]] = defaultdict(list)
    for finding in review.findings:
        path = finding.finding.place.path
        if path:
            found[path].append(_diagnostic(review.machine, finding, encoding, redactor))
    for file in review.machine.files.values():
        if file.kind is not Kind.VSCODE_SETTINGS:
            found[file.path].extend(_problems(file, encoding))
    return {path: diagnostics for path, diagnostics in found.items() if diagnostics}


def _diagnostic(
    machine: Machine, found: ReviewedFinding, encoding: PositionEncoding, redactor: Redactor
) -> types.Diagnostic:
    finding = found.finding
    location = lsp_location(machine, finding.place, encoding)
    assert location is not None, "a finding with a path always has a location"
    related = (
        (lsp_location(machine, evidence.place, encoding), evidence.message)
        for evidence in finding.related
    )
    return types.Diagnostic(
        range=location.range,
        message=redactor.text(finding.message),
        severity=_SEVERITIES[finding.severity],
        code=finding.rule,
        code_description=types.CodeDescription(found.rule.documentation),
        source=SOURCE,
        tags=[types.DiagnosticTag.Unnecessary] if finding.leftover else None,
        related_information=[
            types.DiagnosticRelatedInformation(place, redactor.text(message))
            for place, message in related
            if place
        ],
    )


def _problems(file: ConfigFile, encoding: PositionEncoding) -> Iterator[types.Diagnostic]:
    """Yield what is wrong with the file itself: without it Claude Code reads something else."""
    for problem in file.problems:
        yield types.Diagnostic(
            range=lsp_range(file.buffer.range(_span(file, problem), encoding)),
            message=problem.message,
            severity=types.DiagnosticSeverity.Warning,
            code="invalid-config",
            source=SOURCE,
        )


def _span(file: ConfigFile, problem: Problem) -> Span:
    return problem.span or Span(0, min(1, len(file.buffer.data)))
