"""Where in a JSON text, valid or broken by typing, a cursor stands, and what belongs there."""

from __future__ import annotations

import re
from typing import Literal

from msgspec import Struct

from billing_lens.text.positions import Span
from billing_lens.text.trivia import TOKEN, after_space, has_line_break
from billing_lens.text.utf8 import decoded
from billing_lens.text.validation import loads

Slot = Literal["key", "value"]

_WORD = re.compile(rb"[A-Za-z0-9_.$-]*")
_UNFINISHED = re.compile(rb'"(?:[^"\\]|\\.)*|[A-Za-z0-9_.$-]+')
"""A token with which typing behind it goes on: a word, or a string that is not closed."""
_REST_OF_STRING = re.compile(rb'(?:[^"\\\r\n]|\\[^\r\n])*')


class JsonCursor(Struct, frozen=True):
    """A place where a key or a value can be written.

    `path` leads to the value, or to the object that the key is for. `span` is what stands there up
    to its end, without quotes: what a completion replaces. `opened` and `closed` say whether there
    are quotes before and after it.
    """

    slot: Slot
    path: tuple[str, ...]
    span: Span
    opened: bool
    closed: bool


class _Container(Struct):
    """An object or array that is open where the cursor stands."""

    is_object: bool
    expects: Literal["key", "colon", "value", "comma"]
    end: int
    """Where the last token in it ends."""
    key: str = ""
    index: int = 0

    @property
    def part(self) -> str:
        """Where in it the text has come to, as a part of a path."""
        return self.key if self.is_object else str(self.index)

    def slot_at(self, data: bytes, start: int) -> Slot | None:
        """Return what a token that starts at `start` is in it."""
        if self.expects in ("key", "value"):
            return self.expects
        # After a whole member, on a line of its own, only a comma is missing.
        begins_line = has_line_break(data, Span(self.end, start))
        return "key" if self.is_object and self.expects == "comma" and begins_line else None

    def take(self, data: bytes, match: re.Match[bytes]) -> None:
        """Go past a comma, a colon, a key or a value that stands before the cursor."""
        token = match[0]
        if token == b",":
            self.index += 1
            self.expects = "key" if self.is_object else "value"
        elif token == b":":
            self.expects = "value"
        elif self.slot_at(data, match.start()) == "key":
            self.key, self.expects = _text_of(token), "colon"
        else:
            self.expects = "comma"
        self.end = match.end()


def cursor_at(data: bytes, offset: int) -> JsonCursor | None:
    """Return what can be written at an offset, None where no key or value can.

    Only the text before the cursor tells; nothing there has to be valid. Takes time in proportion
    to it.
    """
    containers: list[_Container] = []
    current: int | None = None
    for match in TOKEN.finditer(data, 0, offset):
        token, goes_on = match[0], match.end() == offset
        if match["comment"]:
            if goes_on and token.startswith(b"//"):
                return None
        elif goes_on and _UNFINISHED.fullmatch(token):
            current = match.start()
        elif token in b"{[":
            expects = "key" if token == b"{" else "value"
            containers.append(_Container(token == b"{", expects, match.end()))
        elif token in b"]}":
            del containers[-1:]
            for outer in containers[-1:]:
                outer.expects, outer.end = "comma", match.end()
        elif containers:
            containers[-1].take(data, match)
    slot = (
        containers[-1].slot_at(data, offset if current is None else current) if containers else None
    )
    if slot is None:
        return None
    path = tuple(container.part for container in containers)
    return _cursor(data, slot, path if slot == "value" else path[:-1], offset, current)


def _cursor(
    data: bytes, slot: Slot, path: tuple[str, ...], offset: int, current: int | None
) -> JsonCursor:
    """Return the cursor in the token that starts at `current`, or where there is none."""
    start = offset if current is None else current
    opened = current is not None and data.startswith(b'"', start)
    word, rest = _WORD.match(data, offset), _REST_OF_STRING.match(data, offset)
    end = word.end() if word else offset
    if opened and rest and data.startswith(b'"', rest.end()) and _closes(data, rest.end()):
        end = rest.end()
    closed = opened and data.startswith(b'"', end)
    return JsonCursor(slot, path, Span(start + opened, end), opened, closed)


def _closes(data: bytes, quote: int) -> bool:
    """Whether a quote ends a string rather than begins the next one, by what follows it."""
    after = after_space(data, quote + 1)
    return after == len(data) or data[after] in b",:]}/" or has_line_break(data, Span(quote, after))


def _text_of(token: bytes) -> str:
    try:
        return str(loads(token))
    except ValueError:
        return decoded(token).strip('"')
