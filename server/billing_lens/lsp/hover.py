"""Hovers: what a key or value means, what it does on this machine, what the rules found there."""

from __future__ import annotations

from collections.abc import Iterator

from lsprotocol import types
from msgspec import Struct

from billing_lens.billing.effect import Effects
from billing_lens.billing.organizations import id_places, organization_names, plan_of_organization
from billing_lens.config.file import ConfigFile
from billing_lens.config.kinds import Kind
from billing_lens.config.known_key import SWITCHED_OFF, SWITCHED_ON, Sort
from billing_lens.config.known_positions import KnownPosition, known_positions, touch
from billing_lens.config.secrets import kind_of_token
from billing_lens.lsp.conversion import lsp_location, lsp_range, our_range
from billing_lens.lsp.markup import Writer, bullets
from billing_lens.output.redaction import Redactor, masked
from billing_lens.output.time_words import expiry_in_words, expiry_of, local_time
from billing_lens.review import Review
from billing_lens.text.positions import Position, PositionEncoding, Span

_IDS = (Sort.ORGANIZATION, Sort.WORKSPACE)


def hover(
    review: Review,
    path: str,
    position: Position,
    encoding: PositionEncoding,
    *,
    markdown: bool,
) -> types.Hover | None:
    """Return what is known about the key or value at `position`, None where nothing is.

    The range is that of the key or of the value, whichever the position is in.
    """
    file = review.machine.existing(path)
    if file is None:
        return None
    found = _known_at(file, file.buffer.offset(position, encoding))
    if found is None:
        return None
    known, span = found
    writer = Writer(Redactor(review.machine), markdown, str(review.machine.home))
    about = _About(review, file, known, writer)
    paragraphs = [*about.paragraphs(), *about.findings(position, encoding)]
    return types.Hover(writer.content(paragraphs), lsp_range(file.buffer.range(span, encoding)))


def _known_at(file: ConfigFile, offset: int) -> tuple[KnownPosition, Span] | None:
    """Return the known key or value that an offset is in, with the span of that part."""
    cursor = Span(offset, offset)
    for known in known_positions(file, cursor):
        if known.key_span and touch(known.key_span, cursor):
            return known, known.key_span
        if not known.is_container and touch(known.value_span, cursor):
            return known, known.value_span
    return None


class _About(Struct, frozen=True):
    """What there is to say about one known key or value."""

    review: Review
    file: ConfigFile
    known: KnownPosition
    write: Writer

    def paragraphs(self) -> Iterator[str]:
        """Yield what the key means, what the value means, what both do, and where else it is."""
        known, write = self.known, self.write
        yield f"{write.code(known.name)}: {write.ours(known.key.meaning)}"
        yield from self._of_value()
        yield from self._effect()
        elsewhere = list(self._elsewhere())
        if elsewhere:
            yield f"The same id stands in\n\n{bullets(elsewhere)}"

    def _effect(self) -> Iterator[str]:
        route, write = self.review.route, self.write
        if self.file.kind not in (Kind.PREFERENCES, Kind.TEAM_POLICY):
            effects = Effects(self.review.machine, route, self.review.environments)
            effect = effects.of_place(self.file, self.known)
            yield write.bold(effect.text) + (f". {write.text(effect.why)}" if effect.why else "")
        elif self.known.pointer.startswith("/expected"):
            verdict = {True: "As expected", False: "Not as expected", None: "Nothing is expected"}
            yield f"{write.bold(verdict[self.review.as_expected])}: {write.text(route.label)}"

    def _of_value(self) -> Iterator[str]:
        """Yield what the value means, in words that never hold a secret."""
        known, write = self.known, self.write
        if known.is_container:
            return
        if known.key.sort is Sort.TOKEN:
            yield self._token()
        elif known.key.sort in (Sort.SECONDS, Sort.MILLISECONDS):
            yield from self._expiry()
        elif known.key.sort is Sort.ORGANIZATION and isinstance(known.value, str):
            yield from self._organization(known.value.strip())
        elif known.key.sort is Sort.PATH and isinstance(known.value, str):
            if not self.review.machine.entry(known.value).exists:
                yield "There is no such file."
        else:
            for word in _words_of(known):
                if word in known.key.values:
                    yield f"{write.code(word)}: {write.ours(known.key.values[word])}"

    def _token(self) -> str:
        secret = str(self.known.value or "").strip()
        if not secret:
            return "Empty."
        if secret.startswith("$"):
            return "Taken from elsewhere; the value does not stand here."
        if self.known.pointer.startswith("/customApiKeyResponses"):
            return f"The end of a key: {masked(secret)}"
        kind = kind_of_token(secret)
        return f"{kind[0].upper()}{kind[1:]}: {masked(secret)}"

    def _expiry(self) -> Iterator[str]:
        expiry = expiry_of(self.known.value, in_seconds=self.known.key.sort is Sort.SECONDS)
        if expiry is None:
            return
        words = expiry_in_words(expiry.at_ms, self.review.machine.now_ms)
        on = local_time(expiry.at_ms)
        when = f"{words}, on {on}." if on else f"{words}."
        if expiry.mistake:
            yield f"{self.write.bold(f'A mistake: {expiry.mistake}')}. It was to say: {when}"
        else:
            yield f"{when[0].upper()}{when[1:]}"

    def _organization(self, identifier: str) -> Iterator[str]:
        name = organization_names(self.review.machine).get(identifier)
        plan = plan_of_organization(self.review.machine, identifier)
        expected = self.review.expected
        said = [
            self.write.bold(name) if name else "",
            f"your {plan} organization" if plan else "",
            "the one that should pay" if expected and expected.organization == identifier else "",
        ]
        whose = ", ".join(filter(None, said))
        if whose:
            yield f"This is {whose}."

    def _elsewhere(self) -> Iterator[str]:
        """Yield where else the same id stands."""
        known = self.known
        if known.key.sort not in _IDS or not isinstance(known.value, str):
            return
        for other in id_places(self.review.machine, known.key.sort):
            place = other.place
            here = (place.path, place.pointer) == (self.file.path, known.pointer)
            if other.id == known.value.strip() and not here:
                location = lsp_location(self.review.machine, place, PositionEncoding.UTF16)
                name = self.write.code(other.name)
                if location is None or place.path is None:
                    yield f"{name} in the environment"
                else:
                    line = location.range.start.line + 1
                    yield f"{name} in {self.write.place(place.path, line)}"

    def findings(self, position: Position, encoding: PositionEncoding) -> Iterator[str]:
        """Yield what the rules found at the position, with the pages about it."""
        for found in self.review.findings:
            if found.finding.place.path != self.file.path:
                continue
            location = lsp_location(self.review.machine, found.finding.place, encoding)
            marked = our_range(location.range) if location else None
            if marked and marked.start <= position <= marked.end:
                page = self.write.link(found.rule.id, found.rule.documentation)
                yield f"{self.write.text(found.finding.message)} {page}"


def _words_of(known: KnownPosition) -> list[str]:
    """Return the words of a value that can have a meaning: the scopes in one text are several."""
    text = str(known.value).strip()
    if known.key.sort is not Sort.SWITCH:
        return text.split()
    if text.lower() in SWITCHED_ON:
        return ["1"]
    return ["0"] if text.lower() in SWITCHED_OFF else []
