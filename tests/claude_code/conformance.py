"""Runs recorded machines through the real Claude Code and compares it with what Billing Lens says.

    python -m tests.claude_code.conformance [--sample N | --all | --case ID …] [--version V …]

Each machine is built for the occasion and thrown away; the program is fetched from the npm
registry. Where it disagrees, the machine is named, with the source we say and the one it used.

    python -m tests.claude_code.conformance --case ID --build DIR

builds that machine on disk, to be looked at by hand.

The exit code is 1 when fewer than 99 % of the machines agree in any version, 2 without the program.
"""

from __future__ import annotations

import argparse
import shlex
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from tests.claude_code.agreement import Case, Outcome, comparable, compare, sample
from tests.claude_code.program import ProgramUnavailableError, newest, program
from tests.conformance.recorded import mode_of, recorded_cases
from tests.machines import MadeUpMachine

ENOUGH = 0.99
VERSIONS = ("2.1.146", "2.1.330")
"""Where an ``ant`` profile beats the login, and where it does not; the newest release is added."""

_SIGNS = {"agrees": ".", "differs": "D", "unclear": "?"}
_GREEN, _RED, _YELLOW, _BOLD = "32", "31", "33", "1"
_COLOURS = {"agrees": _GREEN, "differs": _RED, "unclear": _YELLOW}


@dataclass(frozen=True)
class Agreement:
    """All outcomes of one version. An unclear one counts neither way."""

    version: str
    outcomes: tuple[Outcome, ...]

    @property
    def compared(self) -> tuple[Outcome, ...]:
        """The outcomes that say something."""
        return tuple(outcome for outcome in self.outcomes if outcome.verdict != "unclear")

    @property
    def agreeing(self) -> tuple[Outcome, ...]:
        """The outcomes in which the program did what we say."""
        return tuple(outcome for outcome in self.outcomes if outcome.verdict == "agrees")

    @property
    def is_enough(self) -> bool:
        """Whether the program does what we say; not so when nothing could be compared."""
        return bool(self.compared) and len(self.agreeing) >= ENOUGH * len(self.compared)


def run(
    cases: Sequence[Case], version: str, jobs: int, *, colour: bool = False
) -> Iterator[str | Agreement]:
    """Yield one sign for each machine as it is done, and last the agreement."""
    program(version)
    outcomes: list[Outcome] = []
    with ThreadPoolExecutor(jobs) as pool:
        for outcome in pool.map(partial(compare, version=version), cases):
            outcomes.append(outcome)
            yield _paint(_SIGNS[outcome.verdict], _COLOURS[outcome.verdict], colour)
    yield Agreement(version, tuple(outcomes))


def agreement_text(agreement: Agreement, *, colour: bool = False) -> str:
    """Return how many machines agree for each recorded source, and every one that does not."""
    return "\n".join((*_table(agreement, colour), *_differences(agreement, colour)))


def _table(agreement: Agreement, colour: bool) -> Iterator[str]:
    compared = Counter(outcome.expected_source for outcome in agreement.compared)
    agreeing = Counter(outcome.expected_source for outcome in agreement.agreeing)
    for source in sorted(compared):
        right, of = agreeing[source], compared[source]
        code = _GREEN if right == of else _RED
        yield f"  {source:<16} {_paint(f'{right:>4} of {of}', code, colour)}"
    right, of = len(agreement.agreeing), len(agreement.compared)
    share = f"{right / of:.1%}" if of else "nothing"
    unclear = len(agreement.outcomes) - of
    also = f"; {unclear} not compared" if unclear else ""
    code = _GREEN if agreement.is_enough else _RED
    line = f"Claude Code {agreement.version}: {right} of {of} agree, {share}{also}"
    yield f"  {_paint(line, code, colour)}"


def _differences(agreement: Agreement, colour: bool) -> Iterator[str]:
    for outcome in agreement.outcomes:
        if outcome.verdict != "agrees":
            yield ""
            yield from _difference(outcome, colour)


def _difference(outcome: Outcome, colour: bool) -> Iterator[str]:
    case = outcome.case
    verdict = "DIFFERS" if outcome.verdict == "differs" else "NOT COMPARED"
    head = f"{verdict}  {case['name']}  (case {case['id']}, {mode_of(case).value})"
    yield "  " + _paint(head, _COLOURS[outcome.verdict], colour)
    yield f"    Billing Lens says  {outcome.said}"
    seen = f"{outcome.seen.payer}, by {outcome.seen.evidence}" if outcome.seen else outcome.trouble
    yield f"    Claude Code {outcome.version}  {seen}"
    yield f"    recorded with {case['version']}  {outcome.expected_source}"
    again = ("python", "-m", __spec__.name if __spec__ else __name__, "--case", case["id"])
    yield f"    again    {shlex.join((*again, '--version', outcome.version))}"
    yield f"    by hand  {shlex.join((*again, '--build', 'DIR'))}"


def build(case: Case, directory: Path) -> str:
    """Build the case's machine below `directory`; return how to ask Billing Lens about it."""
    built = MadeUpMachine.from_case(case).build(directory.absolute())
    mode = ("--mode", mode_of(case).value)
    return shlex.join(("billing-lens", "status", *mode, *built.options(case["version"])))


def _paint(text: str, code: str, colour: bool) -> str:
    return f"\x1b[{code}m{text}\x1b[0m" if colour else text


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    which = parser.add_mutually_exclusive_group()
    which.add_argument(
        "--sample", type=int, default=40, metavar="N", help="how many machines (default: 40)"
    )
    which.add_argument("--all", action="store_true", help="every recorded machine")
    which.add_argument("--case", action="append", metavar="ID", help="this one (repeatable)")
    parser.add_argument("--seed", type=int, default=1, help="another sample (default: 1)")
    parser.add_argument(
        "--version",
        action="append",
        metavar="V",
        help=f"of Claude Code (repeatable; default: {', '.join(VERSIONS)} and the newest)",
    )
    parser.add_argument("--jobs", type=int, default=2, help="how many at once (default: 2)")
    parser.add_argument("--build", type=Path, metavar="DIR", help="build the machine, run nothing")
    return parser


def _chosen(given: argparse.Namespace) -> list[Case]:
    """Return the machines the options name.

    Raises:
        KeyError: there is no case of an id.
    """
    if given.case:
        by_id = {case["id"]: case for case in recorded_cases()}
        return [by_id[identifier] for identifier in given.case]
    eligible = comparable(recorded_cases())
    return eligible if given.all else sample(eligible, given.sample, given.seed)


def _show(cases: Sequence[Case], version: str, jobs: int, *, colour: bool) -> bool:
    """Print one version's run as it goes; whether it agrees enough."""
    heading = f"Claude Code {version} on {len(cases)} recorded machines"
    print("\n" + _paint(heading, _BOLD, colour), flush=True)
    print("  ", end="")
    enough = False
    for step in run(cases, version, jobs, colour=colour):
        if isinstance(step, str):
            print(step, end="", flush=True)
        else:
            print("\n" + agreement_text(step, colour=colour), flush=True)
            enough = step.is_enough
    return enough


def main(arguments: Sequence[str] | None = None) -> int:
    """Print how far the program agrees: 0, 1 below 99 % in any version, 2 without the program."""
    parser = _parser()
    given = parser.parse_args(arguments)
    try:
        cases = _chosen(given)
    except KeyError as unknown:
        parser.error(f"no recorded case has the id {unknown}")
    if given.build:
        if len(cases) != 1 or not given.case:
            parser.error("--build takes one machine: name it with --case ID")
        print(build(cases[0], given.build))
        return 0
    try:
        versions = given.version or dict.fromkeys((*VERSIONS, newest()))
        colour = sys.stdout.isatty()
        enough = [_show(cases, version, given.jobs, colour=colour) for version in versions]
    except ProgramUnavailableError as reason:
        print(f"The real program cannot be had: {reason}", file=sys.stderr)
        return 2
    return 0 if all(enough) else 1


if __name__ == "__main__":
    sys.exit(main())
