"""A ``.env`` file: its assignments and their places.

python-dotenv's parser splits the text into assignments; it knows lines but no columns, so the name
and the value are found in each again. What it cannot read, such as the shell commands of an
``.envrc``, is passed over.
"""

from __future__ import annotations

import re
from codecs import BOM_UTF8
from collections.abc import Iterator, Sequence
from functools import cached_property
from io import StringIO

from msgspec import Struct

from billing_lens.text.edits import BufferEdit
from billing_lens.text.incremental import Bytes
from billing_lens.text.json_pointer import parts_of, pointer_of
from billing_lens.text.positions import Span
from billing_lens.text.utf8 import decoded, encoded
from billing_lens.text.validation import SyntaxProblem

_NAME = r"\s*(?:export[^\S\r\n]+)?'?"
_VALUE = re.compile(
    r"""[^=]*=[^\S\r\n]*(?P<value>'(?:\\'|[^'])*'|"(?:\\"|[^"])*"|[^\r\n]*?(?=\s+\#|\s*$))"""
)


class Assignment(Struct, frozen=True):
    """One ``NAME=value``. Spans are bytes of the document; `text` is the value without quotes."""

    key: str
    text: str
    pointer: str
    key_span: Span
    span: Span
    is_literal: bool
    """Whether it stands in single quotes, so that ``$`` means nothing in it."""
    kind: str = "string"

    @property
    def member_span(self) -> Span:
        """The bytes from the name to the value's end."""
        return Span(self.key_span.start, self.span.end)

    def __repr__(self) -> str:
        return f"Assignment({self.key!r}, {self.span!r})"


class DotenvDocument:
    """One version of such a text; it never changes. It cannot be wrong, only say nothing."""

    problems: tuple[SyntaxProblem, ...] = ()

    def __init__(self, data: bytes) -> None:
        """Hold a UTF-8 text. Nothing is read yet."""
        self.data = data

    def edited(self, data: Bytes, edits: Sequence[BufferEdit]) -> DotenvDocument:
        """Return the document of `data`, to which `edits` brought this text; it is read anew."""
        del edits
        return DotenvDocument(bytes(data))

    @cached_property
    def assignments(self) -> tuple[Assignment, ...]:
        """Every assignment, in the order of the text; the last of a name counts."""
        return tuple(self._assignments())

    def node(self, pointer: str) -> Assignment | None:
        """Return the assignment of the name that is the pointer's only part.

        Raises:
            ValueError: `pointer` is no JSON Pointer.
        """
        parts_of(pointer)
        matching = (each for each in reversed(self.assignments) if each.pointer == pointer)
        return next(matching, None)

    def nearest(self, pointer: str) -> Assignment | None:
        """Return the same as `node`: nothing holds an assignment."""
        return self.node(pointer)

    def _assignments(self) -> Iterator[Assignment]:
        from dotenv.parser import parse_stream  # noqa: PLC0415 few projects have such files

        text = self.data.removeprefix(BOM_UTF8)
        done = len(self.data) - len(text)
        for binding in parse_stream(StringIO(decoded(text), newline="")):
            whole = binding.original.string
            if binding.key is not None and binding.value is not None:
                yield _assignment(binding.key, binding.value, whole, done)
            done += _length(whole)


def _assignment(name: str, value: str, whole: str, before: int) -> Assignment:
    """Return what stands in `whole`, which begins `before` bytes into the document."""
    before_name = re.match(_NAME, whole)
    start = before_name.end() if before_name else 0
    found = _VALUE.match(whole, start + len(name))
    at, end = found.span("value") if found else (start, start + len(name))
    first = before + _length(whole[:start])
    return Assignment(
        name,
        value,
        pointer_of(name),
        Span(first, first + _length(name)),
        Span(before + _length(whole[:at]), before + _length(whole[:end])),
        whole.startswith("'", at),
    )


def _length(text: str) -> int:
    return len(encoded(text))
