"""One config file: what stood on the disk, what Claude Code makes of it, and what is wrong."""

from __future__ import annotations

import re
from codecs import BOM_UTF8
from functools import cached_property
from typing import TypeVar, cast

from msgspec import Struct
from msgspec.structs import replace

from billing_lens.config.document import Document, PlacedNode, document_of, document_type
from billing_lens.config.file_entry import FileEntry, FileState
from billing_lens.config.hook_settings import Version
from billing_lens.config.kinds import DECLARING_KINDS, Kind, Scope
from billing_lens.config.models import (
    ClaudeCredentials,
    ClaudeSettings,
    ClaudeState,
    ConfigModel,
    Profile,
    ProfileCredentials,
    field_names,
    read_model,
)
from billing_lens.config.settings_types import wrong_settings
from billing_lens.text.buffer import TextBuffer
from billing_lens.text.json_document import JsonDocument
from billing_lens.text.json_pointer import parts_of, pointer_of
from billing_lens.text.positions import PositionEncoding, Range, Span
from billing_lens.text.utf8 import first_invalid

ModelT = TypeVar("ModelT", bound=ConfigModel)

MODELS: dict[Kind, type[ConfigModel]] = {
    Kind.ANTHROPIC_PROFILE: Profile,
    Kind.ANTHROPIC_CREDENTIALS: ProfileCredentials,
    Kind.CLAUDE_CREDENTIALS: ClaudeCredentials,
    Kind.CLAUDE_STATE: ClaudeState,
    Kind.CLAUDE_SETTINGS: ClaudeSettings,
}

_CLAUDE = rb"(?i)anthropic|claude|sk-ant-"
"""What a file that declares runs elsewhere says if it has to do with Claude Code."""

PLAIN_KINDS = frozenset({Kind.ANTHROPIC_ACTIVE_CONFIG, Kind.PREFERENCES, Kind.TEAM_POLICY})
"""Kinds whose text is no tree of values to us."""

BOM_REFUSED = frozenset(
    {Kind.ANTHROPIC_PROFILE, Kind.ANTHROPIC_CREDENTIALS, Kind.CLAUDE_CREDENTIALS}
)
"""Kinds in which a byte order mark makes the file unreadable to Claude Code (cases "config BOM",
"creds BOM"); settings and the state file may have one."""


class Problem(Struct, frozen=True):
    """Something wrong with a file itself. `span` is None when it concerns the file as a whole."""

    code: str
    message: str
    span: Span | None = None
    pointer: str | None = None


class OpenText(Struct, frozen=True):
    """The text of one editor buffer, unsaved or not, kept incrementally while it is edited.

    `last_good` is the document before typing broke it, None when it was never valid.
    """

    buffer: TextBuffer
    document: Document
    last_good: Document | None = None


class ConfigFile(Struct, frozen=True, dict=True):
    """A config file as Claude Code would read it; `opened` is the editor's text over the disk's."""

    path: str
    kind: Kind
    entry: FileEntry
    scope: Scope | None = None
    opened: OpenText | None = None

    @property
    def exists(self) -> bool:
        """Whether something stands at the path, readable or not."""
        return self.entry.exists

    @cached_property
    def buffer(self) -> TextBuffer:
        """The text; invalid UTF-8 has become U+FFFD, as in Claude Code."""
        return self.opened.buffer if self.opened else TextBuffer(self.entry.data)

    @cached_property
    def document(self) -> JsonDocument:
        """The JSON text with positions, also when it is broken."""
        document = self.structure
        if isinstance(document, JsonDocument):
            return document
        return JsonDocument.parse(self._data)

    @cached_property
    def structure(self) -> Document:
        """The text with positions in whatever language it is; read only where asked."""
        if self.opened is not None and isinstance(self.opened.document, document_type(self.kind)):
            return self.opened.document
        return document_of(self.kind, self._data)

    @property
    def _data(self) -> bytes:
        # A large file's lines need no index as long as nobody asks for a range.
        is_other = self.opened is not None or self._invalid_utf8
        return self.buffer.data if is_other else self.entry.data

    @property
    def understood(self) -> Document:
        """The text as it was before typing broke it; the text itself where it is not broken."""
        last_good = self.opened.last_good if self.opened else None
        if last_good is not None and self.structure.problems:
            return last_good
        return self.structure

    @cached_property
    def _invalid_utf8(self) -> Span | None:
        """The first bytes on the disk that are not UTF-8."""
        return first_invalid(self.entry.data)

    @cached_property
    def value(self) -> object:
        """The JSON value Claude Code would get, None where it would get nothing.

        While a text is broken by typing this is the value it had before. Built as a whole, which
        takes several times a large file's size: `model` reads only what it needs.
        """
        return self._accepted.value() if self._accepted else None

    @property
    def says_nothing(self) -> bool:
        """Whether Claude Code gets nothing from it, or ``null``: whether `value` is None."""
        root = self._accepted.root if self._accepted else None
        return root is None or root.kind == "null"

    @cached_property
    def _accepted(self) -> JsonDocument | None:
        """The document Claude Code would read, or read before typing broke it."""
        if self.entry.state is not FileState.REGULAR:
            return None
        if self._has_refused_bom:
            return None
        if not self.document.problems:
            return self.document
        last_good = self.opened.last_good if self.opened else None
        return last_good if isinstance(last_good, JsonDocument) else None

    @cached_property
    def text(self) -> str:
        """The plain text without surrounding white space and byte order mark."""
        return self.buffer.text.strip("\ufeff \t\r\n\v\f\u00a0\u2028\u2029")

    @cached_property
    def _known_members(self) -> object:
        model = MODELS.get(self.kind)
        if model is None or self._accepted is None:
            return None
        return self._accepted.picked([pointer_of(name) for name in field_names(model)])

    @cached_property
    def _model(self) -> tuple[ConfigModel, tuple[tuple[str, str], ...]] | None:
        value = self._known_members
        return read_model(MODELS[self.kind], value) if value is not None else None

    def model(self, expected: type[ModelT]) -> ModelT | None:
        """Return what the file says as `expected`, None when Claude Code would read nothing."""
        model = self._model[0] if self._model else None
        return model if isinstance(model, expected) else None

    def wrong_settings(self, version: Version) -> tuple[tuple[str, str], ...]:
        """Return `settings_types.wrong_settings` of what Claude Code gets from a settings file."""
        if version not in self._wrong_settings:
            self._wrong_settings[version] = wrong_settings(self.value, version)
        return self._wrong_settings[version]

    @cached_property
    def _wrong_settings(self) -> dict[Version, tuple[tuple[str, str], ...]]:
        return {}

    @cached_property
    def is_broken(self) -> bool:
        """Whether a JSON file's text would be refused as JSON."""
        readable = self.entry.state is FileState.REGULAR and self.is_json
        return readable and bool(self.document.problems)

    @property
    def mentions_claude(self) -> bool:
        """Whether a file that declares runs elsewhere has to do with Claude Code at all.

        Only then is it worth understanding; False for every other kind of file.
        """
        readable = self.kind in DECLARING_KINDS and self.entry.state is FileState.REGULAR
        return readable and re.search(_CLAUDE, self.structure.data) is not None

    @property
    def can_be_edited(self) -> bool:
        """Whether an edit can keep every byte it does not mean to change."""
        return not self.is_broken and (self.opened is not None or self._invalid_utf8 is None)

    @property
    def is_json(self) -> bool:
        """Whether the kind is JSON at all (``active_config`` is plain text, ours are TOML)."""
        return self.kind not in PLAIN_KINDS and document_type(self.kind) is JsonDocument

    @cached_property
    def problems(self) -> tuple[Problem, ...]:
        """What is wrong with the file itself, in the order of the text."""
        state_problem = _STATE_PROBLEMS.get(self.entry.state)
        if state_problem:
            return (Problem(self.entry.state.value, self.entry.reason or state_problem),)
        if self.entry.state is not FileState.REGULAR or self.kind in PLAIN_KINDS:
            return ()
        if not self.is_json:
            return self._syntax_problems()
        return (*self._encoding_problems(), *self._syntax_problems(), *self._type_problems())

    @property
    def _has_refused_bom(self) -> bool:
        return self.kind in BOM_REFUSED and (self.document.has_bom or self.entry.hides_bom)

    def _encoding_problems(self) -> tuple[Problem, ...]:
        found: list[Problem] = []
        if self.opened is None and self._invalid_utf8:
            start = self._invalid_utf8.start
            end = min(start + 3, len(self.buffer.data))
            message = "This is not valid UTF-8; Claude Code reads a replacement character here."
            found.append(Problem("invalid-utf-8", message, Span(start, end)))
        if self._has_refused_bom:
            message = "A byte order mark stands before the JSON; Claude Code cannot read the file."
            # Where the editor keeps it back, the first character stands for it.
            mark = Span(0, 1 if self.entry.hides_bom else len(BOM_UTF8))
            found.append(Problem("byte-order-mark", message, mark))
        return tuple(found)

    def _syntax_problems(self) -> tuple[Problem, ...]:
        if self.kind is Kind.VSCODE_SETTINGS:
            return ()
        return tuple(
            Problem(f"syntax-{problem.code}", problem.message, problem.span)
            for problem in self.structure.problems
        )

    def _type_problems(self) -> tuple[Problem, ...]:
        # Settings are judged by Claude Code's own schema and by version: `settings_types`.
        is_settings = self.kind is Kind.CLAUDE_SETTINGS
        if is_settings or self.document.problems or self._model is None:
            return ()
        wrong = (
            Problem(
                "wrong-type",
                f"{name_of(pointer)} {message}.",
                self.span_of(pointer),
                pointer,
            )
            for pointer, message in self._model[1]
        )
        return tuple(sorted(wrong, key=lambda problem: problem.span or Span(0, 0)))

    def span_of(self, pointer: str) -> Span | None:
        """Return the bytes to mark for `pointer`: key and value, or the key of a longer value.

        None when nothing stands there.
        """
        return self._marked(self.structure.node(pointer))

    def nearest_span_of(self, pointer: str) -> Span | None:
        """Return what `span_of` would of the innermost value there is on the way of `pointer`."""
        return self._marked(self.structure.nearest(pointer))

    def _marked(self, node: PlacedNode | None) -> Span | None:
        if node is None:
            return None
        if node.kind in ("object", "array"):
            return node.key_span or Span(node.span.start, node.span.start + 1)
        return node.member_span or node.span

    def range_of(
        self, pointer: str, encoding: PositionEncoding = PositionEncoding.UTF16
    ) -> Range | None:
        """Return what `span_of` marks as a 0-based range; plain text is marked as a whole."""
        whole = Span(0, len(self.buffer.data.rstrip()))
        span = whole if self.kind in PLAIN_KINDS else self.span_of(pointer)
        return self.buffer.range(span, encoding) if span else None

    def means_the_same_as(self, other: ConfigFile, version: Version) -> bool:
        """Whether Claude Code of `version` is paid the same with both; their texts may differ.

        Answers False where that cannot be told without a look at all of the texts.
        """
        if self.kind not in MODELS or _stand(self) != _stand(other):
            return False
        if self._accepted is other._accepted:
            return True
        if not self._accepted or not other._accepted or self._model != other._model:
            return False
        return self.kind is not Kind.CLAUDE_SETTINGS or self._counts_as(other, version)

    def _counts_as(self, other: ConfigFile, version: Version) -> bool:
        """Whether as much of both settings files counts, by their fields and what is wrong."""
        same_fields = _field_names_in(self.value) == _field_names_in(other.value)
        return same_fields and self.wrong_settings(version) == other.wrong_settings(version)

    def opened_as(self, text: OpenText) -> ConfigFile:
        """Return this file with an editor's text over it, as if it stood on the disk.

        What Claude Code gets from it is not read again where that comes of the same values.
        """
        entry = replace(self.entry, state=FileState.REGULAR)
        file = replace(self, entry=entry, opened=text)
        if file._known_members is self._known_members:
            cast("dict[str, object]", file.__dict__)["_model"] = self._model
        return file

    def with_text(self, data: bytes) -> ConfigFile:
        """Return this file as it would be with `data` as its bytes."""
        entry = replace(self.entry, state=FileState.REGULAR, data=data, hides_bom=False)
        return replace(self, entry=entry, opened=None)

    def missing(self) -> ConfigFile:
        """Return this file as it would be if it were not there."""
        return replace(self, entry=FileEntry(self.path, FileState.MISSING), opened=None)


def _field_names_in(settings: object) -> object:
    return cast("dict[str, object]", settings).keys() if isinstance(settings, dict) else None


def _stand(file: ConfigFile) -> tuple[object, ...]:
    """Return what decides about a file besides its text."""
    entry = file.entry
    return file.path, file.kind, file.scope, entry.state, entry.mode, entry.link_target


_STATE_PROBLEMS = {
    FileState.DIRECTORY: "A directory stands where a file belongs.",
    FileState.NOT_REGULAR: "This is not a regular file (a pipe, socket or device); it is not read.",
    FileState.DANGLING_LINK: "A symbolic link points to nothing.",
    FileState.UNREADABLE: "The file cannot be read.",
    FileState.OUTSIDE_HOME: "The file leads out of the home being looked at; it is not read.",
}


def name_of(pointer: str) -> str:
    """Return the last part of a JSON Pointer for a sentence: "`apiKeyHelper`", "`allow[0]`"."""
    if not pointer:
        return "The file"
    *above, name = parts_of(pointer)
    return f"`{above[-1]}[{name}]`" if above and name.isdigit() else f"`{name}`"
