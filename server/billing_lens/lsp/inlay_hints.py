"""Inlay hints: at the end of an organization id its name, of an expiry time how long it is."""

from __future__ import annotations

from lsprotocol import types

from billing_lens.billing.organizations import organization_names, plan_of_organization
from billing_lens.config.known_key import Sort
from billing_lens.config.known_positions import KnownPosition, known_positions
from billing_lens.lsp.conversion import lsp_position
from billing_lens.machine.machine import Machine
from billing_lens.output.redaction import Redactor
from billing_lens.output.time_words import expiry_in_words, expiry_of
from billing_lens.review import Review
from billing_lens.text.positions import PositionEncoding, Range

_HINTED = (Sort.ORGANIZATION, Sort.SECONDS, Sort.MILLISECONDS)
LONGEST_NAME = 60
"""Characters of a name that are shown: the line should stay readable."""


def inlay_hints(
    review: Review, path: str, range_: Range, encoding: PositionEncoding
) -> list[types.InlayHint]:
    """Return the hints for the values that end in `range_`; nothing outside it is looked at."""
    machine = review.machine
    file = machine.existing(path)
    if file is None:
        return []
    asked = file.buffer.span(range_, encoding)
    redactor = Redactor(machine)
    hints: list[types.InlayHint] = []
    for known in known_positions(file, asked, _HINTED):
        end = known.value_span.end
        label = _label(machine, known) if asked.start <= end <= asked.end else None
        if label:
            position = lsp_position(file.buffer.position(end, encoding))
            hints.append(types.InlayHint(position, redactor.text(label), padding_left=True))
    return hints


def _label(machine: Machine, known: KnownPosition) -> str | None:
    if known.key.sort is Sort.ORGANIZATION:
        return _whose(machine, known.value.strip()) if isinstance(known.value, str) else None
    expiry = expiry_of(known.value, in_seconds=known.key.sort is Sort.SECONDS)
    if expiry is None:
        return None
    return expiry.mistake or expiry_in_words(expiry.at_ms, machine.now_ms)


def _whose(machine: Machine, identifier: str) -> str | None:
    """Return an organization's name where a file knows it, else whether your login is of it."""
    name = organization_names(machine).get(identifier)
    if name:
        # A name may hold line breaks and escapes (case "acct organizationName with newline/ESC").
        shown = "".join(character if character.isprintable() else " " for character in name)
        return shown if len(shown) <= LONGEST_NAME else f"{shown[:LONGEST_NAME]}…"
    plan = plan_of_organization(machine, identifier)
    return f"your {plan} organization" if plan else None
