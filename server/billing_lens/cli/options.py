"""The machine options every command shares, and the machine they describe."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias, cast

from billing_lens.billing.expectation import EXPECTABLE, Wish
from billing_lens.config.kinds import Platform
from billing_lens.machine.claude_arguments import claude_arguments
from billing_lens.machine.machine import Machine, MachineOptions, Mode, this_machine
from billing_lens.machine.reading import MachineReader
from billing_lens.review import Review, review
from billing_lens.wishes.store import WishStore

if TYPE_CHECKING:
    Subcommands: TypeAlias = argparse._SubParsersAction[argparse.ArgumentParser]  # pyright: ignore[reportPrivateUsage]
else:
    Subcommands = object

EXAMPLES_AS_WRITTEN = argparse.RawDescriptionHelpFormatter
"""Keeps the lines of descriptions and examples, which are written for 80 columns."""


def subcommands_of(
    parser: argparse.ArgumentParser,
) -> Iterator[tuple[argparse.Action, argparse.ArgumentParser]]:
    """Yield each command's own parser, after its entry in the list of commands (dest and help)."""
    # argparse has no public way to its actions.
    for action in parser._actions:  # pyright: ignore[reportPrivateUsage]
        if isinstance(action, argparse._SubParsersAction):  # pyright: ignore[reportPrivateUsage]
            for listed in action._choices_actions:  # pyright: ignore[reportPrivateUsage]
                yield listed, cast("argparse.ArgumentParser", action.choices[listed.dest])


class UsageError(Exception):
    """The command was called wrongly; exit code 2."""


class UnreadableMachineError(Exception):
    """The machine could not be read; exit code 3."""


def add_machine_options(parser: argparse.ArgumentParser, *, many_homes: bool = False) -> None:
    """Add the options that say which machine to look at.

    With `many_homes` the homes are `given.homes`, a list of directories and patterns.
    """
    group = parser.add_argument_group("machine", "which machine to look at (default: this one)")
    if many_homes:
        group.add_argument(
            "--home",
            metavar="GLOB",
            dest="homes",
            action="append",
            default=[],
            help="another home; nothing outside it is read. Repeat it or quote a pattern for many",
        )
    else:
        group.add_argument(
            "--home", metavar="DIR", type=Path, help="another home; nothing outside it is read"
        )
    group.add_argument(
        "--cwd", metavar="DIR", type=Path, help="the folder Claude Code would start in"
    )
    group.add_argument("--no-env", action="store_true", help="start from no environment variables")
    group.add_argument(
        "--env",
        metavar="NAME=VALUE",
        action="append",
        default=[],
        help="set a variable (repeatable)",
    )
    group.add_argument("--managed-dir", metavar="DIR", type=Path, help="where managed settings are")
    group.add_argument(
        "--platform",
        choices=[platform.value for platform in Platform],
        help="as on another operating system",
    )
    group.add_argument("--claude-version", metavar="VERSION", help="instead of the installed one")
    group.add_argument(
        "--mode",
        choices=[mode.value for mode in Mode],
        default=Mode.INTERACTIVE.value,
        help="how Claude Code is used: in a terminal, or headless (claude -p, CI)",
    )
    group.add_argument(
        "--expect",
        choices=EXPECTABLE,
        help="what should pay (default: inferred)",
    )
    group.add_argument("--organization", metavar="ID", help="the organization that should pay")


def add_ci_option(parser: argparse.ArgumentParser) -> None:
    """Add ``--ci``, which the commands take that only look."""
    parser.add_argument(
        "--ci",
        action="store_true",
        help="as a job of CI: the environment, the project and managed settings count, and nothing"
        " of a home (headless)",
    )


def add_color_option(parser: argparse.ArgumentParser) -> None:
    """Add ``--color``, which every command that prints for people takes."""
    parser.add_argument(
        "--color",
        choices=["auto", "always", "never"],
        default="auto",
        help="when to use colour (default: on a terminal; NO_COLOR and FORCE_COLOR count)",
    )


def add_amount_options(parser: argparse.ArgumentParser, *, quiet: str, verbose: str) -> None:
    """Add ``--quiet`` and ``--verbose``, with what each means here."""
    amount = parser.add_mutually_exclusive_group()
    amount.add_argument("-q", "--quiet", action="store_true", help=quiet)
    amount.add_argument("-v", "--verbose", action="store_true", help=verbose)


def split_claude_arguments(argv: Sequence[str]) -> tuple[list[str], list[str]]:
    """Return our own arguments, and those after ``--`` that Claude Code would get."""
    arguments = list(argv)
    if "--" not in arguments:
        return arguments, []
    at = arguments.index("--")
    return arguments[:at], arguments[at + 1 :]


def machine_options(given: argparse.Namespace) -> MachineOptions:
    """Return the machine the options describe.

    Raises:
        UsageError: an option makes no sense.
        UnreadableMachineError: the home is not a directory that can be read.
    """
    here = this_machine(given.home)
    home = Path(os.path.abspath(here.home))
    if not home.is_dir() or not os.access(home, os.R_OK | os.X_OK):
        raise UnreadableMachineError(f"{home} is not a directory that can be read")
    confined = given.home is not None
    environment = {} if given.no_env else dict(here.environment)
    if confined:
        environment.pop("HOME", None)  # It names our home, not the one that is looked at.
    environment.update(_assignments(given.env))
    return MachineOptions(
        home=home,
        cwd=_working_directory(given.cwd, home, confined=confined),
        environment=environment,
        platform=Platform(given.platform) if given.platform else here.platform,
        arguments=claude_arguments(given.claude_arguments),
        managed_directory=Path(os.path.abspath(given.managed_dir)) if given.managed_dir else None,
        version=given.claude_version,
        confined=confined,
    )


def _working_directory(given: Path | None, home: Path, *, confined: bool) -> Path:
    """Return the folder Claude Code would start in: a foreign home has no say in ours."""
    try:
        cwd = Path(os.path.abspath(given or Path.cwd()))
    except FileNotFoundError:
        return home
    if not confined or cwd.is_relative_to(home):
        return cwd
    if given:
        note = f"billing-lens: {cwd} is outside {home}; its settings are not read"
        print(note, file=sys.stderr)
        return cwd
    return home


def _assignments(texts: Sequence[str]) -> dict[str, str]:
    variables: dict[str, str] = {}
    for text in texts:
        name, equals, value = text.partition("=")
        if not equals or not name:
            raise UsageError("--env takes NAME=VALUE")
        variables[name] = value
    return variables


def read_machine(given: argparse.Namespace) -> Machine:
    """Return the machine the options describe, read now.

    Raises:
        UsageError: an option makes no sense.
        UnreadableMachineError: the home is not a directory that can be read.
    """
    try:
        return MachineReader(machine_options(given)).read()
    except ValueError as error:
        raise UsageError(str(error)) from error


def wish_of(given: argparse.Namespace) -> Wish | None:
    """Return what the user said should pay, None when nothing was said."""
    if given.expect or given.organization:
        return Wish(given.expect, given.organization, "the command line")
    return None


def review_of(given: argparse.Namespace, *, remembers: bool = True) -> Review:
    """Return the review of the machine the options describe.

    What own files wish is remembered for the next start, which many homes have no use for.

    Raises:
        UsageError: an option makes no sense.
        UnreadableMachineError: the home is not a directory that can be read.
    """
    machine = read_machine(given)
    wish, store = wish_of(given), WishStore() if remembers else None
    if not getattr(given, "ci", False):
        return review(machine, Mode(given.mode), wish, store=store)
    from billing_lens.billing.ci_job import as_ci_job  # noqa: PLC0415 only jobs of CI need it

    return review(as_ci_job(machine), Mode.HEADLESS, wish, store=store)
