"""Findings as workflow commands, which GitHub Actions shows as annotations."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePath

from billing_lens.billing.place import Location, locate
from billing_lens.machine.machine import Machine
from billing_lens.output.findings_text import count_text
from billing_lens.output.places_text import place_text
from billing_lens.output.redaction import Redactor
from billing_lens.output.terminal import Paint, Screen, printable
from billing_lens.review import Review, ReviewedFinding, describe_payment
from billing_lens.wishes.severity import Severity

_COMMANDS = {
    Severity.ERROR: "error",
    Severity.WARNING: "warning",
    Severity.INFO: "notice",
    Severity.HINT: "notice",
}
_PLAIN = Screen(Paint(on=False))


def workflow_commands(review: Review) -> Iterator[str]:
    """Yield a folded group that says who pays, then one command a finding.

    Lines and columns are 1-based. Only files of the workspace are named to GitHub, relative to it;
    elsewhere it could not show the annotation, so the message says where it is.
    """
    redactor = Redactor(review.machine)

    def safe(text: str) -> str:
        return printable(redactor.text(text))

    yield f"::group::Billing Lens: {count_text(review.findings) or 'no findings'}"
    yield f"Claude Code: {safe(describe_payment(review.route))}."
    for found in review.findings:
        where = safe(place_text(review.machine, found.finding.place, _PLAIN))
        yield f"{found.finding.severity.value} {found.finding.rule} {where}"
    yield "::endgroup::"
    for found in review.findings:
        located = _in_workspace(review.machine, found)
        properties = {"title": f"billing-lens: {found.finding.rule}"}
        if located:
            properties |= _place(located)
        listed = ",".join(f"{name}={_property(value)}" for name, value in properties.items())
        message = "\n".join(safe(line) for line in _message(review, found, located))
        yield f"::{_COMMANDS[found.finding.severity]} {listed}::{_data(message)}"


def _message(review: Review, found: ReviewedFinding, located: Location | None) -> Iterator[str]:
    finding = found.finding
    yield finding.message
    if located is None:
        yield f"Where: {place_text(review.machine, finding.place, _PLAIN)}"
    for offer in found.fixes:
        yield f"Fix: {offer.title} (billing-lens fix --fix {offer.id})"
    for command in finding.commands:
        yield f"Run: {command.run} ({command.purpose})"
    yield f"See: {found.rule.documentation}"


def _in_workspace(machine: Machine, found: ReviewedFinding) -> Location | None:
    """Return where the finding is, by its path in the workspace; None outside of it."""
    located = locate(machine, found.finding.place)
    workspace = machine.path(machine.environment.get("GITHUB_WORKSPACE") or str(machine.cwd))
    if located is None or not machine.path(located.path).is_relative_to(workspace):
        return None
    relative: PurePath = machine.path(located.path).relative_to(workspace)
    return Location(relative.as_posix(), located.pointer, located.range)


def _place(location: Location) -> dict[str, str]:
    start, end = location.range
    lines = {"file": location.path, "line": str(start.line + 1), "endLine": str(end.line + 1)}
    if start.line != end.line:
        return lines  # GitHub takes columns within one line only.
    columns = {"col": str(start.character + 1), "endColumn": str(end.character + 1)}
    return lines | columns


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
