"""What one of our own files wishes, as data that can be kept."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from msgspec import Struct, field

from billing_lens.billing.sources import Source
from billing_lens.config.file import Problem
from billing_lens.config.kinds import Kind
from billing_lens.config.secrets import holds_a_token
from billing_lens.text.positions import Span
from billing_lens.wishes.severity import Severity

Severities = Mapping[str, Severity | None]
"""The severity wanted of a rule, by its id; None means that it is off."""

WHOSE = {Kind.PREFERENCES: "your preferences", Kind.TEAM_POLICY: "the policy"}
"""What each of the two files is called in a sentence."""

_LONGEST_NAME = 50


class FileWishes(Struct, frozen=True):
    """What a file wishes, and all that is wrong with it. Spans are bytes of the file."""

    billing: str | None = None
    organization: str | None = None
    expected_span: Span | None = None
    severities: Severities = field(default_factory=dict[str, "Severity | None"])
    rules: Mapping[str, Span | None] = field(default_factory=dict[str, "Span | None"])
    """Where each id stands; whether there is such a rule is not known here."""
    sources: tuple[Source, ...] | None = None
    """What may pay; None when everything may."""
    sources_span: Span | None = None
    problems: tuple[Problem, ...] = ()


def named(name: str) -> str:
    """Return a name as a sentence can show it, which a token that was pasted there is not."""
    shows = len(name) <= _LONGEST_NAME and name.isprintable() and not holds_a_token(name)
    return f"'{name}'" if shows else "of this name"


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Return a sentence that names the likeliest of `known`; empty where none is like `word`."""
    if len(word) > _LONGEST_NAME:
        return ""
    from difflib import get_close_matches  # noqa: PLC0415 few files have anything wrong

    likely = get_close_matches(word.lower(), list(known), 1, cutoff=0.5)
    return f" Did you mean '{likely[0]}'?" if likely else ""
