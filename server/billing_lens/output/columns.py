"""Text as a terminal shows it: what it takes in columns, and nothing that would move the cursor."""

from __future__ import annotations

import re

TAB = "    "
"""What a tab is shown as: the same wherever it stands, so that what follows stays aligned."""

_CODE = r"\x1b\[[0-9;]*m|\x1b\]8;[^\x1b]*\x1b\\"
"""Colours and hyperlinks, which take no room."""

_CONTROL = (
    "[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]"
)
"""Control characters, line breaks, what turns the direction of text, and what is no character."""

# The patterns are compiled when they are first needed, as hardly a text needs them.

_NOT_LATIN = "\u0300"
_OUR_SIGNS = frozenset("…•✓✗")
"""Signs one column wide that most of our texts have."""

_DELETE = 0x7F


def width_of(text: str) -> int:
    """Return how many columns `text` takes, its colours and links left out of account."""
    plain = re.sub(_CODE, "", text) if "\x1b" in text else text
    if plain.isascii() or {char for char in plain if char >= _NOT_LATIN} <= _OUR_SIGNS:
        return len(plain)
    import wcwidth  # noqa: PLC0415 its tables are large, and hardly a run needs them

    width = wcwidth.wcswidth(plain)
    return width if width >= 0 else len(plain)


def printable(text: str) -> str:
    """Return foreign `text` on one line, so that it can neither steer the terminal nor lie."""
    return text if text.isprintable() else re.sub(_CONTROL, _picture, text)


def _picture(found: re.Match[str]) -> str:
    """Return a tab as spaces and another control character as its sign."""
    code = ord(found[0])
    if code == ord("\t"):
        return TAB
    if code < ord(" "):
        return chr(0x2400 + code)
    return "\u2421" if code == _DELETE else "\ufffd"
