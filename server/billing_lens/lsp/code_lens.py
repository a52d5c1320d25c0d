"""What a config file does, above its first line: who it makes pay, or why it does not."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

from lsprotocol import types

from billing_lens.billing.effect import Effects
from billing_lens.config.file import ConfigFile
from billing_lens.config.kinds import DECLARING_KINDS, Kind
from billing_lens.config.known_positions import known_positions
from billing_lens.output.redaction import Redactor
from billing_lens.review import Review, describe_payment

SHOW_ROUTE = "billingLens.showRoute"
"""A command of the client's own: shows who pays and why."""
EXPLAIN_ROUTE = "billingLens.server.explain"
"""The same as a command of the server's, for every client that has none: it sends a message."""

_WHY = "Why?"
_OF_OTHERS = DECLARING_KINDS | {Kind.VSCODE_SETTINGS}


def lens_command(initialization_options: object) -> str:
    """Return the command that will not fail in this client: its own, if it announces that.

    It does so as ``{"commands": ["billingLens.showRoute"]}``. Every client can run the server's;
    that of Neovim does not even say so in its capabilities.
    """
    options: Mapping[str, object] = (
        cast("dict[str, object]", initialization_options)
        if isinstance(initialization_options, dict)
        else {}
    )
    commands = options.get("commands")
    return SHOW_ROUTE if isinstance(commands, list) and SHOW_ROUTE in commands else EXPLAIN_ROUTE


def code_lenses(review: Review, path: str, command: str) -> list[types.CodeLens]:
    """Return the two lenses of a config file: what it does, and "Why?".

    A file of other programs that says nothing to Claude Code has none.
    """
    file = review.machine.existing(path)
    if file is None or (file.kind in _OF_OTHERS and not any(known_positions(file))):
        return []
    start = types.Position(0, 0)
    redactor = Redactor(review.machine)
    return [
        types.CodeLens(types.Range(start, start), types.Command(redactor.text(title), command))
        for title in (_effect_of(review, file), _WHY)
    ]


def _effect_of(review: Review, file: ConfigFile) -> str:
    if file.kind in (Kind.PREFERENCES, Kind.TEAM_POLICY):
        return {
            True: "As expected here: it pays",
            False: "Not as expected here: something else pays",
            None: "Nothing is expected",
        }[review.as_expected]
    return Effects(review.machine, review.route, review.environments).of_file(file).text


def explanation(review: Review) -> str:
    """Return who pays and why in a few sentences, for a message."""
    route = review.route
    pays = f"Claude Code: {describe_payment(route)}"
    unexpected = review.as_expected is False and review.expected is not None
    origin = review.expected.origin if review.expected else ""
    verdict = [f"This is not as expected (from {origin})."] if unexpected else []
    return Redactor(review.machine).text(" ".join([f"{pays}.", route.reason, *verdict]))
