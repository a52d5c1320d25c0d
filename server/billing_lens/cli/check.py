"""`billing-lens check`: the findings, for people and for CI."""

from __future__ import annotations

import argparse
import functools
import json
import os
from collections.abc import Callable, Sequence
from pathlib import Path

from billing_lens.cli.options import (
    EXAMPLES_AS_WRITTEN,
    Subcommands,
    add_amount_options,
    add_ci_option,
    add_color_option,
    add_machine_options,
    review_of,
)
from billing_lens.review import Review, ReviewedFinding
from billing_lens.wishes.severity import Severity

CLEAN, FOUND = 0, 1

_DESCRIPTION = """\
Reports what pays for Claude Code although it should not: each finding on the
exact text that is to blame, with its proof and its fixes. Nothing is changed.

With several homes (--home more than once, or a pattern in quotes) each is
checked for itself, without this process's variables: a line of JSON for each,
or in text a line for each that needs a look.

Exit codes: 0 clean, 1 findings at or above --fail-on, 2 wrong usage, 3 the
machine, or one of several homes, could not be read, whatever is found."""

_EXAMPLES = """\
examples:
  billing-lens check                     what is wrong, and where
  billing-lens check --quiet             one line a finding that fails the check
  billing-lens check --verbose           leftovers too, and the files looked at
  billing-lens check --fail-on warning   be strict
  billing-lens check --expect subscription --mode headless
                                         as CI would be billed
  billing-lens check --ci                in a job of CI: which secret would pay
  billing-lens check --format sarif > billing-lens.sarif
                                         for code scanning
  billing-lens check --home '/home/*' --format json > homes.jsonl
                                         every home of a shared host"""


def add_parser(commands: Subcommands) -> None:
    """Add the command to the parser."""
    parser = commands.add_parser(
        "check",
        help="report what pays wrongly; exit 1 if anything does",
        description=_DESCRIPTION,
        epilog=_EXAMPLES,
        formatter_class=EXAMPLES_AS_WRITTEN,
    )
    parser.add_argument(
        "--format",
        choices=list(FORMATS),
        default="text",
        help="text for people; the others for programs, see docs/output.md",
    )
    parser.add_argument(
        "--fail-on",
        choices=[level.value for level in (Severity.ERROR, Severity.WARNING, Severity.INFO)],
        default=Severity.ERROR.value,
        help="the least severity that makes the check fail (default: error)",
    )
    add_amount_options(
        parser,
        quiet="only what fails the check, a line each (text)",
        verbose="leftovers that change nothing too, and the files looked at (text)",
    )
    add_color_option(parser)
    add_ci_option(parser)
    add_machine_options(parser, many_homes=True)
    parser.add_argument(
        "--jobs",
        metavar="N",
        type=_positive,
        help="how many homes to check at once (default: one for each processor)",
    )
    parser.set_defaults(run=run, home=None)


def run(given: argparse.Namespace) -> int:
    """Print the findings and return whether any reaches ``--fail-on``."""
    if _are_many(given.homes):
        from billing_lens.cli.many_homes import check_homes  # noqa: PLC0415

        return check_homes(given)
    given.home = Path(given.homes[0]) if given.homes else None
    seen = review_of(given)
    code = FOUND if _failing(seen, given) else CLEAN
    output = FORMATS[given.format](seen, given, code)
    if output:
        print(output)
    return code


def _positive(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"'{text}' is no number from 1")
    return int(text)


def _are_many(homes: Sequence[str]) -> bool:
    """Return whether several homes may be meant; a directory's name may look like a pattern."""
    return len(homes) > 1 or any(set(it) & set("*?[") and not os.path.lexists(it) for it in homes)


def _failing(seen: Review, given: argparse.Namespace) -> list[ReviewedFinding]:
    least = Severity(given.fail_on).rank
    return [found for found in seen.findings if found.finding.severity.rank <= least]


# Each format is imported when it is asked for: imports are most of a run.


def _text(seen: Review, given: argparse.Namespace, code: int) -> str:
    del code
    from billing_lens.cli.rerun import command_again  # noqa: PLC0415
    from billing_lens.output.findings_text import check_text, concise_text  # noqa: PLC0415
    from billing_lens.output.terminal import screen_for  # noqa: PLC0415

    screen = screen_for(given.color)
    if given.quiet:
        return concise_text(seen, screen, _failing(seen, given))
    again = functools.partial(command_again, given, seen.machine)
    text = check_text(seen, screen, again, verbose=given.verbose)
    if not given.ci:
        return text
    from billing_lens.output.text import verdict_text  # noqa: PLC0415

    return f"{verdict_text(seen, screen)}\n  {seen.route.reason}\n\n{text}"


def _json(seen: Review, given: argparse.Namespace, code: int) -> str:
    del given, code
    from billing_lens.output.json import check_of, json_text  # noqa: PLC0415

    return json_text(check_of(seen))


def _sarif(seen: Review, given: argparse.Namespace, code: int) -> str:
    del given
    from billing_lens.output.sarif import sarif_log  # noqa: PLC0415

    return json.dumps(sarif_log(seen, code), indent=2)


def _github(seen: Review, given: argparse.Namespace, code: int) -> str:
    del given, code
    from billing_lens.output.github import workflow_commands  # noqa: PLC0415

    return "\n".join(workflow_commands(seen))


def _junit(seen: Review, given: argparse.Namespace, code: int) -> str:
    del code
    from billing_lens.output.junit import junit_report  # noqa: PLC0415

    return junit_report(seen, _failing(seen, given))


FORMATS: dict[str, Callable[[Review, argparse.Namespace, int], str]] = {
    "text": _text,
    "json": _json,
    "sarif": _sarif,
    "github": _github,
    "junit": _junit,
}
