"""Code lenses: above a config file's first line, who it makes pay, or why it does not."""

from __future__ import annotations

from typing import Any, cast

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
"""A command of the server's for all other clients: shows the same as a message."""

_WHY = "Why?"
_OF_OTHERS = DECLARING_KINDS | {Kind.VSCODE_SETTINGS}


def lens_command(initialization_options: object) -> str:
    """Return the client's own command if it announces it, else the server's, which all can run.

    It is announced as ``{"commands": ["billingLens.showRoute"]}``; no capability of LSP tells.
    """
    is_object = isinstance(initialization_options, dict)
    commands = cast("Any", initialization_options).get("commands") if is_object else None
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
    said = [f"{pays}.", route.reason]
    if review.as_expected is False and review.expected:
        said.append(f"This is not as expected (from {review.expected.origin}).")
    return Redactor(review.machine).text(" ".join(said))
