"""Taking secrets out of everything that is shown. Nothing leaves the program around this."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple, TypeVar, cast

from msgspec import Struct

from billing_lens.billing.editor_runs import editor_variables
from billing_lens.config.kinds import DECLARING_KINDS, Kind
from billing_lens.config.models import (
    ClaudeCredentials,
    ClaudeSettings,
    ClaudeState,
    ProfileCredentials,
)
from billing_lens.config.secrets import SECRET_NAME, TOKEN
from billing_lens.machine.machine import Machine

KEPT_CHARACTERS = 4
"""How many of a secret's last characters may be shown, so that two can be told apart."""

_SHORTEST_SECRET = 8

_WORD = re.compile(r"[a-z]+(_[a-z]+)*|[A-Z]+(_[A-Z]+)*")
"""A plain word is no token; masking it would mask our own words too."""

_URL_USER = re.compile(r"://([^/\s@\"]+)@")
_JSON_TOKEN = re.compile(r'"((?:[^"\\\n]|\\.)*)"(\s*:)?|[{}\[\]]|[^\s{}\[\]",:]+')
"""A string, with the colon behind it if it is a name; a bracket; a number or a word."""
_OBJECT = re.compile(r"\{[^{}]*\}")
_LISTED_NAME = re.compile(r'"name"\s*:\s*"([^"]*)"')
_LISTED_VALUE = re.compile(r'"value"\s*:\s*"((?:[^"\\\n]|\\.)*)"')
_ASSIGNED = re.compile(r"(?<![\w.-])([A-Za-z_][\w.-]{0,99})[^\S\n]*[:=][^\S\n]*(?=\S)")
_REFERENCE = re.compile(r"[\"']?(\$\{\{[^}]*\}\}|\$\{?\w+\}?)[\"']?\s*")
"""A variable or a secret of CI by its name, which gives nothing away."""
_HOLDS_REFERENCE = re.compile(r"\$[\w({]")


class Mask(NamedTuple):
    """A secret in a text, from `start` to before `end`, and what is shown in its place."""

    start: int
    end: int
    shown: str


def masked(secret: str) -> str:
    """Return a secret as bullets and its last four characters, shorter ones as bullets alone."""
    tail = secret[-KEPT_CHARACTERS:] if len(secret) >= 4 * KEPT_CHARACTERS else ""
    return f"••••{tail}"


def redact_json_text(text: str) -> str:
    """Return JSON text, valid or not, with the values of secret-sounding members masked.

    Where such a value is a list or an object, each text in it is.
    """
    return _with_masks(text, merged(text, _json_masks(text)))


def _with_masks(text: str, masks: Iterable[Mask]) -> str:
    pieces, at = list[str](), 0
    for mask in masks:
        pieces += text[at : mask.start], mask.shown
        at = mask.end
    return "".join((*pieces, text[at:]))


def merged(text: str, masks: Iterable[Mask]) -> Iterator[Mask]:
    """Yield the masks of `text` in order, those that overlap as one."""
    last: Mask | None = None
    for mask in sorted(masks):
        if last is None or mask.start >= last.end:
            if last:
                yield last
            last = mask
        elif mask.end > last.end:
            last = Mask(last.start, mask.end, masked(text[last.start : mask.end]))
    if last:
        yield last


def _json_masks(text: str) -> Iterator[Mask]:
    """Yield the secrets that their names or their shape give away, in JSON that may be broken."""
    yield from _member_masks(text)
    for listed in _OBJECT.finditer(text):
        # VS Code lists variables as {"name": "ANTHROPIC_AUTH_TOKEN", "value": "…"}.
        name = _LISTED_NAME.search(listed[0])
        if name and SECRET_NAME.search(name[1]):
            values = _LISTED_VALUE.finditer(text, *listed.span())
            yield from (_mask(value, 1) for value in values)
    for user in _URL_USER.finditer(text):
        yield Mask(*user.span(1), masked(""))
    for token in TOKEN.finditer(text):
        yield _mask(token, 0)


_SCOPES = r"[a-z_]+(:[a-z_]+)+( [a-z_]+(:[a-z_]+)+)*"
"""What scopes look like; any other text in their place may be a token that was put there."""


def _are_scopes(text: str) -> bool:
    return re.fullmatch(_SCOPES, text) is not None


def _member_masks(text: str) -> Iterator[Mask]:
    depth, is_secret, are_scopes = 0, False, False
    for token in _JSON_TOKEN.finditer(text):
        name_or_text, colon = token.groups()
        if colon:
            is_secret = SECRET_NAME.search(name_or_text) is not None
            are_scopes = name_or_text in ("scope", "scopes")
            continue
        if token[0] in "{[":
            depth += is_secret or depth > 0
        elif token[0] in "}]":
            depth = max(depth - 1, 0)
        elif name_or_text and (
            is_secret or depth or (are_scopes and not _are_scopes(name_or_text))
        ):
            yield _mask(token, 1)
        is_secret = False


def _assignment_masks(text: str) -> Iterator[Mask]:
    """Yield the values of secret-sounding names in shell scripts, YAML and TOML, line by line."""
    for name in _ASSIGNED.finditer(text):
        if SECRET_NAME.search(name[1]):
            end = text.find("\n", name.end())
            value = text[name.end() : end if end >= 0 else len(text)]
            if not _REFERENCE.fullmatch(value):
                yield Mask(name.end(), name.end() + len(value), masked(value))


def _mask(found: re.Match[str], group: int) -> Mask:
    return Mask(*found.span(group), masked(found[group]))


Said = TypeVar("Said")


def with_texts(said: Said, change: Callable[[str], str]) -> Said:
    """Return a struct with `change` made to every text in it, whatever structs and tuples hold it.

    Members of enumerations, which are words of our own, stay.
    """
    value: Any = said
    if type(value) is str:
        return cast("Said", change(value))
    if isinstance(value, tuple):
        return cast("Said", tuple(with_texts(it, change) for it in cast("tuple[object]", value)))
    if isinstance(value, Struct):
        names = value.__struct_fields__
        changed = {name: with_texts(getattr(value, name), change) for name in names}
        return cast("Said", type(value)(**changed))
    return said


class Redactor:
    """Masks the secrets of one machine wherever they turn up in a text."""

    def __init__(self, machine: Machine) -> None:
        secrets = {
            secret
            for secret in _secrets_of(machine)
            if len(secret) >= _SHORTEST_SECRET and not _WORD.fullmatch(secret)
        }
        longest_first = sorted(secrets, key=len, reverse=True)
        self._known = re.compile("|".join(map(re.escape, longest_first))) if secrets else None
        self._hide_addresses = bool(machine.environment.get("IS_DEMO"))

    def text(self, text: str) -> str:
        """Return `text` without secrets; e-mail addresses go too when IS_DEMO is set."""
        if self._known:
            text = self._known.sub(lambda match: masked(match[0]), text)
        text = TOKEN.sub(lambda match: masked(match[0]), text)
        return _ADDRESS.sub("(hidden)", text) if self._hide_addresses else text

    def masks(self, source: str) -> list[Mask]:
        """Return what must not be shown of a file's text, in order."""
        return list(merged(source, self._masks(source)))

    def _masks(self, source: str) -> Iterator[Mask]:
        yield from _json_masks(source)
        yield from _assignment_masks(source)
        if self._known:
            yield from (_mask(secret, 0) for secret in self._known.finditer(source))
        if self._hide_addresses:
            addresses = _ADDRESS.finditer(source)
            yield from (Mask(*address.span(), "(hidden)") for address in addresses)


_ADDRESS = re.compile(r"[A-Za-z0-9._%+-]+@[A-Za-z0-9.-]+\.[A-Za-z]{2,}")


def _secrets_of(machine: Machine) -> Iterator[str]:
    for name, value in _variables_of(machine):
        if SECRET_NAME.search(name):
            yield value
    for file in machine.files_of(Kind.ANTHROPIC_CREDENTIALS):
        stored = file.model(ProfileCredentials)
        yield from filter(None, (stored.access_token, stored.refresh_token) if stored else ())
    for file in machine.files_of(Kind.CLAUDE_CREDENTIALS):
        credentials = file.model(ClaudeCredentials)
        login = credentials.claudeAiOauth if credentials else None
        tokens = (login.accessToken, login.refreshToken) if login else ()
        yield from (str(token) for token in tokens if token is not None)
    for file in machine.files_of(Kind.CLAUDE_STATE):
        state = file.model(ClaudeState)
        if state and state.primaryApiKey:
            yield str(state.primaryApiKey)
    for file in machine.files_of(Kind.CLAUDE_SETTINGS):
        settings = file.model(ClaudeSettings)
        yield from filter(None, (settings.apiKeyHelper,) if settings else ())


def _variables_of(machine: Machine) -> Iterator[tuple[str, str]]:
    """Yield every variable of the process, of all settings, and of what the project declares."""
    yield from machine.environment.items()
    yield from editor_variables(machine)
    yield from _declared_texts(machine)
    for file in machine.files_of(Kind.CLAUDE_SETTINGS):
        settings = file.model(ClaudeSettings)
        yield from ((settings.env or {}) if settings else {}).items()


def _declared_texts(machine: Machine) -> Iterator[tuple[str, str]]:
    """Yield every text that stands under a name in the project's workflows and the like.

    References such as ``${{ secrets.KEY }}`` are no secrets, and we show them ourselves.
    """
    for kind in DECLARING_KINDS:
        for file in (it for it in machine.files_of(kind) if it.mentions_claude):
            from billing_lens.config.named_texts import named_texts  # noqa: PLC0415 few projects have such files

            if file.structure.problems:
                text = file.structure.data.decode("utf-8", "replace")
                yield from ((it[1], it[2].strip()) for it in _GIVEN.finditer(text))
            for document in dict.fromkeys((file.structure, file.understood)):
                for named in named_texts(document):
                    if not _HOLDS_REFERENCE.search(named.text):
                        yield named.name, named.text


_GIVEN = re.compile(r"""([A-Za-z_]\w*)["']?[ \t]*[:=][ \t]*["']?([^\n"',{}\[\]]+)""")
"""A name and what it is given, in text that is too broken to be understood."""
