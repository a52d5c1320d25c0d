"""What is found on every recorded machine, as text that is reviewed by eye and kept.

``python -m tests.rules.recorded_findings`` writes it anew; read the difference before keeping it.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from billing_lens.review import Review, ReviewedFinding, review
from tests.conformance.recorded import mode_of, read_built, recorded_cases, title_of
from tests.machines import MadeUpMachine

KEPT = Path(__file__).with_suffix(".txt")

_VERDICTS = {True: "as expected", False: "NOT as expected", None: "nothing expected"}


def described(case: Mapping[str, Any], seen: Review, root: Path) -> str:
    """Return the machine, who pays on it, and each finding with its place and fixes.

    A fix that does not put it right alone ends in a question mark. `seen` is what `reviewed_case`
    returned for the machine built below `root`.
    """
    return "\n".join(line.replace(str(root), "") for line in _lines(case, seen))


def reviewed_case(case: Mapping[str, Any], root: Path) -> Review:
    """Build a recorded machine below `root` and return what is said about it."""
    built = MadeUpMachine.from_case(case).build(root)
    return review(read_built(built, case["version"]), mode_of(case))


def _lines(case: Mapping[str, Any], seen: Review) -> Iterator[str]:
    yield (
        f"{title_of(case)} ({seen.route.mode.value}): "
        f"{seen.route.label}, {_VERDICTS[seen.as_expected]}"
    )
    for found in seen.findings:
        yield f"  {found.finding.severity.value} {found.finding.rule} {_place(found)}"
        fixes = [offer.id if offer.reaches else f"{offer.id}?" for offer in found.fixes]
        commands = [command.run for command in found.finding.commands]
        if fixes or commands:
            yield f"    {', '.join(fixes)} $ {'; '.join(commands)}".rstrip(" $")


def _place(found: ReviewedFinding) -> str:
    place = found.finding.place
    if place.path is None:
        return place.variable or place.keychain or "nowhere"
    start = f" at {place.span.start}" if place.span else ""
    return f"{place.path}#{place.pointer or ''}{start}"


def everything() -> str:
    """Return the text for all recorded machines."""
    blocks: list[str] = []
    for case in recorded_cases():
        with tempfile.TemporaryDirectory(prefix="billing-lens-recorded-") as root:
            blocks.append(described(case, reviewed_case(case, Path(root)), Path(root)))
    return "".join(f"{block}\n\n" for block in blocks)


if __name__ == "__main__":
    KEPT.write_text(everything(), encoding="utf-8")
