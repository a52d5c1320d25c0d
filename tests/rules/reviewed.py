"""Made-up machines as `review` sees them, and the exact text that a finding marks."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from billing_lens.billing.expectation import Wish
from billing_lens.billing.place import Location, locate
from billing_lens.machine.machine import Mode
from billing_lens.output.json import check_of, document
from billing_lens.review import Review, ReviewedFinding, review
from billing_lens.text.positions import Position
from tests.machines import MadeUpMachine, assert_no_canary
from tests.unit.machine.snapshot import snapshot

CONFIG = ".config/anthropic/configs/default.json"
CREDENTIALS = ".config/anthropic/credentials/default.json"
LOGIN = ".claude/.credentials.json"
STATE = ".claude.json"


@dataclass(frozen=True)
class Marked:
    """A finding with the place it marks: path below the home, pointer, text."""

    found: ReviewedFinding
    path: str
    pointer: str
    text: str

    @property
    def severity(self) -> str:
        """The finding's severity in words."""
        return self.found.finding.severity.value


def reviewed(
    machine: MadeUpMachine,
    root: Path,
    version: str = "2.1.146",
    mode: Mode = Mode.INTERACTIVE,
    wish: Wish | None = None,
) -> Review:
    """Build `machine` below `root` and return what is said about it; no secret may be shown."""
    seen = review(snapshot(machine, root, version), mode, wish)
    assert_no_canary(as_json(seen))
    return seen


def as_json(seen: Review) -> str:
    """Return what ``check --format json`` prints."""
    return json.dumps(document(check_of(seen)), ensure_ascii=False)


def marked_by(rule: str, seen: Review) -> list[Marked]:
    """Return what one rule marks, in the order it is reported."""
    return [mark_of(found, seen) for found in seen.findings if found.finding.rule == rule]


def variables_marked_by(rule: str, seen: Review) -> list[tuple[ReviewedFinding, str]]:
    """Return what one rule says of variables of the process, each with the variable's name."""
    found = [one for one in seen.findings if one.finding.rule == rule]
    places = [(one, one.finding.place) for one in found]
    return [(one, place.variable) for one, place in places if place.path is None and place.variable]


def mark_of(found: ReviewedFinding, seen: Review) -> Marked:
    """Return what a finding marks in a file."""
    location = locate(seen.machine, found.finding.place)
    assert location is not None
    path = str(Path(location.path).relative_to(str(seen.machine.home)))
    return Marked(found, path, location.pointer, text_at(seen, location))


def text_at(seen: Review, location: Location) -> str:
    """Return the text a location marks, found without the code under test."""
    text = seen.machine.files[location.path].entry.data.decode()
    lines = text.split("\n")
    start, end = location.range
    assert start.line == end.line
    return _utf_16_slice(lines[start.line], start, end)


def _utf_16_slice(line: str, start: Position, end: Position) -> str:
    units = line.encode("utf-16-le")
    return units[2 * start.character : 2 * end.character].decode("utf-16-le")
