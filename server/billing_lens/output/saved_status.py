"""A status document, of this machine or saved on another, as one side of a comparison."""

from __future__ import annotations

from typing import cast

import msgspec

from billing_lens.billing.comparison import Side, Standing
from billing_lens.billing.credential import Credential, State, describe_source
from billing_lens.billing.place import Place
from billing_lens.billing.runs import Payer
from billing_lens.billing.sources import Billing, Source
from billing_lens.output.json import SCHEMA


class NoStatusError(ValueError):
    """A document is no status, or one that this version does not know."""


class _Version(msgspec.Struct):
    version: str


class _Organization(msgspec.Struct):
    id: str


class _Route(msgspec.Struct):
    source: Source
    billing: Billing
    label: str
    reason: str = ""
    works: bool | None = None
    organization: _Organization | None = None
    provider: str | None = None
    host: str | None = None


class _Position(msgspec.Struct):
    line: int
    character: int


class _Range(msgspec.Struct):
    start: _Position


class _InFile(msgspec.Struct):
    path: str
    range: _Range | None = None


class _Location(msgspec.Struct):
    path: str | None = None
    range: _Range | None = None
    variable: str | None = None
    set_in: _InFile | None = None
    keychain: str | None = None


class _Credential(msgspec.Struct):
    source: Source
    state: State
    reason: str = ""
    organization: str | None = None
    profile: str | None = None
    provider: str | None = None
    location: _Location | None = None


class _Status(msgspec.Struct):
    schema: int
    claudeCode: _Version
    mode: str
    route: _Route
    credentials: list[_Credential]


def side_of_text(name: str, text: bytes) -> Side:
    """Return what a saved ``status --json`` tells, as the side `name`.

    Raises:
        NoStatusError: it is none, broken, or of another schema. The message quotes nothing of it.
    """
    try:
        document = msgspec.json.decode(text.removeprefix(b"\xef\xbb\xbf"))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise NoStatusError("is no JSON") from None
    return side_of(name, document)


def side_of(name: str, document: object) -> Side:
    """Return what a status document tells, as the side `name`.

    Raises:
        NoStatusError: it is none, or of another schema.
    """
    is_object = isinstance(document, dict)
    schema = cast("dict[str, object]", document).get("schema") if is_object else None
    if isinstance(schema, int) and schema != SCHEMA:
        raise NoStatusError(f"has schema {schema}; this version knows schema {SCHEMA}")
    try:
        status = msgspec.convert(document, _Status)
    except (msgspec.ValidationError, UnicodeEncodeError):
        raise NoStatusError("is not what `billing-lens status --json` prints") from None
    route = status.route
    organization = _known(route.organization.id if route.organization else None)
    provider, host = _known(route.provider), _known(route.host)
    return Side(
        name,
        _plain(status.mode),
        _plain(status.claudeCode.version),
        Payer(route.billing, organization, provider, host),
        _plain(route.label),
        _plain(route.reason),
        route.works,
        tuple(map(_standing, status.credentials)),
    )


def _standing(found: _Credential) -> Standing:
    profile, provider = _known(found.profile), _known(found.provider)
    named = Credential(found.source, Place(), profile=profile, provider=provider)
    return Standing(
        found.source,
        describe_source(named),
        found.state,
        _plain(found.reason),
        _known(found.organization),
        _place(found.location) if found.location else "",
    )


def _place(location: _Location) -> str:
    """Return a location as a person reads it, with lines and columns counted from 1."""
    in_file = _InFile(location.path, location.range) if location.path else location.set_in
    if in_file is None:
        return "the environment" if location.variable else "the keychain"
    start = in_file.range.start if in_file.range else None
    position = f":{start.line + 1}:{start.character + 1}" if start else ""
    return _plain(in_file.path) + position


def _known(text: str | None) -> str | None:
    return _plain(text) if text is not None else None


def _plain(text: str) -> str:
    """Return a text that another machine wrote without what could move a terminal's cursor."""
    return "".join(it for it in text if it.isprintable())
