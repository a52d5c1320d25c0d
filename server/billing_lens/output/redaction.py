"""Taking secrets out of everything that is shown. Nothing leaves the program around this."""

from __future__ import annotations

import re
from collections.abc import Iterator

from billing_lens.billing.surroundings import editor_variables
from billing_lens.config.concern import concerns_claude
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

_URL_USER = re.compile(r"(://)[^/\s@\"]+@")
_JSON_TOKEN = re.compile(r'"((?:[^"\\\n]|\\.)*)"(\s*:)?|[{}\[\]]|[^\s{}\[\]",:]+')
"""A string, with the colon behind it if it is a name; a bracket; a number or a word."""


def masked(secret: str) -> str:
    """Return a secret as bullets and its last four characters, shorter ones as bullets alone."""
    tail = secret[-KEPT_CHARACTERS:] if len(secret) >= 4 * KEPT_CHARACTERS else ""
    return f"••••{tail}"


def redact_json_text(text: str) -> str:
    """Return JSON text, valid or not, with the values of secret-sounding members masked.

    Where such a value is a list or an object, each text in it is.
    """
    listed = _OBJECT.sub(_mask_listed, text)
    without_members = _URL_USER.sub(r"\1••••@", _mask_members(listed))
    return TOKEN.sub(lambda match: masked(match[0]), without_members)


def _mask_members(text: str) -> str:
    parts: list[str] = []
    done, depth, is_secret = 0, 0, False
    for token in _JSON_TOKEN.finditer(text):
        name_or_text, colon = token.groups()
        if colon:
            is_secret = SECRET_NAME.search(name_or_text) is not None
            continue
        if token[0] in "{[":
            depth += is_secret or depth > 0
        elif token[0] in "}]":
            depth = max(depth - 1, 0)
        elif name_or_text and (is_secret or depth):
            parts += (text[done : token.start()], f'"{masked(name_or_text)}"')
            done = token.end()
        is_secret = False
    return "".join((*parts, text[done:]))


_OBJECT = re.compile(r"\{[^{}]*\}")
_LISTED_NAME = re.compile(r'"name"\s*:\s*"([^"]*)"')
_LISTED_VALUE = re.compile(r'("value"\s*:\s*)"((?:[^"\\\n]|\\.)*)"')


def _mask_listed(found: re.Match[str]) -> str:
    """Mask the value of ``{"name": "ANTHROPIC_AUTH_TOKEN", "value": "…"}``, as VS Code lists it."""
    name = _LISTED_NAME.search(found[0])
    if name is None or not SECRET_NAME.search(name[1]):
        return found[0]
    return _LISTED_VALUE.sub(lambda value: f'{value[1]}"{masked(value[2])}"', found[0])


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
        for file in filter(concerns_claude, machine.files_of(kind)):
            from billing_lens.config.named_texts import named_texts  # noqa: PLC0415 few projects have such files

            for document in dict.fromkeys((file.structure, file.understood)):
                for named in named_texts(document):
                    if not _REFERENCE.search(named.text):
                        yield named.name, named.text


_REFERENCE = re.compile(r"\$[\w({]")
