"""The user's settings in the editor, as one typed object."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

from msgspec import Struct

from billing_lens.billing.expectation import EXPECTABLE, Wish
from billing_lens.machine.machine import Mode
from billing_lens.wishes.file_wishes import Severities
from billing_lens.wishes.severity import LEVELS, severity_of

SECTION = "billingLens"


class Settings(Struct, frozen=True):
    """What the editor's settings say; wrong values count as not set."""

    mode: Mode = Mode.INTERACTIVE
    wish: Wish | None = None
    severities: Severities | None = None


def read_settings(value: object) -> Settings:
    """Return the ``billingLens`` section (nested objects, as the client sends it) as settings."""
    section = _mapping(value)
    expected = _mapping(section.get("expected"))
    billing = _text(expected.get("billing"))
    wish = Wish(
        billing if billing in EXPECTABLE else None,
        _text(expected.get("organization")),
        "your editor settings",
    )
    mode = section.get("mode")
    return Settings(
        mode=Mode.HEADLESS if mode == Mode.HEADLESS else Mode.INTERACTIVE,
        wish=wish if wish.billing or wish.organization else None,
        severities={
            rule: severity_of(level)
            for rule, level in _mapping(section.get("rules")).items()
            if isinstance(level, str) and level in LEVELS
        },
    )


def _text(value: object) -> str | None:
    return value.strip() or None if isinstance(value, str) else None


def _mapping(value: object) -> Mapping[str, object]:
    return cast("Mapping[str, object]", value) if isinstance(value, dict) else {}
