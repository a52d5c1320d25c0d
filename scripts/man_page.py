"""Writes the man page from the parser of the command line: ``make man``.

python -m scripts.man_page build/man/billing-lens.1
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterator
from pathlib import Path

from argparse_manpage.manpage import Manpage

from billing_lens import __version__
from billing_lens.cli.main import build_parser
from billing_lens.cli.options import subcommands_of

_ENVIRONMENT = {
    "NO_COLOR, FORCE_COLOR": "No colour at all, or colour in a pipe too; --color comes first.",
    "NO_HYPERLINK, FORCE_HYPERLINK": "No links to files, or links in any terminal and pipe.",
    "COLUMNS": "How wide the terminal is, where it does not say so itself.",
    "IS_DEMO": "When set, e-mail addresses are hidden, as Claude Code hides them.",
}
_EXIT_STATUS = {
    "0": "Nothing is wrong.",
    "1": "Something is: findings that fail the check, a fix that is left.",
    "2": "Wrong usage.",
    "3": "The machine could not be read.",
    "70": "A fault of billing-lens itself; please report it.",
    "130": "Interrupted.",
}


def man_page() -> str:
    """Return the page of the whole command line, with the examples of each command."""
    os.environ["COLUMNS"] = "80"  # argparse breaks the usage by it.
    parser = build_parser()
    about = {
        "project_name": "billing-lens",
        "version": __version__,
        "manual_title": "Billing Lens",
        "description": "shows who pays for Claude Code before it runs, and puts it right",
    }
    page = Manpage(parser, about, format="single-commands-section")
    page.add_section("examples", ">", "\n".join(_examples(parser)))
    page.add_section("exit status", ">", "\n".join(_list(_EXIT_STATUS)))
    page.add_section("environment", ">", "\n".join(_list(_ENVIRONMENT)))
    return str(page)


def _examples(parser: argparse.ArgumentParser) -> Iterator[str]:
    """Yield the examples at the end of each command's help, as they are written there."""
    for listed, command in subcommands_of(parser):
        yield f".SS {_escaped(listed.dest)}"
        yield ".nf"
        yield from map(_escaped, (command.epilog or "").splitlines()[1:])
        yield ".fi"


def _list(entries: dict[str, str]) -> Iterator[str]:
    for name, meaning in entries.items():
        yield from (".TP", f".B {_escaped(name)}", _escaped(meaning))


def _escaped(text: str) -> str:
    return text.replace("\\", r"\e").replace("-", r"\-").replace("'", r"\(aq")


def main(arguments: list[str]) -> int:
    """Write the page to the file that is named."""
    target = Path(arguments[0])
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(man_page(), encoding="utf-8")
    print(target)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
