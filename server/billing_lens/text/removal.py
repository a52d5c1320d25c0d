"""Removes properties from a JSON text so that the rest stays as it was written."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from billing_lens.text.edits import TextEdit
from billing_lens.text.json_document import JsonDocument
from billing_lens.text.json_node import JsonNode
from billing_lens.text.json_pointer import parts_of, pointer_of
from billing_lens.text.positions import Span
from billing_lens.text.trivia import (
    BLANKS,
    Gap,
    after_line_break,
    after_space,
    before_space,
    extras,
    gap_at,
    gaps_of,
    is_line_end,
    is_line_start,
    line_end,
)


def remove_properties(document: JsonDocument, pointers: Sequence[str]) -> tuple[TextEdit, ...]:
    """Return the edits that remove the members and elements at `pointers` from the text.

    With a value go its comma, the line it leaves empty, and a comment after it on a line of its
    own; of a repeated key every member goes. All else stays, other comments included. Pointers that
    lead nowhere, or to the whole document, are skipped. The edits are in the order of the text and
    do not overlap. In a text with syntax problems they remove what was understood.

    Raises:
        ValueError: a pointer is no JSON Pointer.
    """
    wanted = {parts_of(pointer) for pointer in pointers if pointer}
    outermost = {
        parts for parts in wanted if not any(parts[:depth] in wanted for depth in range(len(parts)))
    }
    names: dict[tuple[str, ...], set[str]] = {}
    for *container, name in outermost:
        names.setdefault(tuple(container), set()).add(name)
    edits = (
        edit
        for container, gone in names.items()
        for edit in _edits_in(document.data, document.node(pointer_of(*container)), gone)
    )
    return tuple(sorted(edits))


def _edits_in(data: bytes, container: JsonNode | None, names: set[str]) -> Iterator[TextEdit]:
    if container is None:
        return
    children = container.children()
    found = (str(at) if child.key is None else child.key for at, child in enumerate(children))
    gone = {index for index, name in enumerate(found) if name in names}
    if not gone:
        return
    gaps = gaps_of(data, container)
    removed = list(_values_and_commas(children, gaps, gone))
    for span in _joined(data, _with_comments(data, removed)):
        yield TextEdit(_with_space(data, span), "")


def _values_and_commas(
    children: Sequence[JsonNode], gaps: Sequence[Gap], gone: set[int]
) -> Iterator[Span]:
    """Yield the values to remove and the commas that separated them, in the text's order."""
    last = len(children) - 1
    staying = [index for index in range(len(children)) if index not in gone]
    ends_with_comma = gaps[-1].comma is not None
    for index, child in enumerate(children):
        if index in gone:
            yield child.member_span or child.span
        becomes_last = index < last and staying[-1:] == [index] and not ends_with_comma
        comma = gaps[index + 1].comma
        if comma is not None and (index in gone or becomes_last):
            yield Span(comma, comma + 1)


def _with_comments(data: bytes, removed: Sequence[Span]) -> Iterator[Span]:
    """Yield `removed` and the comments that end a line on which nothing else is left."""
    line_goes = False
    done = 0
    for index, span in enumerate(removed):
        begin = before_space(data, span.start, BLANKS)
        line_goes = is_line_start(data, begin) or (line_goes and begin <= done)
        yield span
        done = span.end
        following = removed[index + 1].start if index + 1 < len(removed) else len(data)
        if line_goes and after_space(data, done, BLANKS) < following:
            for comment in _comments_to_line_end(data, done):
                yield comment
                done = comment.end


def _comments_to_line_end(data: bytes, offset: int) -> tuple[Span, ...]:
    """Return the comments after `offset` when nothing but them stands before the line's end."""
    end = line_end(data, offset)
    gap = gap_at(data, offset, end)
    return gap.comments if gap.comma is None and gap.span.end == end else ()


def _joined(data: bytes, spans: Iterable[Span]) -> list[Span]:
    """Join spans that only white space separates."""
    joined: list[Span] = []
    for span in spans:
        if joined and after_space(data, joined[-1].end) >= span.start:
            joined[-1] = Span(joined[-1].start, span.end)
        else:
            joined.append(span)
    return joined


def _with_space(data: bytes, span: Span) -> Span:
    """Return `span` with the white space, and the line, that would be left over without it."""
    outer = Span(before_space(data, span.start), after_space(data, span.end))
    opening, closing = data[outer.start - 1 : outer.start], data[outer.end : outer.end + 1]
    if opening in (b"{", b"[") and closing in (b"}", b"]"):
        return outer
    start, end = before_space(data, span.start, BLANKS), after_space(data, span.end, BLANKS)
    if is_line_end(data, end):
        is_line = is_line_start(data, start)
        return Span(start, after_line_break(data, end) if is_line else end)
    if is_line_start(data, start) or data[span.start] != ord(","):
        return Span(span.start, end)
    return Span(start, span.end)


def remove_extras(data: bytes) -> tuple[TextEdit, ...]:
    """Return the edits that remove comments and trailing commas, and the lines these leave empty.

    The edits are in the order of the text and do not overlap.
    """
    spans = _joined(data, (extra.span for extra in sorted(extras(data))))
    return tuple(TextEdit(_with_line(data, span), "") for span in spans)


def _with_line(data: bytes, span: Span) -> Span:
    """Return `span` with the blanks before it; with its line break where it is all of a line."""
    start, end = before_space(data, span.start, BLANKS), after_space(data, span.end, BLANKS)
    if is_line_start(data, start) and is_line_end(data, end):
        return Span(start, after_line_break(data, end))
    return Span(start if is_line_end(data, end) else span.start, span.end)
