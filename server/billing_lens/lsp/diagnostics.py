"""Findings as diagnostics, by the path of the file they stand in."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from lsprotocol import types
from msgspec import Struct

from billing_lens.billing.shell_startup import locate_or_guess
from billing_lens.lsp.conversion import lsp_location, our_range
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


class DiagnosticWriter(Struct, frozen=True):
    """Writes findings as diagnostics, with no part that the client has not `understood`."""

    encoding: PositionEncoding
    understood: types.PublishDiagnosticsClientCapabilities

    def by_path(
        self, review: Review, redactor: Redactor, only: str | None = None
    ) -> Mapping[str, list[types.Diagnostic]]:
        """Return those of every file, open or not, or of `only` one, the severest first."""
        written: dict[str, list[types.Diagnostic]] = defaultdict(list)
        for found in review.findings:
            if only in (None, found.finding.place.path):
                path = path_of_finding(review, found)
                if path:
                    written[path].append(self._diagnostic(review.machine, redactor, found))
        return written

    def _diagnostic(
        self, machine: Machine, redactor: Redactor, found: ReviewedFinding
    ) -> types.Diagnostic:
        finding, understood = found.finding, self.understood
        location = lsp_location(machine, finding.place, self.encoding)
        assert location is not None, "a finding with a path has a location"
        documentation = types.CodeDescription(found.rule.documentation)
        tags = understood.tag_support.value_set if understood.tag_support else ()
        unnecessary = finding.leftover and types.DiagnosticTag.Unnecessary in tags
        related = [
            types.DiagnosticRelatedInformation(place, redactor.text(text))
            for place, text in self._evidence(machine, found, location)
        ]
        return types.Diagnostic(
            range=location.range,
            message=redactor.text(finding.message),
            severity=_SEVERITIES[finding.severity],
            code=finding.rule,
            code_description=documentation if understood.code_description_support else None,
            source=SOURCE,
            tags=[types.DiagnosticTag.Unnecessary] if unnecessary else None,
            related_information=related if related and understood.related_information else None,
        )

    def _evidence(
        self, machine: Machine, found: ReviewedFinding, here: types.Location
    ) -> Iterator[tuple[types.Location, str]]:
        """Yield the places that prove a finding, and what to run where no edit can help."""
        for evidence in found.finding.related:
            location = lsp_location(machine, evidence.place, self.encoding)
            if location:
                yield location, evidence.message
        for command in found.finding.commands:
            yield here, f"Run `{command.run}`: {command.purpose}"


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
    """Return the diagnostics of several folders by path, a finding that they share once.

    What one rule says of one range is taken from the folder where it is the severest.
    """
    if len(by_folder) == 1:
        return by_folder[0]
    paths = dict.fromkeys(path for found in by_folder for path in found)
    return {path: _deduplicated([found.get(path, []) for found in by_folder]) for path in paths}


def _deduplicated(by_folder: Sequence[list[types.Diagnostic]]) -> list[types.Diagnostic]:
    chosen: dict[object, list[types.Diagnostic]] = {}
    for diagnostics in by_folder:
        # One rule can say several things of one range.
        same: dict[object, list[types.Diagnostic]] = defaultdict(list)
        for diagnostic in diagnostics:
            same[diagnostic.code, our_range(diagnostic.range)].append(diagnostic)
        for key, group in same.items():
            if key not in chosen or _rank(group[0]) < _rank(chosen[key][0]):
                chosen[key] = group
    return sorted((diagnostic for group in chosen.values() for diagnostic in group), key=_order)


def _rank(diagnostic: types.Diagnostic) -> int:
    return diagnostic.severity or types.DiagnosticSeverity.Error


def _order(diagnostic: types.Diagnostic) -> tuple[int, bool]:
    """As in a review: by severity, and what explains who pays first."""
    return _rank(diagnostic), not RULES[str(diagnostic.code)].explains_route
