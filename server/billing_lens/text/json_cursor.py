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
    key: str = ""
    index: int = 0
    state: Literal["key", "colon", "value", "after"] = "key"
    last_end: int = 0
    """Where the last token in it ends."""

    @property
    def part(self) -> str:
        """Where in it the text has come to, as a part of a path."""
        return self.key if self.is_object else str(self.index)


def cursor_at(data: bytes, offset: int) -> JsonCursor | None:
    """Return what can be written at an offset, None where no key or value can.

    Only the text before the cursor tells; nothing there has to be valid. Takes time in proportion
    to it.
    """
    containers: list[_Container] = []
    current: Span | None = None
    for match in TOKEN.finditer(data, 0, offset):
        goes_on = match.end() == offset
        if match["comment"]:
            if goes_on and match[0].startswith(b"//"):
                return None
        elif goes_on and _is_unfinished(match[0]):
            current = Span(*match.span())
        elif match[0] in b"{}[]":
            _take_bracket(containers, match)
        elif containers:
            _take(containers[-1], match, data)
    if not containers:
        return None
    inner = containers[-1]
    slot = _slot(data, inner, current.start if current else offset)
    if slot is None:
        return None
    path = tuple(container.part for container in containers[:-1])
    path = (*path, inner.part) if slot == "value" else path
    return _cursor(data, slot, path, offset, current)


def _is_unfinished(token: bytes) -> bool:
    """Whether typing behind a token goes on with it: a word, or a string that is not closed."""
    if token.startswith(b'"'):
        return not _is_closed(token)
    return _WORD.fullmatch(token) is not None


def _is_closed(string: bytes) -> bool:
    """Whether a string token ends with a quote of its own."""
    backslashes = len(string) - 1 - len(string[:-1].rstrip(b"\\"))
    return len(string) > 1 and string.endswith(b'"') and backslashes % 2 == 0


def _take_bracket(containers: list[_Container], match: re.Match[bytes]) -> None:
    """Go into a container or out of one."""
    if match[0] in b"{[":
        is_object = match[0] == b"{"
        containers.append(_Container(is_object, state="key" if is_object else "value"))
    elif containers:
        containers.pop()
        if containers:
            containers[-1].state = "after"
    if containers:
        containers[-1].last_end = match.end()


def _take(inner: _Container, match: re.Match[bytes], data: bytes) -> None:
    """Go past a comma, a colon, a key or a value that stands before the cursor."""
    token = match[0]
    if token == b",":
        inner.index += 1
        inner.state = "key" if inner.is_object else "value"
    elif token == b":":
        inner.state = "value"
    elif _slot(data, inner, match.start()) == "key":
        inner.key, inner.state = _text_of(token), "colon"
    else:
        inner.state = "after"
    inner.last_end = match.end()


def _slot(data: bytes, inner: _Container, start: int) -> Slot | None:
    """Return what a token that starts at `start` is in a container."""
    if inner.state in ("key", "value"):
        return inner.state
    # After a whole member, on a line of its own, only a comma is missing.
    begins_line = has_line_break(data, Span(inner.last_end, start))
    return "key" if inner.is_object and inner.state == "after" and begins_line else None


def _cursor(
    data: bytes, slot: Slot, path: tuple[str, ...], offset: int, current: Span | None
) -> JsonCursor:
    opened = current is not None and data.startswith(b'"', current.start)
    start = offset if current is None else current.start + opened
    word = _WORD.match(data, offset)
    end = word.end() if word else offset
    rest = _REST_OF_STRING.match(data, offset)
    if opened and rest and data.startswith(b'"', rest.end()) and _closes(data, rest.end()):
        end = rest.end()
    closed = opened and data.startswith(b'"', end)
    return JsonCursor(slot, path, Span(start, end), opened, closed)


def _closes(data: bytes, quote: int) -> bool:
    """Whether a quote ends a string rather than begins the next one, by what follows it."""
    after = after_space(data, quote + 1)
    return after == len(data) or data[after] in b",:]}/" or has_line_break(data, Span(quote, after))


def _text_of(token: bytes) -> str:
    try:
        return str(loads(token))
    except ValueError:
        return decoded(token).strip('"')
