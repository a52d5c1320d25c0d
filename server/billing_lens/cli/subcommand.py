"""The type of what commands add themselves to, and how their help looks."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    Subcommands: TypeAlias = argparse._SubParsersAction[argparse.ArgumentParser]  # pyright: ignore[reportPrivateUsage]
else:
    Subcommands = object

EXAMPLES_AS_WRITTEN = argparse.RawDescriptionHelpFormatter
"""Keeps the lines of descriptions and examples, which are written for 80 columns."""
