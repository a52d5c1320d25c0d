"""`billing-lens verify`: asks the real Claude Code, and says where it agrees."""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
from typing import cast

from billing_lens.billing.claude_status import Agreement, compare
from billing_lens.billing.route import resolve_route
from billing_lens.cli.options import (
    UsageError,
    add_color_option,
    add_machine_options,
    machine_options,
    read_machine,
)
from billing_lens.cli.subcommand import EXAMPLES_AS_WRITTEN, Subcommands
from billing_lens.machine.machine import Machine, Mode
from billing_lens.output.paint import Paint, paint_for
from billing_lens.output.redaction import Redactor

AGREED, DIFFERED, NOT_ANSWERED = 0, 1, 3
ANSWER_SECONDS = 60
"""A state file that is a directory makes Claude Code hang; so long it may take to answer."""

_DESCRIPTION = """\
Runs 'claude auth status', after asking, and says where it agrees. Claude Code
may rewrite its state file (~/.claude.json), and backs it up when it does.

Exit codes: 0 it agrees or misreports in a known way, 1 it differs, 2 wrong
usage, 3 it did not answer."""

_EXAMPLES = """\
examples:
  billing-lens verify                          ask the 'claude' on PATH
  billing-lens verify --yes                    without being asked first
  billing-lens verify --claude ./bin/claude    ask this program"""


def add_parser(commands: Subcommands) -> None:
    """Add the command to the parser."""
    parser = commands.add_parser(
        "verify",
        help="ask the real Claude Code who pays, and compare",
        description=_DESCRIPTION,
        epilog=_EXAMPLES,
        formatter_class=EXAMPLES_AS_WRITTEN,
    )
    parser.add_argument("--claude", metavar="PROGRAM", help="the program (default: on PATH)")
    parser.add_argument("--yes", action="store_true", help="do not ask before running it")
    add_color_option(parser)
    add_machine_options(parser)
    parser.set_defaults(run=run)


def run(given: argparse.Namespace) -> int:
    """Run Claude Code's own status, once the user agrees, and compare it with the route."""
    machine = read_machine(given)
    program = _program(given.claude, machine)
    if not (given.yes or _allowed(program)):
        print("Claude Code was not run.")
        return NOT_ANSWERED
    arguments = [program, *given.claude_arguments, "auth", "status"]
    status = _ask(arguments, machine, confined=machine_options(given).confined)
    if status is None:
        return NOT_ANSWERED
    return _report(machine, status, paint_for(when=given.color))


def _program(named: str | None, machine: Machine) -> str:
    found = shutil.which(named or "claude", path=machine.environment.get("PATH"))
    if found is None:
        what = f"'{named}'" if named else "'claude' is not on PATH; name it with --claude, it"
        raise UsageError(f"{what} was not found")
    return found


def _allowed(program: str) -> bool:
    print(f"This runs {program}, which may rewrite ~/.claude.json (Claude Code backs it up).")
    if not sys.stdin.isatty():
        print("Add --yes to run it without being asked.")
        return False
    try:
        return input("Run it? [y/N] ").strip().lower() in ("y", "yes")
    except (EOFError, KeyboardInterrupt):
        print()
        return False


def _ask(arguments: list[str], machine: Machine, *, confined: bool) -> dict[str, object] | None:
    environment = dict(machine.environment)
    if confined:
        environment["HOME"] = str(machine.home)
    environment.setdefault("PATH", os.defpath)
    try:
        answer = subprocess.run(
            arguments,
            cwd=str(machine.cwd),
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=ANSWER_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        print(f"Claude Code gave no answer in {ANSWER_SECONDS} seconds.", file=sys.stderr)
        return None
    except OSError as error:
        print(f"Claude Code cannot be run: {error.strerror}", file=sys.stderr)
        return None
    try:
        status: object = json.loads(answer.stdout)
    except ValueError:
        status = None
    if isinstance(status, dict):
        return cast("dict[str, object]", status)
    said = Redactor(machine).text(answer.stderr.decode(errors="replace").strip())
    print(f"Claude Code gave no status (exit code {answer.returncode}). {said}", file=sys.stderr)
    return None


def _report(machine: Machine, status: dict[str, object], paint: Paint) -> int:
    route = resolve_route(machine, Mode.HEADLESS)
    comparison = compare(machine, route, status)
    print(f"Billing Lens   {route.label} ({route.source.value})")
    print(f"Claude Code    {comparison.claimed}, provider {status.get('apiProvider')}")
    if comparison.agreement is Agreement.AGREES:
        print(paint("green", "They agree."))
        return AGREED
    if comparison.agreement is Agreement.MISREPORTS:
        print(f"{paint('yellow', 'Claude Code misreports.')} {comparison.why}")
        print("What requests carry is what is billed, and that is what Billing Lens says.")
        return AGREED
    print(f"{paint('red', 'They differ.')} {comparison.why}".rstrip())
    print(f"Please report it, with your Claude Code version ({machine.version.text} was assumed).")
    return DIFFERED
