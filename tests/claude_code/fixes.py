"""Tries every fix that is offered on the real Claude Code and records what it then did.

    python -m tests.claude_code.fixes [--only NAME] [--version V] [--jobs N]

Each fix is applied to a fresh machine with the command line; then ``claude auth status`` is asked
and ``claude -p hi`` is watched. What it sends must be what was promised. `RECORDING` keeps one line
for each machine, version and fix; with --only or --version nothing is written.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from billing_lens.billing.claude_status import Agreement, compare
from billing_lens.billing.editor_runs import as_seen_by_extension
from billing_lens.billing.route import Route, resolve_route
from billing_lens.config.kinds import Kind
from billing_lens.fixes.fix import Fix, simulate
from billing_lens.machine.machine import Machine, Mode
from billing_lens.review import Review, review
from tests.claude_code import lens
from tests.claude_code.fix_machines import MACHINES
from tests.claude_code.observe import Observation, observe_status, observe_wire
from tests.claude_code.program import ProgramUnavailableError, newest, program
from tests.claude_code.sources import UnknownSourceError, source_of
from tests.conformance.recorded import read_built
from tests.machines import MadeUpMachine

RECORDING = Path(__file__).with_name("fixes.jsonl")
VERSIONS = ("2.1.146", "2.1.153", "2.1.154", "2.1.252", "2.1.330")

Line = dict[str, Any]


@dataclass(frozen=True)
class Promise:
    """A fix that is offered on a machine, and who pays after it in each mode."""

    name: str
    version: str
    fix: Fix
    mode: Mode
    """A mode in which it is offered."""
    rules: tuple[str, ...]
    headless: Route
    interactive: Route
    in_editor: bool = False
    """Whether it is about Claude Code as VS Code's extension starts it."""

    @property
    def machine(self) -> MadeUpMachine:
        """The machine before the fix."""
        return MACHINES[self.name]

    @property
    def line(self) -> Line:
        """What is promised, as it is recorded."""
        return {
            "machine": self.name,
            "version": self.version,
            "rules": list(self.rules),
            "fix": self.fix.id,
            "title": self.fix.title,
            **({"environment": "editor"} if self.in_editor else {}),
            "headless": _promised(self.headless),
            "interactive": _promised(self.interactive),
        }


def _promised(route: Route) -> Line:
    return {
        "source": route.source.value,
        "billing": route.billing.value,
        "works": route.works,
        "host": route.host,
    }


def promises(name: str, version: str) -> Iterator[Promise]:
    """Yield every fix that is offered on a machine in either mode, once."""
    with tempfile.TemporaryDirectory(prefix="billing-lens-fixes-") as root:
        machine = read_built(MACHINES[name].build(Path(root)), version)
        reviews = {mode: review(machine, mode) for mode in Mode}
        offered = {
            offer.id: (offer.fix, mode) for mode, it in reviews.items() for offer in it.offered
        }
        for fix, mode in offered.values():
            after = simulate(fix, machine)
            in_editor = _is_of_editor(machine, fix)
            seen = as_seen_by_extension(after) if in_editor else after
            rules = sorted({rule for it in reviews.values() for rule in _rules(it, fix)})
            routes = [resolve_route(seen, it) for it in (Mode.HEADLESS, Mode.INTERACTIVE)]
            yield Promise(name, version, fix, mode, tuple(rules), *routes, in_editor=in_editor)


def _is_of_editor(machine: Machine, fix: Fix) -> bool:
    files = (machine.file(change.path) for change in fix.changes)
    return all(file is not None and file.kind is Kind.VSCODE_SETTINGS for file in files)


def _rules(seen: Review, fix: Fix) -> Iterator[str]:
    for found in seen.findings:
        if fix.id in {offer.id for offer in found.fixes}:
            yield found.finding.rule


def tried(promise: Promise) -> Line:
    """Apply a fix to a fresh machine and return the line with what the real program then did."""
    with tempfile.TemporaryDirectory(prefix="billing-lens-fixes-") as root:
        built = promise.machine.build(Path(root))
        lens.apply(built, promise.version, promise.fix.id, promise.mode.value)
        after = read_built(built, promise.version)
        if promise.in_editor:
            after = as_seen_by_extension(after)
            built = replace(built, environment=dict(after.environment))
        status = observe_status(built, promise.version)
        wire = observe_wire(built, promise.version)
        seen, basis = _seen(promise.machine, wire, status)
        host = _foreign_host(wire)
        now = resolve_route(after, Mode.HEADLESS)
        claim = compare(after, now, status.status).agreement
    kept = seen == promise.headless.source.value and now.label == promise.headless.label
    there = basis == "status" or host == promise.headless.host
    agrees = kept and there and claim is not Agreement.DIFFERS
    return {
        **promise.line,
        "seen": seen,
        "sent to": host,
        "basis": basis,
        "status": claim.value,
        "agrees": agrees,
    }


def _seen(machine: MadeUpMachine, wire: Observation, status: Observation) -> tuple[str, str]:
    try:
        billed = source_of(machine, wire, status)
    except UnknownSourceError as reason:
        return f"unknown: {reason}", "wire"
    return billed.source, billed.basis


def _foreign_host(wire: Observation) -> str | None:
    """Return the host that the model request went to, None when it is Anthropic's own."""
    hosts = [request.host.partition(":")[0] for request in wire.model_requests]
    return next((host for host in hosts[:1] if not host.endswith("anthropic.com")), None)


def all_promises(names: Iterable[str], versions: Iterable[str]) -> list[Promise]:
    """Return every promise for these machines and versions, by version and machine."""
    return [it for version in versions for name in names for it in promises(name, version)]


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--only", action="append", metavar="NAME", help="this machine (repeatable)")
    parser.add_argument("--version", action="append", metavar="V", help="of Claude Code")
    parser.add_argument("--jobs", type=int, default=2, help="how many at once (default: 2)")
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Try the fixes: 0 when every promise was kept, 1 when not, 2 without the program."""
    given = _parser().parse_args(arguments)
    try:
        versions = given.version or list(dict.fromkeys((*VERSIONS, newest())))
        for version in versions:
            program(version)
    except ProgramUnavailableError as reason:
        print(f"The real program cannot be had: {reason}", file=sys.stderr)
        return 2
    lines: list[Line] = []
    wanted = all_promises(given.only or MACHINES, versions)
    with ThreadPoolExecutor(given.jobs) as pool:
        for line in pool.map(tried, wanted):
            lines.append(line)
            _tell(line, len(lines), len(wanted))
    if not (given.only or given.version):
        text = "".join(f"{json.dumps(line, ensure_ascii=False)}\n" for line in lines)
        RECORDING.write_text(text, encoding="utf-8")
    broken = [line for line in lines if not line["agrees"]]
    print(f"{len(lines) - len(broken)} of {len(lines)} promises were kept.")
    return 1 if broken else 0


def _tell(line: Line, number: int, total: int) -> None:
    verdict = "kept  " if line["agrees"] else "BROKEN"
    about = f"{line['version']} {line['machine']}: {line['fix']}"
    print(f"{number:4} of {total} {verdict} {about}", file=sys.stderr, flush=True)
    if not line["agrees"]:
        promised = line["headless"]["source"]
        said = f"promised {promised}, seen {line['seen']}, status {line['status']}"
        print(f"            {said}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
