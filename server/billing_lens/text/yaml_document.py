"""A YAML text: its values and their places, and what is wrong with it.

A few lines of YAML can mean billions of values, so nothing is ever expanded as a whole: an alias is
followed only where somebody asks.
"""

from __future__ import annotations

from codecs import BOM_UTF8
from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from msgspec import Struct

from billing_lens.text.edits import BufferEdit
from billing_lens.text.incremental import Bytes
from billing_lens.text.json_pointer import PointerTree, index_of, pointer_of
from billing_lens.text.positions import Span
from billing_lens.text.utf8 import decoded, encoded
from billing_lens.text.validation import SyntaxProblem

if TYPE_CHECKING:
    from yaml import MarkedYAMLError

    from billing_lens.text.yaml_tree import YamlKind, YamlTree, YamlValue


class YamlNode(Struct, frozen=True, eq=False):
    """One value of a YAML text. Spans are bytes of the document.

    An alias stands where it is written; what is in it stands where the anchor is. Merged members
    (``<<``) count as a mapping's own where it has no such key itself.
    """

    pointer: str
    source: YamlDocument
    value: YamlValue
    name: YamlValue | None = None
    """The key of a mapping's member."""

    @property
    def kind(self) -> YamlKind:
        """Return "object" for a mapping, "array", "null", and "string" for any other scalar."""
        return self.value.content.kind

    @property
    def text(self) -> str:
        """What a scalar says, without its quotes."""
        return self.value.content.text

    @property
    def key(self) -> str | None:
        """The key of a mapping's member."""
        return self.name.text if self.name else None

    @property
    def span(self) -> Span:
        """Where it stands."""
        return self.source.span(self.value.start, self.value.end)

    @property
    def key_span(self) -> Span | None:
        """Where its key stands, quotes included."""
        return self.source.span(self.name.start, self.name.end) if self.name else None

    @property
    def member_span(self) -> Span | None:
        """The bytes from the key to the value's end, None for what is no member of a mapping."""
        if self.name is None:
            return None
        return self.source.span(self.name.start, max(self.value.end, self.name.end))

    def members(self) -> tuple[YamlNode, ...]:
        """Return a mapping's members, of equal keys the last, then those it merges."""
        return tuple(
            YamlNode(self.pointer + pointer_of(name), self.source, value, key)
            for name, (key, value) in self.value.content.merged_members().items()
        )

    def elements(self) -> tuple[YamlNode, ...]:
        """Return the elements of a list."""
        return tuple(
            YamlNode(self.pointer + pointer_of(index), self.source, value)
            for index, value in enumerate(self.value.content.elements)
        )

    def child(self, part: str) -> YamlNode | None:
        """Return the member with this key or the element at this index."""
        if self.kind != "array":
            return next((member for member in self.members() if member.key == part), None)
        index, elements = index_of(part), self.elements()
        return elements[index] if index is not None and index < len(elements) else None


class YamlDocument(PointerTree[YamlNode]):
    """One version of a YAML text; it never changes. Of several documents in it the last counts.

    In broken text what stands before the mistake is there. All spans are bytes of `data`, a leading
    byte order mark included.
    """

    def __init__(self, data: bytes) -> None:
        """Hold a UTF-8 text. Nothing is read yet."""
        self.data = data

    def edited(self, data: Bytes, edits: Sequence[BufferEdit]) -> YamlDocument:
        """Return the document of `data`, to which `edits` brought this text; it is read anew."""
        del edits
        return YamlDocument(bytes(data))

    @cached_property
    def root(self) -> YamlNode | None:
        """The text's value, None when there is none."""
        roots = self._tree.roots
        return YamlNode("", self, roots[-1]) if roots else None

    @cached_property
    def problems(self) -> tuple[SyntaxProblem, ...]:
        """Why the text is no YAML; empty when it is."""
        unknown = "This is no valid YAML: no anchor of this name stands before."
        found = [SyntaxProblem(self.span(*at), "yaml", unknown) for at in self._tree.unknown]
        if self._tree.fault is not None:
            found.append(self._problem(self._tree.fault))
        return tuple(found)

    def span(self, start: int, end: int) -> Span:
        """Return characters as bytes, without the line breaks that a block ends with."""
        first = self._offset(start)
        text = self._text[start:end].rstrip()
        return Span(first, first + len(encoded(text)))

    def _offset(self, character: int) -> int:
        before = len(BOM_UTF8) if self.data.startswith(BOM_UTF8) else 0
        if self._text.isascii():
            return before + character
        return before + len(encoded(self._text[:character]))

    @cached_property
    def _text(self) -> str:
        return decoded(self.data.removeprefix(BOM_UTF8))

    @cached_property
    def _tree(self) -> YamlTree:
        from billing_lens.text.yaml_tree import parsed  # noqa: PLC0415 few projects have such files

        return parsed(self._text)

    def _problem(self, fault: Exception) -> SyntaxProblem:
        from yaml import MarkedYAMLError  # noqa: PLC0415 few projects have such files
        from yaml.reader import Reader  # noqa: PLC0415

        if not isinstance(fault, MarkedYAMLError):
            refused = Reader.NON_PRINTABLE.search(self._text)
            at = refused.start() if refused else 0
            reason = "a character stands here that YAML does not allow"
        else:
            at, reason = _mark_of(fault), fault.problem or "it ends too early"
        at = min(at, max(len(self._text) - 1, 0))
        at = max(len(self._text[: at + 1].rstrip("\r\n")) - 1, 0)
        start, end = self._offset(at), self._offset(min(at + 1, len(self._text)))
        return SyntaxProblem(Span(start, end), "yaml", f"This is no valid YAML: {reason}.")


def _mark_of(fault: MarkedYAMLError) -> int:
    mark = fault.problem_mark or fault.context_mark
    return mark.index if mark else 0
