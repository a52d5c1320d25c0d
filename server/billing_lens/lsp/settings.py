"""The user's settings in the editor, as one typed object."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from billing_lens.billing.expectation import ANY, Wish
from billing_lens.billing.route import Billing
from billing_lens.machine.machine import Mode

SECTION = "billingLens"


@dataclass(frozen=True)
class Settings:
    """What the editor's settings say; wrong values count as not set."""

    mode: Mode = Mode.INTERACTIVE
    wish: Wish | None = None


def read_settings(value: object) -> Settings:
    """Return the ``billingLens`` section (nested objects, as the client sends it) as settings."""
    section = _mapping(value)
    expected = _mapping(section.get("expected"))
    billing = expected.get("billing")
    organization = expected.get("organization")
    known = billing in {ANY, *(kind.value for kind in Billing)}
    wish = Wish(
        str(billing) if known and billing else None,
        organization.strip() or None if isinstance(organization, str) else None,
        "your editor settings",
    )
    mode = section.get("mode")
    return Settings(
        mode=Mode(mode) if mode in [mode.value for mode in Mode] else Mode.INTERACTIVE,
        wish=wish if wish.billing or wish.organization else None,
    )


def _mapping(value: object) -> Mapping[str, object]:
    return value if isinstance(value, dict) else {}
