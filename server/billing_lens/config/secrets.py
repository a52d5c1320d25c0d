"""How a secret looks: by the name it stands under, or by its own shape."""

from __future__ import annotations

import re

SECRET_NAME = re.compile(
    r"token(?!_file)|\bjwt|secret|password|passwd|apikey|api_key|authorization|cookie|headers|private",
    re.IGNORECASE,
)
"""Names of variables and members whose values are taken for secrets."""

TOKEN = re.compile(r"\bsk-[A-Za-z0-9_-]{8,}|\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9._-]*")
"""Anthropic's and others' keys, and JSON Web Tokens."""


def holds_a_token(text: str) -> bool:
    """Return whether a key or token stands somewhere in `text` in plain sight."""
    return TOKEN.search(text) is not None


_KINDS = {
    "sk-ant-api": "an API key",
    "sk-ant-admin": "an Admin API key",
    "sk-ant-oat": "an OAuth access token",
    "sk-ant-ort": "an OAuth refresh token",
    "eyJ": "a JSON Web Token",
}


def kind_of_token(secret: str) -> str:
    """Return what kind of secret it is, by how it begins: "an API key"."""
    beginnings = (kind for start, kind in _KINDS.items() if secret.startswith(start))
    return next(beginnings, "a secret of no known kind")


ANTHROPIC_TOKEN = re.compile(r"\bsk-ant-[A-Za-z0-9_-]{8,}")
"""A key, OAuth token or refresh token of Anthropic's."""

_PLACEHOLDER = re.compile(
    r"x{3,}|\*{3,}|\.\.\.|…|<|your|example|placeholder|dummy|change.?me|replace|redacted"
    r"|(?:^|[-_])(?:test|testing|fake|mock|todo|here|none|local)(?:$|[-_])",
    re.IGNORECASE,
)
_SHORTEST = 16


def is_plausible_token(text: str) -> bool:
    """Return whether a text that stands where a token belongs looks like a real one.

    Workflows of tests and templates set such variables to "test-key" or "your-key-here".
    """
    if _PLACEHOLDER.search(text) or "$" in text or any(map(str.isspace, text)):
        return False
    mixed = any(map(str.isdigit, text)) and any(map(str.isalpha, text))
    return mixed and len(text) >= _SHORTEST
