"""Findings as a JUnit report, which Jenkins, GitLab and others show as tests: one for each rule."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from xml.etree import ElementTree as ET

from billing_lens.output.places_text import place_text
from billing_lens.output.redaction import Redactor
from billing_lens.output.terminal import Paint, Screen, printable
from billing_lens.review import Review, ReviewedFinding, describe_payment
from billing_lens.rules import RULES

SUITE = "billing-lens"
_PLAIN = Screen(Paint(on=False))


def junit_report(review: Review, failing: Sequence[ReviewedFinding]) -> str:
    """Return the report as XML: each rule a test case, which fails with its `failing` findings.

    Findings below the level that fails are the output of their test case.
    """
    writer = _Writer(review)
    failed = {found.finding.rule for found in failing}
    counts = {"tests": str(len(RULES)), "failures": str(len(failed)), "errors": "0"}
    root = ET.Element("testsuites", {"name": SUITE, **counts, "time": "0"})
    suite = ET.SubElement(root, "testsuite", {"name": SUITE, **counts, "skipped": "0", "time": "0"})
    for rule in RULES.values():
        named = {"name": rule.id, "classname": SUITE, "time": "0"}
        case = ET.SubElement(suite, "testcase", named)
        found = [found for found in review.findings if found.finding.rule == rule.id]
        wrong = [one for one in found if one in failing]
        passed = [one for one in found if one not in failing]
        if wrong:
            worst = wrong[0].finding
            about = {"message": writer.safe(worst.message), "type": worst.severity.value}
            ET.SubElement(case, "failure", about).text = writer.described(wrong)
        if passed:
            ET.SubElement(case, "system-out").text = writer.described(passed)
    who_pays = ET.SubElement(suite, "system-out")
    who_pays.text = writer.safe(f"Claude Code: {describe_payment(review.route)}.")
    ET.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(root, "unicode")


class _Writer:
    def __init__(self, review: Review) -> None:
        self._machine = review.machine
        self._redactor = Redactor(review.machine)

    def safe(self, text: str) -> str:
        return printable(self._redactor.text(text))

    def described(self, findings: Sequence[ReviewedFinding]) -> str:
        return "\n\n".join("\n".join(map(self.safe, self._lines(found))) for found in findings)

    def _lines(self, found: ReviewedFinding) -> Iterator[str]:
        finding = found.finding
        yield f"{finding.severity.value}: {finding.message}"
        yield f"at {place_text(self._machine, finding.place, _PLAIN)}"
        for related in finding.related:
            yield f"{related.message} {place_text(self._machine, related.place, _PLAIN)}"
        for offer in found.fixes:
            yield f"fix: {offer.title} (--fix {offer.id})"
        for command in finding.commands:
            yield f"run: {command.run} ({command.purpose})"
        yield f"see {found.rule.documentation}"
