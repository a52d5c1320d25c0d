"""`billing-lens rules`: what is looked for, and the page of each rule."""

from __future__ import annotations

import argparse

from billing_lens.cli.options import EXAMPLES_AS_WRITTEN, Subcommands, UsageError, add_color_option
from billing_lens.output.findings_text import SEVERITY_STYLES
from billing_lens.output.rule_pages import page_of
from billing_lens.output.terminal import screen_for
from billing_lens.rules import RULES

_DESCRIPTION = """\
Lists what is looked for, or prints one rule's page as Markdown: what it means,
who pays, why it happens and how to put it right."""

_EXAMPLES = """\
examples:
  billing-lens rules                           all of them
  billing-lens rules profile-overrides-login   what this one means"""


def add_parser(commands: Subcommands) -> None:
    """Add the command to the parser."""
    parser = commands.add_parser(
        "rules",
        help="list the rules, or explain one",
        description=_DESCRIPTION,
        epilog=_EXAMPLES,
        formatter_class=EXAMPLES_AS_WRITTEN,
    )
    parser.add_argument("id", nargs="?", metavar="RULE", help="the rule to explain")
    add_color_option(parser)
    parser.set_defaults(run=run)


def run(given: argparse.Namespace) -> int:
    """Print the list, or one rule's page as Markdown."""
    if given.id is None:
        screen = screen_for(given.color)
        for rule in RULES.values():
            severity = screen.paint(SEVERITY_STYLES[rule.severity], rule.severity.value)
            name = screen.links.to(rule.documentation, rule.id)
            print(f"{screen.paint('bold', name)} ({severity})")
            print("\n".join(screen.prose(f"  {rule.summary}", "  ")))
        return 0
    if given.id not in RULES:
        raise UsageError(f"there is no rule '{given.id}'; the rules are {', '.join(RULES)}")
    print(page_of(given.id))
    return 0
