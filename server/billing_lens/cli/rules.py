"""`billing-lens rules`: what is looked for, and the page of each rule."""

from __future__ import annotations

import argparse
import re
from pathlib import Path

from billing_lens.cli.options import UsageError
from billing_lens.cli.subcommand import Subcommands
from billing_lens.output.paint import paint_for
from billing_lens.output.text import SEVERITY_STYLES
from billing_lens.rules import RULES

_PACKAGE = Path(__file__).parents[1]
_PAGES = (_PACKAGE / "rule_pages", _PACKAGE.parents[1] / "docs" / "rules")
"""Where the pages are in a wheel, and in a source checkout."""

_COMMENT = re.compile(r"<!--.*?-->\n+", re.DOTALL)


def add_parser(commands: Subcommands) -> None:
    """Add the command to the parser."""
    parser = commands.add_parser("rules", help="list the rules, or explain one")
    parser.add_argument("id", nargs="?", metavar="ID", help="the rule to explain")
    parser.set_defaults(run=run)


def run(given: argparse.Namespace) -> int:
    """Print the list, or one rule's page as Markdown."""
    if given.id is None:
        paint = paint_for()
        for rule in RULES.values():
            style = SEVERITY_STYLES[rule.severity]
            print(f"{paint('bold', rule.id)} ({paint(style, rule.severity.value)})")
            print(f"  {rule.summary}")
        return 0
    if given.id not in RULES:
        raise UsageError(f"there is no rule '{given.id}'; the rules are {', '.join(RULES)}")
    print(page_of(given.id))
    return 0


def page_of(rule: str) -> str:
    """Return the Markdown page of a rule without its comments; a test sees that each has one."""
    folder = next(folder for folder in _PAGES if folder.is_dir())
    text = (folder / f"{rule}.md").read_text(encoding="utf-8")
    return _COMMENT.sub("", text).rstrip()
