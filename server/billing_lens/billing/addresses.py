"""Where requests go: what ANTHROPIC_BASE_URL and other addresses say."""

from __future__ import annotations

import re

from msgspec import Struct

from billing_lens.billing.environment import Environment

BASE_URL = "ANTHROPIC_BASE_URL"
FIRST_PARTY_DOMAIN = "anthropic.com"


class BaseUrl(Struct, frozen=True):
    """Where requests go: `host` is None for Anthropic's own."""

    host: str | None = None
    is_valid: bool = True


def base_url_of(environment: Environment) -> BaseUrl:
    """Return what ANTHROPIC_BASE_URL says."""
    variable = environment.get(BASE_URL)
    return read_base_url(variable.value) if variable else BaseUrl()


def read_base_url(text: str) -> BaseUrl:
    """Return what an address says, read as the URL standard has it for ``http`` and ``https``.

    Slashes may be missing or be backslashes (https://url.spec.whatwg.org; cases "base url …").
    """
    found = re.match(r"(?i)https?:[/\\\\]*([^/\\\\?#]*)", text.strip())
    named = found[1].rpartition("@")[2] if found else ""
    if found is None or (named.startswith("[") and "]" not in named):
        return BaseUrl(is_valid=False)
    host = re.sub(r":\d*$", "", named).strip("[]").lower()
    first_party = host == FIRST_PARTY_DOMAIN or host.endswith("." + FIRST_PARTY_DOMAIN)
    return BaseUrl(None if first_party or not host else host)
