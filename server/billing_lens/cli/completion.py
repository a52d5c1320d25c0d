"""`billing-lens completion`: what makes a shell complete our commands and options at Tab."""

from __future__ import annotations

import argparse
from pathlib import Path

from billing_lens.cli.options import EXAMPLES_AS_WRITTEN, Subcommands, subcommands_of

SHELLS = ("bash", "zsh", "fish")

_DESCRIPTION = """\
Prints a script that makes a shell complete the commands and options of
billing-lens when you press Tab."""

_EXAMPLES = """\
examples, for now and for good:
  eval "$(billing-lens completion bash)"       in bash; or put it into ~/.bashrc
  billing-lens completion zsh > "${fpath[1]}/_billing-lens"
                                               in zsh, before compinit runs
  billing-lens completion fish > ~/.config/fish/completions/billing-lens.fish"""


def add_parser(commands: Subcommands) -> None:
    """Add the command to the parser."""
    parser = commands.add_parser(
        "completion",
        help="print a script that makes a shell complete billing-lens",
        description=_DESCRIPTION,
        epilog=_EXAMPLES,
        formatter_class=EXAMPLES_AS_WRITTEN,
    )
    parser.add_argument("shell", choices=SHELLS, help="the shell")
    parser.set_defaults(run=run)


def run(given: argparse.Namespace) -> int:
    """Print the script, made from the parser of the whole command line."""
    # Imported here because main imports this module, and no other command needs shtab.
    import shtab  # noqa: PLC0415

    from billing_lens.cli.main import build_parser  # noqa: PLC0415
    from billing_lens.rules import RULES  # noqa: PLC0415

    parser = build_parser()
    for listed, command in subcommands_of(parser):
        command.description = listed.help  # Shells show it beside the command.
        for action in command._actions:  # pyright: ignore[reportPrivateUsage] no other way
            if action.type is Path or action.metavar == "GLOB":
                action.complete = shtab.DIRECTORY  # pyright: ignore[reportAttributeAccessIssue]
            elif action.metavar == "PROGRAM":
                action.complete = shtab.FILE  # pyright: ignore[reportAttributeAccessIssue]
            elif action.metavar == "RULE":
                action.choices = list(RULES)
    print(shtab.complete(parser, given.shell))
    return 0
