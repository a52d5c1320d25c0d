"""`billing-lens verify`: asks the real Claude Code, and says where it agrees."""

from __future__ import annotations

import argparse
import subprocess
import sys
from collections.abc import Sequence

from billing_lens.billing.claude_status import Agreement
from billing_lens.cli.options import (
    EXAMPLES_AS_WRITTEN,
    Subcommands,
    UsageError,
    add_color_option,
    add_machine_options,
    machine_options,
    read_machine,
)
from billing_lens.machine.claude_program import (
    ANSWER_SECONDS,
    find_claude,
    read_status,
    status_call,
)
from billing_lens.machine.machine import Machine
from billing_lens.output.terminal import Paint, paint_for
from billing_lens.output.verification import (
    Verification,
    cannot_run,
    no_answer_in_time,
    no_status,
    verified,
)

AGREED, DIFFERED, NOT_ANSWERED = 0, 1, 3

_COLOURS = {
    Agreement.AGREES: "green",
    Agreement.MISREPORTS: "yellow",
    Agreement.DIFFERS: "red",
}

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
    confined = machine_options(given).confined
    answer = _ask(machine, program, given.claude_arguments, confined=confined)
    return _report(answer, paint_for(when=given.color))


def _program(named: str | None, machine: Machine) -> str:
    found = find_claude(machine, named)
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


def _ask(
    machine: Machine, program: str, arguments: Sequence[str], *, confined: bool
) -> Verification:
    call = status_call(machine, program, arguments, confined=confined)
    try:
        answer = subprocess.run(
            call.arguments,
            cwd=call.cwd,
            env=call.environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=ANSWER_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return no_answer_in_time()
    except OSError as error:
        return cannot_run(error)
    status = read_status(answer.stdout)
    if status is None:
        return no_status(machine, answer.returncode, answer.stderr)
    return verified(machine, status)


def _report(verification: Verification, paint: Paint) -> int:
    if verification.agreement is None:
        print(verification.headline, file=sys.stderr)
        return NOT_ANSWERED
    colour = _COLOURS[verification.agreement]
    print(f"Billing Lens   {verification.ours}")
    print(f"Claude Code    {verification.theirs}")
    print(f"{paint(colour, verification.headline)} {verification.explanation}".rstrip())
    return DIFFERED if verification.agreement is Agreement.DIFFERS else AGREED
