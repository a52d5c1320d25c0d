"""`billing-lens check` on many homes: a shared host's, or those of mounted images."""

from __future__ import annotations

import argparse
import errno
import functools
import glob
import os
import sys
from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import closing
from pathlib import Path

from billing_lens.cli.fault import fault_text
from billing_lens.cli.options import UnreadableMachineError, UsageError, review_of
from billing_lens.cli.rerun import command_again
from billing_lens.cli.workers import MOST_WORKERS, PATIENCE_SECONDS, in_order, usual_workers
from billing_lens.machine.machine import Machine
from billing_lens.output.homes_text import CheckedHome, Home, UnreadHome, home_lines, homes_text
from billing_lens.output.json import check_of, json_text, unread_home
from billing_lens.output.terminal import screen_for
from billing_lens.wishes.severity import Severity

CLEAN, FOUND, NOT_READABLE = 0, 1, 3
FORMATS = ("text", "json")
"""What can tell of more than one home."""
_LOST = f"the process that checked it died, or gave no answer in {PATIENCE_SECONDS:.0f} seconds"


def check_homes(given: argparse.Namespace) -> int:
    """Check each of `given.homes` for itself; return 3 if one is unreadable, 1 if one fails.

    Raises:
        UsageError: an option makes no sense, or a pattern matches no home.
    """
    if given.format not in FORMATS:
        raise UsageError(f"--format {given.format} tells of one home; use text or json for several")
    if given.ci:
        raise UsageError("--ci looks at a job, which has no home; leave --home out")
    if given.cwd:
        raise UsageError("--cwd is a folder of one home; several are looked at from their own top")
    homes = _homes_named(given.homes)
    print_all = _print_lines if given.format == "json" else _print_text
    with closing(_checked(homes, given)) as answers:
        return print_all(_with_progress(answers, len(homes), given), given)


def _homes_named(patterns: Sequence[str]) -> list[str]:
    """Return the absolute path of each home once, in order."""
    homes = set[str]()
    for pattern in patterns:
        named = [pattern] if os.path.lexists(pattern) else glob.glob(pattern)
        if not named and glob.has_magic(pattern):
            raise UsageError(f"no home matches '{pattern}', or its folder cannot be read")
        homes.update(map(os.path.abspath, named or [pattern]))
    return sorted(homes)


def _checked(homes: Sequence[str], given: argparse.Namespace) -> Generator[Home]:
    """Yield what came of each home, in order."""
    workers = min(given.jobs or usual_workers(), len(homes), MOST_WORKERS)
    for path, home in in_order(functools.partial(_check, given), homes, workers):
        yield home or _unread(path, f"{path}: {_LOST}")


def _check(given: argparse.Namespace, path: str) -> Home:
    """Return what is found in one home, with nothing of whoever runs this mixed in.

    Raises:
        UsageError: an option makes no sense.
    """
    home = Path(path)
    alone = argparse.Namespace(**{**vars(given), "home": home, "cwd": home, "no_env": True})
    try:
        seen = review_of(alone, remembers=False)
        _must_be_readable(seen.machine)
        found = tuple((it.finding.severity, it.finding.rule) for it in seen.findings)
        if given.format == "json":
            return CheckedHome(path, found, document=json_text(check_of(seen, path), None))
        return CheckedHome(path, found, again=command_again(alone, seen.machine, "check"))
    except UsageError:
        raise
    except UnreadableMachineError as error:
        return _unread(path, str(error))
    except Exception as error:  # noqa: BLE001 one home must not stop the others
        return _unread(path, f"{path}: {fault_text(error)}")


def _must_be_readable(machine: Machine) -> None:
    """Claude Code, run by the home's owner, can read what we may not: nothing can be said then.

    Raises:
        UnreadableMachineError: a file that decides is closed to us.
    """
    denied = os.strerror(errno.EACCES)
    closed = next((it for it in machine.files.values() if denied in it.entry.reason), None)
    if closed:
        raise UnreadableMachineError(f"{closed.path} cannot be read: {denied}")


def _unread(path: str, message: str) -> UnreadHome:
    return UnreadHome(path, message, json_text(unread_home(path, message), None))


def _with_progress(homes: Iterable[Home], count: int, given: argparse.Namespace) -> Iterator[Home]:
    """Yield the homes behind a progress bar, where a person would otherwise see nothing happen."""
    lines_show_it = given.format == "json" and sys.stdout.isatty()
    if given.quiet or lines_show_it or not sys.stderr.isatty():
        yield from homes
        return
    from tqdm import tqdm  # noqa: PLC0415 hardly a run needs it

    tqdm.monitor_interval = 0  # Its thread would be there when processes are forked.
    yield from tqdm(homes, total=count, unit=" homes", leave=False, file=sys.stderr)


def _print_lines(homes: Iterable[Home], given: argparse.Namespace) -> int:
    """Print a line of JSON for each home as soon as it is its turn; return the exit code."""
    code = CLEAN
    for home in homes:
        print(home.document, flush=True)
        code = max(code, _code(home, given))
    return code


def _print_text(homes: Iterable[Home], given: argparse.Namespace) -> int:
    """Print what a person wants to know of all homes, at the end; return the exit code."""
    everything, screen = list(homes), screen_for(given.color)
    if given.quiet:
        failing = [home for home in everything if _code(home, given) != CLEAN]
        for line in (line for home in failing for line in home_lines(home, screen)):
            print(line)
    else:
        print(homes_text(everything, screen, verbose=given.verbose))
    return max(_code(home, given) for home in everything)


def _code(home: Home, given: argparse.Namespace) -> int:
    if isinstance(home, UnreadHome):
        return NOT_READABLE
    least = Severity(given.fail_on).rank
    return FOUND if any(severity.rank <= least for severity, _ in home.found) else CLEAN
