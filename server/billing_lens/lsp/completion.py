"""Completion: variables, profile names, organization ids, values of a key.

Not offered is what the editor has from the public schemas of Claude Code's and VS Code's settings:
their own keys, and the values of those. Nothing is offered in files that only programs write.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from lsprotocol import types
from msgspec import Struct

from billing_lens.billing.credential import short_id
from billing_lens.billing.organizations import (
    IdPlace,
    id_places,
    organization_names,
    plan_of_organization,
)
from billing_lens.billing.sources import Source
from billing_lens.config.file import ConfigFile
from billing_lens.config.kinds import Kind
from billing_lens.config.known_key import KnownKey, Sort
from billing_lens.config.known_keys import KNOWN_KEYS
from billing_lens.config.known_positions import LISTED_VARIABLES, VARIABLE_BLOCKS
from billing_lens.config.known_variables import KNOWN_VARIABLES
from billing_lens.lsp.conversion import lsp_range
from billing_lens.lsp.markup import Writer, wants_markdown
from billing_lens.output.redaction import Redactor
from billing_lens.review import Review
from billing_lens.rules import RULES
from billing_lens.text.json_cursor import JsonCursor, cursor_at
from billing_lens.text.json_pointer import parts_of, pointer_of
from billing_lens.text.positions import Position, PositionEncoding, Span
from billing_lens.text.toml_cursor import TomlCursor, toml_cursor
from billing_lens.text.trivia import after_space

TRIGGERS = ('"',)
"""Characters after which the editor should ask."""

_WRITTEN_BY_HAND = (
    *(Kind.ANTHROPIC_PROFILE, Kind.ANTHROPIC_CREDENTIALS),
    *(Kind.CLAUDE_SETTINGS, Kind.VSCODE_SETTINGS),
)
_WITH_SCHEMA = (Kind.CLAUDE_SETTINGS, Kind.VSCODE_SETTINGS)
_ORGANIZATION = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_PROFILE_NAME = re.compile(r"[A-Za-z0-9_.-]+")


class _Proposal(Struct, frozen=True):
    """Something that can be written, and what is said about it."""

    text: str
    kind: types.CompletionItemKind
    detail: str = ""
    documentation: str = ""
    preferred: bool = False
    key: KnownKey | None = None
    """The known key or variable, where `text` is to be the name of a member."""


def completions(
    review: Review,
    path: str,
    position: Position,
    encoding: PositionEncoding,
    understood: types.ClientCompletionItemOptions,
) -> list[types.CompletionItem]:
    """Return what can be written at `position`; each item replaces exactly what stands there."""
    file = review.machine.existing(path)
    offset = file.buffer.offset(position, encoding) if file else 0
    cursor = _cursor_in(file, offset) if file else None
    if file is None or cursor is None:
        return []
    write = Writer(Redactor(review.machine), wants_markdown(understood.documentation_format))
    known = _Known(review, write)
    if isinstance(cursor, TomlCursor):
        proposals = [*known.wishes(file.kind, cursor)]
        range_ = lsp_range(file.buffer.range(cursor.span, encoding))
        edits = [
            types.TextEdit(range_, f"{cursor.before}{proposal.text}{cursor.after}")
            for proposal in proposals
        ]
    else:
        proposals = [*(known.keys if cursor.slot == "key" else known.values)(file, cursor)]
        insertion = _Insertion(file, cursor, encoding, snippets=bool(understood.snippet_support))
        edits = [insertion.edit(proposal) for proposal in proposals]
    standing = file.buffer.data[cursor.span.start : cursor.span.end].decode("utf-8", "replace")
    before = file.buffer.data[cursor.span.start : offset].decode("utf-8", "replace")
    # A client shows what begins with the text before the cursor. In one of the proposals that would
    # be this one alone.
    shown = before if any(proposal.text == standing for proposal in proposals) else ""
    return [
        _item(proposal, edit, write, shown) for proposal, edit in zip(proposals, edits, strict=True)
    ]


def _cursor_in(file: ConfigFile, offset: int) -> JsonCursor | TomlCursor | None:
    """Return where in a file something can be written; active_config is like one JSON string."""
    if file.kind in (Kind.PREFERENCES, Kind.TEAM_POLICY):
        return toml_cursor(file.buffer.data, offset)
    if file.kind is not Kind.ANTHROPIC_ACTIVE_CONFIG:
        return cursor_at(file.buffer.data, offset) if file.kind in _WRITTEN_BY_HAND else None
    name = file.text.encode("utf-8", "surrogatepass")
    start = file.buffer.data.find(name) if name else offset
    span = Span(start, start + len(name))
    inside = span.start <= offset <= span.end
    return JsonCursor("value", (), span, opened=True, closed=True) if inside else None


class _Known(Struct, frozen=True):
    """Finds what can be written. Only what is no secret ever becomes a proposal."""

    review: Review
    write: Writer

    def keys(self, file: ConfigFile, cursor: JsonCursor) -> Iterator[_Proposal]:
        """Yield the names that are not in the object yet."""
        above = pointer_of(*cursor.path)
        object_ = file.document.node(above)
        there = {
            member.key
            for member in (object_.members() if object_ else ())
            if not (
                member.key_span
                and member.key_span.start <= cursor.span.start <= member.key_span.end
            )
        }
        for name, key in _names_below(file.kind, above):
            if name not in there:
                kind = types.CompletionItemKind.Property
                documentation = self.write.ours(key.meaning)
                yield _Proposal(name, kind, key.sort.value, documentation, key=key)

    def values(self, file: ConfigFile, cursor: JsonCursor) -> Iterator[_Proposal]:
        """Yield the values that the key at the cursor can have."""
        if pointer_of(*cursor.path[:1]) == LISTED_VARIABLES and cursor.path[2:] == ("name",):
            for name, key in KNOWN_VARIABLES.items():
                kind = types.CompletionItemKind.Variable
                yield _Proposal(name, kind, key.sort.value, self.write.ours(key.meaning))
            return
        key = _key_at(file, cursor.path)
        if key is None:
            return
        if key.sort is Sort.ORGANIZATION:
            yield from self._organizations()
        elif key.sort is Sort.PROFILE:
            yield from self._profiles()
        elif key.sort is not Sort.SCOPES:
            for value, meaning in key.values.items():
                kind = types.CompletionItemKind.EnumMember
                yield _Proposal(value, kind, documentation=self.write.ours(meaning))

    def wishes(self, kind: Kind, cursor: TomlCursor) -> Iterator[_Proposal]:
        """Yield what can be wished at a place of our own files."""
        known = {tuple(parts_of(pointer)): key for pointer, key in KNOWN_KEYS[kind].items()}
        key = known.get(cursor.path) or known.get((*cursor.path[:-1], "*"))
        values = dict[str, str]()
        if cursor.slot == "table":
            values = dict.fromkeys((path[0] for path in known), "")
        elif cursor.slot == "key" and cursor.path == ("rules",):
            values = {rule.id: rule.summary for rule in RULES.values()}
        elif cursor.slot == "key":
            values = {path[1]: it.meaning for path, it in known.items() if path[:1] == cursor.path}
        elif key and key.sort is Sort.ORGANIZATION:
            yield from self._organizations()
        elif cursor.path == ("allowed", "sources", "*"):
            values = {source.value: "" for source in Source if source is not Source.NONE}
        elif key:
            values = dict(key.values)
        item = "EnumMember" if cursor.slot == "value" else "Property"
        for text, meaning in values.items():
            yield _Proposal(text, types.CompletionItemKind[item], "", self.write.ours(meaning))

    def _organizations(self) -> Iterator[_Proposal]:
        """Yield each organization that the machine knows, the one that should pay first."""
        machine, expected = self.review.machine, self.review.expected
        names = organization_names(machine)
        places = list(id_places(machine))
        for identifier in dict.fromkeys((*(place.id for place in places), *names)):
            if not _ORGANIZATION.fullmatch(identifier):
                continue
            plan = plan_of_organization(machine, identifier)
            name = names.get(identifier) or (f"your {plan} organization" if plan else "")
            origins = {self._origin(place) for place in places if place.id == identifier}
            yield _Proposal(
                identifier,
                types.CompletionItemKind.Value,
                name,
                f"From {', '.join(sorted(origins))}." if origins else "From a backup.",
                preferred=expected is not None and expected.organization == identifier,
            )

    def _origin(self, place: IdPlace) -> str:
        where = self.write.text(place.place.path or "the environment")
        return f"{self.write.code(place.name)} in {where}"

    def _profiles(self) -> Iterator[_Proposal]:
        """Yield the profiles whose names Claude Code accepts."""
        for profile in self.review.route.credentials_from(Source.PROFILE):
            name, whose = profile.profile or "", profile.organization
            if _PROFILE_NAME.fullmatch(name) and self.write.redactor.text(name) == name:
                detail = (whose.name or f"organization {short_id(whose.id)}") if whose else ""
                documentation = self.write.text(profile.reason)
                yield _Proposal(name, types.CompletionItemKind.Value, detail, documentation)


def _names_below(kind: Kind, above: str) -> Iterator[tuple[str, KnownKey]]:
    """Yield the names that an object can have, as far as no schema gives them."""
    if above in VARIABLE_BLOCKS.get(kind, ()):
        yield from KNOWN_VARIABLES.items()
    elif kind is Kind.ANTHROPIC_PROFILE:
        for pointer, key in KNOWN_KEYS[kind].items():
            *parts, name = parts_of(pointer)
            if pointer_of(*parts) == above:
                yield name, key


def _key_at(file: ConfigFile, path: tuple[str, ...]) -> KnownKey | None:
    """Return the known key that a value is for, None where a schema gives its values."""
    above, name = pointer_of(*path[:-1]), path[-1] if path else ""
    if above in VARIABLE_BLOCKS.get(file.kind, ()):
        return KNOWN_VARIABLES.get(name)
    if pointer_of(*path[:1]) == LISTED_VARIABLES and name == "value":
        sibling = file.document.node(f"{above}/name")
        return KNOWN_VARIABLES.get(str(sibling.value)) if sibling else None
    keys = KNOWN_KEYS[file.kind]
    key = keys.get(pointer_of(*path)) or (keys.get(above) if name.isdigit() else None)
    by_schema = file.kind in _WITH_SCHEMA and key is not None and key.sort is not Sort.ORGANIZATION
    return None if by_schema else key


class _Insertion:
    """Writes proposals at one cursor, with the quotes and the colon that are not there yet."""

    def __init__(
        self, file: ConfigFile, cursor: JsonCursor, encoding: PositionEncoding, *, snippets: bool
    ) -> None:
        self._cursor = cursor
        self._snippets = snippets
        data, end = file.buffer.data, cursor.span.end + cursor.closed
        following = data[after_space(data, end) :][:1]
        self._needs_value = cursor.slot == "key" and following != b":"
        self._comma = "," if following == b'"' else ""
        replaced = Span(cursor.span.start, end if self._needs_value else cursor.span.end)
        self._range = lsp_range(file.buffer.range(replaced, encoding))

    def edit(self, proposal: _Proposal) -> types.TextEdit:
        """Return what puts a proposal in the place of what stands at the cursor."""
        quoted = json.dumps(proposal.text, ensure_ascii=False)
        if self._cursor.opened:
            keeps_quote = self._cursor.closed and not self._needs_value
            quoted = quoted[1:-1] if keeps_quote else quoted[1:]
        value = self._value_of(proposal.key) if self._needs_value and proposal.key else ""
        return types.TextEdit(self._range, quoted + value)

    def _value_of(self, key: KnownKey) -> str:
        """Return the colon and an empty value with the cursor in it, where the client can."""
        before, after = ("{", "}") if key.sort is Sort.GROUP else ('"', '"')
        inside = "1" if key.sort is Sort.SWITCH else ""
        if self._snippets:
            inside = f"${{1:{inside}}}" if inside else "$1"
        return f": {before}{inside}{after}{self._comma}"


def _item(
    proposal: _Proposal, edit: types.TextEdit, write: Writer, before: str
) -> types.CompletionItem:
    """Return a proposal as an item that the client shows although `before` stands there."""
    snippet, plain = types.InsertTextFormat.Snippet, types.InsertTextFormat.PlainText
    documentation = [proposal.documentation] if proposal.documentation else []
    detail = write.redactor.text(proposal.detail)
    # Nobody knows an id by heart: the name finds it too.
    found_by_detail = proposal.kind is types.CompletionItemKind.Value and detail
    found_by = (before, proposal.text, detail if found_by_detail else "")
    return types.CompletionItem(
        proposal.text,
        kind=proposal.kind,
        detail=detail or None,
        documentation=write.content(documentation) if documentation else None,
        sort_text=f"{0 if proposal.preferred else 1}{proposal.text}",
        filter_text=" ".join(filter(None, found_by)) if before or found_by_detail else None,
        insert_text_format=snippet if "$" in edit.new_text else plain,
        text_edit=edit,
    )
