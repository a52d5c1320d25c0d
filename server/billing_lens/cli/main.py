"""The entry point: parses the arguments and calls one command."""

from __future__ import annotations

import argparse
import importlib
import os
import sys
from collections.abc import Sequence
from typing import Protocol, cast

from billing_lens import __version__
from billing_lens.cli.options import (
    EXAMPLES_AS_WRITTEN,
    Subcommands,
    UnreadableMachineError,
    UsageError,
    split_claude_arguments,
)

WRONG_USAGE = 2
NOT_READABLE = 3
INTERRUPTED = 130
"""As shells have it for a program that Ctrl-C ended."""
INTERNAL_FAULT = 70
"""As sysexits.h has it for an internal software error."""

COMMANDS = (
    "status",
    "check",
    "compare",
    "fix",
    "undo",
    "verify",
    "report",
    "spent",
    "rules",
    "demo",
    "completion",
    "schema",
    "serve",
)
"""The modules of the commands. Only the one called is imported: imports are most of a run."""


_EXAMPLES = """\
examples:
  billing-lens status          who pays, and why
  billing-lens check           what is wrong, and where
  billing-lens fix             puts it right, one change at a time, asking first
  billing-lens undo            takes the last change back
  billing-lens spent           who paid for what already ran
  billing-lens COMMAND --help  more on one of them"""


class Command(Protocol):
    """What the module of a command offers."""

    def add_parser(self, commands: Subcommands) -> None:
        """Add the command to the parser."""
        ...


def build_parser(called: str | None = None) -> argparse.ArgumentParser:
    """Return the parser of the whole command line, or of the one command that is `called`."""
    parser = argparse.ArgumentParser(
        prog="billing-lens",
        description="Who pays for Claude Code, before it runs, and how to put it right.",
        epilog=_EXAMPLES,
        formatter_class=EXAMPLES_AS_WRITTEN,
    )
    parser.add_argument("--version", action="version", version=f"billing-lens {__version__}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for name in [called] if called in COMMANDS else COMMANDS:
        command = cast("Command", importlib.import_module(f"billing_lens.cli.{name}"))
        command.add_parser(commands)
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code: 0, 1 findings, 2 usage, 3 unreadable."""
    for stream in (sys.stdout, sys.stderr):
        # A pipe may be ASCII-only (LC_ALL=C); a character it lacks must not end the program.
        stream.reconfigure(errors="replace")  # type: ignore[union-attr]
    try:
        return _run(sys.argv[1:] if argv is None else argv)
    except BrokenPipeError:
        # Whoever read our output has seen enough; the interpreter must not complain when it ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0


def _run(argv: Sequence[str]) -> int:
    ours, for_claude = split_claude_arguments(argv)
    try:
        given = build_parser(ours[0] if ours else None).parse_args(ours)
        given.claude_arguments = for_claude
        return given.run(given)
    except UsageError as error:
        print(f"billing-lens: {error}", file=sys.stderr)
        return WRONG_USAGE
    except UnreadableMachineError as error:
        print(f"billing-lens: {error}", file=sys.stderr)
        return NOT_READABLE
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        raise
    except Exception as error:  # noqa: BLE001 its text or a traceback could hold a secret
        from billing_lens.cli.fault import fault_text  # noqa: PLC0415 in no run that goes well

        print(f"billing-lens: {fault_text(error)}", file=sys.stderr)
        return INTERNAL_FAULT
    finally:
        sys.stdout.flush()
