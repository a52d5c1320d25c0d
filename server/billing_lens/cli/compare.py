"""`billing-lens compare`: why the same project is paid differently in two places."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterator

from billing_lens.billing.comparison import Side, compare
from billing_lens.billing.declared_runs import RunElsewhere, runs_elsewhere
from billing_lens.billing.editor_runs import environments
from billing_lens.billing.route import Route, resolve_route
from billing_lens.billing.runs import described
from billing_lens.cli.options import (
    EXAMPLES_AS_WRITTEN,
    Subcommands,
    UsageError,
    add_color_option,
    add_machine_options,
    read_machine,
)
from billing_lens.machine.machine import Machine, Mode
from billing_lens.output.comparison import (
    NoStatusError,
    comparisons_of,
    comparisons_text,
    saved_run,
    side_of,
)
from billing_lens.output.json import json_text, run_of
from billing_lens.output.redaction import Redactor
from billing_lens.output.terminal import screen_for

SAME, DIFFERENT = 0, 1
HERE = ("terminal", "editor", "editor-terminal")
ELSEWHERE = ("ci", "devcontainer", "compose")
LARGEST_STATUS = 64 * 1024 * 1024
"""How many bytes a saved status may have."""

_DESCRIPTION = """\
Says why the same project is paid differently in two places: the first
difference in Claude Code's order, what it does, and then the others.

A and B are each one of
  terminal, editor, editor-terminal     of this machine
  ci, devcontainer, compose             what the project's files declare;
                                        ci:JOB and compose:SERVICE pick one
  a file, or -                          a saved 'billing-lens status --json'

Exit codes: 0 the same one pays, 1 another one, 2 wrong usage, 3 the machine
could not be read."""

_EXAMPLES = """\
examples:
  billing-lens compare ci                why CI is paid otherwise than here
  billing-lens compare ci:review ci:test
                                         two jobs
  billing-lens compare editor            VS Code and a terminal
  billing-lens compare theirs.json       somebody else's machine and this one
  ssh HOST billing-lens status --json | billing-lens compare -"""


def add_parser(commands: Subcommands) -> None:
    """Add the command to the parser."""
    parser = commands.add_parser(
        "compare",
        help="say why two places are paid differently",
        description=_DESCRIPTION,
        epilog=_EXAMPLES,
        formatter_class=EXAMPLES_AS_WRITTEN,
    )
    parser.add_argument("a", metavar="A", help="a place, or the file of a saved status")
    parser.add_argument(
        "b", metavar="B", nargs="?", help="what to compare it with (default: the terminal here)"
    )
    parser.add_argument("--json", action="store_true", help="print JSON instead of text")
    add_color_option(parser)
    add_machine_options(parser)
    parser.set_defaults(run=run)


def run(given: argparse.Namespace) -> int:
    """Print how A and B differ, each run that they stand for; return whether the payers do."""
    machine = read_machine(given)
    ones = list(_sides(machine, Mode(given.mode), given.a))
    mode = Mode(given.mode)
    if given.b is None and not _is_a_place(given.a):
        mode = ones[0].mode
    others = list(_sides(machine, mode, given.b or "terminal"))
    comparisons = [compare(one, other) for one in ones for other in others]
    if given.json:
        text = json_text(comparisons_of(comparisons))
    else:
        text = comparisons_text(comparisons, screen_for(given.color))
    print(Redactor(machine).text(text))
    return SAME if all(it.same_payer for it in comparisons) else DIFFERENT


def _is_a_place(name: str) -> bool:
    return name.partition(":")[0] in (*HERE, *ELSEWHERE)


def _sides(machine: Machine, mode: Mode, name: str) -> Iterator[Side]:
    """Yield what a place or a file stands for; a place can stand for several jobs.

    Raises:
        UsageError: there is no such place or file, or it is no saved status.
    """
    place, _, part = name.partition(":")
    if place in ELSEWHERE:
        yield from _declared(machine, mode, place, part)
    elif name in HERE:
        yield side_of(name, run_of(machine, _route(machine, mode, name)))
    else:
        yield _saved(name)


def _route(machine: Machine, mode: Mode, name: str) -> Route:
    """Return a route of this machine; VS Code's own terminal is one unless settings say more."""
    terminal = resolve_route(machine, mode)
    seen = {it.name: it.route for it in environments(machine, (terminal,))}
    return seen.get(name, terminal)


def _declared(machine: Machine, mode: Mode, place: str, part: str) -> Iterator[Side]:
    runs = [it for it in runs_elsewhere(machine) if it.declared.environment.value == place]
    if not runs:
        subject = described(place).removeprefix("The ")
        raise UsageError(
            f"{place}: no file of the project declares a {subject} that runs Claude Code "
            "and sets a variable that decides who pays"
        )
    wanted = [it for it in runs if it.mode is mode] or runs
    if part:
        wanted = [it for it in wanted if part in (it.declared.name, _job(it))]
    if not wanted:
        names = ", ".join(dict.fromkeys(f"{place}:{it.declared.name}" for it in runs))
        raise UsageError(f"{place}:{part} is not there; there are {names}")
    for one in wanted:
        yield side_of(_name(one), run_of(machine, one.route))


def _job(run: RunElsewhere) -> str:
    return run.declared.name.partition("/")[0]


def _name(run: RunElsewhere) -> str:
    name = run.declared.name
    return f"{run.declared.environment.value}:{name}" if name else run.declared.environment.value


def _saved(path: str) -> Side:
    try:
        with sys.stdin.buffer if path == "-" else open(path, "rb") as file:
            text = file.read(LARGEST_STATUS)
    except FileNotFoundError:
        places = ", ".join((*HERE, *ELSEWHERE))
        raise UsageError(f"'{path}' is neither a file nor one of {places}") from None
    except OSError as error:
        raise UsageError(f"'{path}' cannot be read: {os.strerror(error.errno or 0)}") from None
    except ValueError:
        raise UsageError("a file's name cannot hold NUL") from None
    try:
        return side_of(path, saved_run(text))
    except NoStatusError as error:
        raise UsageError(f"'{path}' {error}") from None
