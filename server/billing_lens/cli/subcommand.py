"""The commands of a parser: what they add themselves to, and how their help looks."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from typing import TYPE_CHECKING, TypeAlias, cast

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
