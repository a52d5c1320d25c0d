"""The command to run next, as a line to copy."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from billing_lens.output.columns import printable
from billing_lens.output.paint import Paint

Again = Callable[..., str]
"""Takes the words of a command and returns the line to copy, with this run's machine options."""


def command_lines(command: str, paint: Paint) -> Iterator[str]:
    """Yield a command of ours, and a reminder where a secret was left out of it."""
    yield f"  {paint('bold', printable(command))}"
    if "••••" in command:
        yield "  Put the secrets in again where •••• stands."
