"""Validates JSON as JavaScript's ``JSON.parse`` does: what it would refuse, where and why.

msgspec checks a text without building anything and at memory speed. It refuses a few things that
JavaScript accepts (escaped lone surrogates), so what it refuses is judged again by ``json.loads``,
which is told to refuse ``NaN`` and ``Infinity``. One difference remains: V8 reads any depth of
nesting, here what is nested deeper than Python's recursion limit is refused.
"""

from __future__ import annotations

import json
import re
from typing import NoReturn

import msgspec
from msgspec import Struct

from billing_lens.text.positions import Span
from billing_lens.text.trivia import SPACE, blanked, extras, line_end
from billing_lens.text.utf8 import decoded, encoded

MESSAGES = {
    "syntax": "This is not valid JSON.",
    "incomplete": "The text ends before the value is complete.",
    "empty": "The text is empty; JSON needs a value.",
    "comment": "JSON has no comments.",
    "trailing-comma": "JSON allows no comma before a closing bracket.",
    "two-values": "Only one value may stand here; this is another one.",
    "unterminated-string": "This string is not closed.",
    "control-character": "A control character in a string must be written as an escape.",
    "escape": "There is no such escape in JSON.",
    "not-a-number": "JSON has no NaN or Infinity.",
    "too-deep": "The text is nested too deeply.",
}
"""Every code a `SyntaxProblem` can have, with its message (that of "syntax" can be more exact)."""

_ENDS_EARLY = "Extra data"
_EXPECTED = {
    "Expecting value": "A value is expected here.",
    "Expecting property name": "A property name in double quotes is expected here.",
    "Expecting ':'": "A colon is expected here.",
    "Expecting ','": "A comma or a closing bracket is expected here.",
    _ENDS_EARLY: "The value is complete; nothing may follow it.",
}
"""Messages by how those of ``json.loads`` begin."""
_EXTRA = ("comment", "trailing-comma")
"""What JSON with comments allows."""
_NOT_SPACE = rb"[^ \t\r\n]"
_WORD = rb"[^\s,:\[\]{}\"]+|[\s\S]"
_STRING = rb'"[^"\\]*(?:\\[\s\S][^"\\]*)*"'
_CONSTANT = _STRING + rb"|(-?Infinity|NaN)"
_BRACKET = _STRING + rb"|([\[{])|[\]}]"
_DEEP = 500
"""Where nesting is called too deep, when it is: well below any recursion limit in use."""


class SyntaxProblem(Struct, frozen=True):
    """Why a text is not JSON. `code` is a key of `MESSAGES`; the span is in bytes."""

    span: Span
    code: str
    message: str


class _NotANumberError(Exception):
    pass


_SKIMMER = msgspec.json.Decoder(msgspec.Raw)


def is_plain_json(text: bytes) -> bool:
    """Whether msgspec accepts `text`, which JavaScript then does too. Builds no values."""
    try:
        _SKIMMER.decode(text)
    except (msgspec.DecodeError, RecursionError):
        return False
    return True


def loads(text: bytes) -> object:
    """Return the value of a JSON text.

    Integers are exact where JavaScript would round them; those of more than 4300 digits and floats
    out of range are infinite, as there. Of equal keys the last counts.

    Raises:
        json.JSONDecodeError: the text is no JSON.
        RecursionError: it is nested too deeply.
    """
    value = decoded(text)
    try:
        return _DECODER.decode(value)
    except json.JSONDecodeError:
        raise
    except ValueError:
        # Python converts no more than 4300 digits to an integer.
        return json.loads(value, parse_constant=_refuse_constant, parse_int=_long_integer)


def first_problem(text: bytes) -> SyntaxProblem | None:
    """Return the first thing ``JSON.parse`` would refuse `text` for, None when it accepts it."""
    error = None if is_plain_json(text) else _error_in(text)
    return _explained(text, error) if error else None


def all_problems(text: bytes) -> tuple[SyntaxProblem, ...]:
    """Return why ``JSON.parse`` would refuse `text`, in the order of the text.

    That is its first problem. Where that is a comment or a trailing comma, it is all of these, and
    the first problem that would be left if they were gone.
    """
    first = first_problem(text)
    if first is None:
        return ()
    if first.code not in _EXTRA:
        return (first,)
    found, other = _extra_and_other(text)
    problems = found if other is None else [*found, other]
    return tuple(sorted(problems or [first], key=lambda problem: problem.span))


def problems_within(value: bytes) -> tuple[SyntaxProblem, ...] | None:
    """Return `all_problems` of a value that stands in a larger text, which is valid but for it.

    None where what follows the value there decides too: it ends too early or not at all.
    """
    error = _error_in(value)
    if error is None:
        return ()
    if isinstance(error, json.JSONDecodeError) and error.msg.startswith(_ENDS_EARLY):
        return None
    first = _explained(value, error)
    problems, is_settled = (first,), True
    if first.code in _EXTRA:
        found, other = _extra_and_other(value)
        problems, is_settled = tuple(found), bool(found) and other is None
    return problems if is_settled and problems[-1].span.end < len(value) else None


def _extra_and_other(text: bytes) -> tuple[list[SyntaxProblem], SyntaxProblem | None]:
    """Return each comment and trailing comma, and the first problem where they are gone."""
    found = sorted(extras(text))
    problems = [_problem(extra.code, *extra.span) for extra in found]
    return problems, first_problem(blanked(text, (extra.span for extra in found)))


def _error_in(text: bytes) -> Exception | None:
    try:
        loads(text)
    except (json.JSONDecodeError, _NotANumberError, RecursionError) as error:
        return error
    return None


def _refuse_constant(name: str) -> NoReturn:
    raise _NotANumberError(name)


_DECODER = json.JSONDecoder(parse_constant=_refuse_constant)


def _long_integer(digits: str) -> int | float:
    try:
        return int(digits)
    except ValueError:
        return float(digits)


def _problem(code: str, start: int, end: int, message: str | None = None) -> SyntaxProblem:
    return SyntaxProblem(Span(start, end), code, message or MESSAGES[code])


def _explained(text: bytes, error: Exception) -> SyntaxProblem:
    """Return the problem, with its span of bytes, for which `loads` raised an error."""
    if isinstance(error, json.JSONDecodeError):
        return _not_json(text, error)
    if isinstance(error, RecursionError):
        start = _deep_bracket(text)
        return _problem("too-deep", start, start + 1)
    constants = (match for match in re.finditer(_CONSTANT, text) if match[1])
    return _problem("not-a-number", *next(constants).span())


def _not_json(text: bytes, error: json.JSONDecodeError) -> SyntaxProblem:
    offset = min(len(encoded(error.doc[: error.pos])), len(text))
    if error.msg.startswith("Unterminated string"):
        return _problem("unterminated-string", offset, line_end(text, offset))
    if error.msg.startswith("Invalid control character"):
        return _problem("control-character", offset, offset + 1)
    if error.msg.startswith("Invalid \\"):
        start = text.rfind(b"\\", 0, offset + 1)
        return _problem("escape", start, min(start + 2, len(text)))
    return _misplaced(text, offset, error.msg)


def _misplaced(text: bytes, offset: int, reason: str) -> SyntaxProblem:
    """Return the problem that what stands at `offset` is not what should stand there."""
    found = _not_space(text, offset)
    before = text[: offset if found is None else found].rstrip(SPACE)
    if found is None:
        return _problem("incomplete" if before else "empty", len(before), len(text))
    if text.startswith((b"//", b"/*"), found):
        return _problem("comment", found, max(line_end(text, found), found + 2))
    comma = _trailing_comma(text, found, len(before))
    if comma is not None:
        return _problem("trailing-comma", comma, comma + 1)
    word = re.compile(_WORD).match(text, found)
    end = word.end() if word else found
    if reason.startswith(_ENDS_EARLY) and _starts_another_value(text, found):
        return _problem("two-values", found, end)
    message = next((said for start, said in _EXPECTED.items() if reason.startswith(start)), None)
    return _problem("syntax", found, end, message)


def _trailing_comma(text: bytes, at: int, before: int) -> int | None:
    """Return where a trailing comma stands, if one is to blame.

    Python before 3.13 points at the bracket after it, later ones at the comma itself.
    """
    comma = at if text[at : at + 1] == b"," else before - 1
    if text[max(comma, 0) : comma + 1] != b",":
        return None
    after = _not_space(text, comma + 1)
    is_last = after is not None and text[after] in b"]}"
    preceding = text[:comma].rstrip(SPACE)[-1:]
    return comma if is_last and preceding not in (b"", b"[", b"{", b",", b":") else None


def _starts_another_value(text: bytes, at: int) -> bool:
    return text[at] in b'{["-0123456789tfn' and text[at - 1] in b' \t\r\n]}"'


def _not_space(text: bytes, at: int) -> int | None:
    found = re.compile(_NOT_SPACE).search(text, at)
    return found.start() if found else None


def _deep_bracket(text: bytes) -> int:
    depth = 0
    for match in re.finditer(_BRACKET, text):
        if match[1]:
            depth += 1
        elif match[0] in b"]}":
            depth -= 1
        if depth > _DEEP:
            return match.start()
    return 0
