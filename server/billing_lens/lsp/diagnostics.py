"""Findings as diagnostics, by the path of the file they stand in."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from lsprotocol import types
from msgspec import Struct

from billing_lens.billing.shell_startup import locate_or_guess
from billing_lens.lsp.conversion import lsp_location
from billing_lens.machine.machine import Machine
from billing_lens.output.redaction import Redactor
from billing_lens.review import Review, ReviewedFinding
from billing_lens.rules import RULES
from billing_lens.text.positions import PositionEncoding
from billing_lens.wishes.severity import Severity

SOURCE = "billing-lens"

_SEVERITIES = {
    Severity.ERROR: types.DiagnosticSeverity.Error,
    Severity.WARNING: types.DiagnosticSeverity.Warning,
    Severity.INFO: types.DiagnosticSeverity.Information,
    Severity.HINT: types.DiagnosticSeverity.Hint,
}


class DiagnosticSupport(Struct, frozen=True):
    """How the client takes diagnostics: it gets no part that it has not `understood`."""

    encoding: PositionEncoding
    understood: types.PublishDiagnosticsClientCapabilities


def diagnostics_by_path(
    review: Review, redactor: Redactor, support: DiagnosticSupport, only: str | None = None
) -> dict[str, list[types.Diagnostic]]:
    """Return the diagnostics of every file, open or not, or `only` of one, the severest first."""
    writer = _DiagnosticWriter(review.machine, redactor, support)
    found: dict[str, list[types.Diagnostic]] = defaultdict(list)
    for finding in review.findings:
        if only in (None, finding.finding.place.path):
            path = path_of_finding(review, finding)
            if path:
                found[path].append(writer.finding(finding))
    return found


def path_of_finding(review: Review, found: ReviewedFinding) -> str | None:
    """Return the file a finding is shown in, None when it stands in none that can be opened.

    A variable of the process is shown in the start-up file that probably sets it.
    """
    located = locate_or_guess(review.machine, found.finding.place)
    return located.path if located and os.path.isabs(located.path) else None


def is_shown_in(review: Review, found: ReviewedFinding, path: str) -> bool:
    """Whether a finding is shown in the file at `path`."""
    return path_of_finding(review, found) == path


def merged(
    by_folder: Sequence[Mapping[str, list[types.Diagnostic]]],
) -> Mapping[str, list[types.Diagnostic]]:
    """Return what several folders' machines say of each path, a finding they share once.

    What one rule says of one range is taken from the folder that takes it most seriously.
    """
    if len(by_folder) == 1:
        return by_folder[0]
    paths = dict.fromkeys(path for found in by_folder for path in found)
    return {path: _once([found.get(path, []) for found in by_folder]) for path in paths}


def _once(by_folder: Sequence[list[types.Diagnostic]]) -> list[types.Diagnostic]:
    chosen: dict[object, list[types.Diagnostic]] = {}
    for diagnostics in by_folder:
        spots: dict[object, list[types.Diagnostic]] = defaultdict(list)
        for diagnostic in diagnostics:
            spots[_spot(diagnostic)].append(diagnostic)
        for spot, said in spots.items():
            if spot not in chosen or _rank(said[0]) < _rank(chosen[spot][0]):
                chosen[spot] = said
    return sorted((it for said in chosen.values() for it in said), key=_order)


def _spot(diagnostic: types.Diagnostic) -> object:
    start, end = diagnostic.range.start, diagnostic.range.end
    return diagnostic.code, start.line, start.character, end.line, end.character


def _rank(diagnostic: types.Diagnostic) -> int:
    return diagnostic.severity or types.DiagnosticSeverity.Error


def _order(diagnostic: types.Diagnostic) -> tuple[int, bool]:
    """As in a review: by severity, and what explains who pays first."""
    return _rank(diagnostic), not RULES[str(diagnostic.code)].explains_route


class _DiagnosticWriter(Struct, frozen=True):
    machine: Machine
    redactor: Redactor
    support: DiagnosticSupport

    def finding(self, found: ReviewedFinding) -> types.Diagnostic:
        finding, understood = found.finding, self.support.understood
        location = lsp_location(self.machine, finding.place, self.support.encoding)
        assert location is not None, "a finding with a path has a location"
        documentation = types.CodeDescription(found.rule.documentation)
        tags = understood.tag_support.value_set if understood.tag_support else ()
        unnecessary = finding.leftover and types.DiagnosticTag.Unnecessary in tags
        return types.Diagnostic(
            range=location.range,
            message=self.redactor.text(finding.message),
            severity=_SEVERITIES[finding.severity],
            code=finding.rule,
            code_description=documentation if understood.code_description_support else None,
            source=SOURCE,
            tags=[types.DiagnosticTag.Unnecessary] if unnecessary else None,
            related_information=list(self._evidence(found, location)) or None,
        )

    def _evidence(
        self, found: ReviewedFinding, here: types.Location
    ) -> Iterator[types.DiagnosticRelatedInformation]:
        """Yield the places that prove it, and what to run where no edit can help."""
        if not self.support.understood.related_information:
            return
        for evidence in found.finding.related:
            place = lsp_location(self.machine, evidence.place, self.support.encoding)
            if place:
                message = self.redactor.text(evidence.message)
                yield types.DiagnosticRelatedInformation(place, message)
        for command in found.finding.commands:
            message = self.redactor.text(f"Run `{command.run}`: {command.purpose}")
            yield types.DiagnosticRelatedInformation(here, message)
