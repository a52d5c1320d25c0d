"""Document links: from the name of a file, or from half of a profile, to the file itself."""

from __future__ import annotations

from collections.abc import Iterator

from lsprotocol import types
from msgspec import Struct

from billing_lens.billing.sources import Source
from billing_lens.config.file import ConfigFile
from billing_lens.config.kinds import Kind
from billing_lens.config.known_key import Sort
from billing_lens.config.known_positions import KnownPosition, known_positions
from billing_lens.config.paths import resolved
from billing_lens.lsp.conversion import lsp_range, uri_of
from billing_lens.machine.machine import Machine, program_of
from billing_lens.review import Review
from billing_lens.text.positions import PositionEncoding, Span

_LINKED = (Sort.PATH, Sort.COMMAND, Sort.PROFILE, Sort.TEXT)


class _Link(Struct, frozen=True):
    """Bytes of a file, the path they lead to, and what is there."""

    span: Span
    path: str
    tooltip: str


def document_links(
    review: Review, path: str, encoding: PositionEncoding, *, tooltips: bool
) -> list[types.DocumentLink]:
    """Return the links of a config file, each to a file that is there."""
    file = review.machine.existing(path)
    if file is None:
        return []
    return [
        types.DocumentLink(
            lsp_range(file.buffer.range(link.span, encoding)),
            uri_of(link.path),
            link.tooltip if tooltips else None,
        )
        for known in known_positions(file, sorts=_LINKED)
        for link in _links(review, file, known)
    ]


def _links(review: Review, file: ConfigFile, known: KnownPosition) -> Iterator[_Link]:
    machine = review.machine
    if not isinstance(known.value, str) or not known.value.strip():
        return
    if known.key.sort is Sort.PATH:
        target = str(resolved(machine.cwd, known.value))
        yield from _if_there(machine, _inside(known), target, "Open this file")
    elif known.key.sort is Sort.COMMAND:
        yield from _program(machine, file, known)
    elif known.key.sort is Sort.PROFILE:
        for profile in review.route.credentials_from(Source.PROFILE):
            if profile.profile == known.value.strip() and profile.place.path:
                yield _Link(_inside(known), profile.place.path, "Open this profile")
    elif known.name == "type":
        yield from _other_half(review, file, known)


def _program(machine: Machine, file: ConfigFile, known: KnownPosition) -> Iterator[_Link]:
    """Yield the link of a command's program; the rest of the command may hold secrets."""
    program = program_of(str(known.value))
    if program is None:
        return
    start = file.buffer.data.find(program.encode(), known.value_span.start, known.value_span.end)
    if start >= 0:
        span = Span(start, start + len(program.encode()))
        yield from _if_there(machine, span, program, "Open this program")


def _other_half(review: Review, file: ConfigFile, known: KnownPosition) -> Iterator[_Link]:
    """Yield the link from a profile to its credentials, or from them to the profile."""
    for profile in review.route.credentials_from(Source.PROFILE):
        if file.kind is Kind.ANTHROPIC_PROFILE and profile.place.path == file.path:
            if profile.credentials_path:
                tooltip = "Open this profile's credentials"
                yield _Link(_inside(known), profile.credentials_path, tooltip)
        elif profile.credentials_path == file.path and profile.place.path:
            yield _Link(_inside(known), profile.place.path, "Open the profile of these credentials")


def _if_there(machine: Machine, span: Span, path: str, tooltip: str) -> Iterator[_Link]:
    if machine.entry(path).exists:
        yield _Link(span, path, tooltip)


def _inside(known: KnownPosition) -> Span:
    """Return the value without its quotes, where it has any."""
    start, end = known.value_span
    return Span(start + 1, end - 1) if known.pointer else known.value_span
