"""What matters in each config file, as msgspec structures.

Every field is optional and every unknown field is left out: Claude Code rewrites and extends these
files, and a person edits them. `read_model` never fails on wrong types: it leaves the wrong field
out and reports where it stood.

Importing pydantic and building the same models with it took 85 ms of a run of 200 ms.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import TypeAlias, TypeVar, cast, get_args, get_type_hints

import msgspec
import msgspec.structs

from billing_lens.text.json_pointer import pointer_of

ModelT = TypeVar("ModelT", bound="ConfigModel")


class ConfigModel(msgspec.Struct, frozen=True):
    """Base of all: strict types, unknown fields left out, immutable."""


class IdentityToken(ConfigModel, frozen=True):
    """Where a federated profile takes its identity token from."""

    source: str | None = None
    path: str | None = None


class Authentication(ConfigModel, frozen=True):
    """How a profile signs in; `type` is ``user_oauth`` or ``oidc_federation``."""

    type: str | None = None
    client_id: str | None = None
    scope: str | None = None
    console_url: str | None = None
    credentials_path: str | None = None
    federation_rule_id: str | None = None
    service_account_id: str | None = None
    identity_token: IdentityToken | None = None


class Profile(ConfigModel, frozen=True):
    """``configs/<profile>.json`` of the ``ant`` CLI."""

    version: str | None = None
    authentication: Authentication | None = None
    organization_id: str | None = None
    workspace_id: str | None = None
    base_url: str | float | None = None


class ProfileCredentials(ConfigModel, frozen=True):
    """``credentials/<profile>.json`` of the ``ant`` CLI. `expires_at` is in seconds since 1970."""

    type: str | None = None
    access_token: str | None = None
    refresh_token: str | None = None
    expires_at: float | None = None
    scope: str | None = None
    organization_uuid: str | None = None
    organization_name: str | None = None
    account_email: str | None = None
    workspace_id: str | None = None


class ClaudeAiOauth(ConfigModel, frozen=True):
    """The claude.ai login. `expiresAt` is in milliseconds since 1970."""

    accessToken: str | float | bool | list[object] | dict[str, object] | None = None
    """Sent whatever it is, unless it is empty (cases "creds token …")."""
    refreshToken: str | None = None
    expiresAt: float | None = None
    scopes: list[object] | str | None = None
    """A string instead of a list is used on the wire, though status says none (facts, "login")."""
    subscriptionType: str | None = None
    rateLimitTier: str | None = None


class GatewaySession(ConfigModel, frozen=True):
    """A session signed in to a gateway. `expiresAt` is in milliseconds since 1970."""

    url: str | None = None
    jwt: str | None = None
    expiresAt: float | None = None
    idpRefreshToken: str | None = None
    email: str | None = None


class ClaudeCredentials(ConfigModel, frozen=True):
    """``.credentials.json`` of Claude Code."""

    claudeAiOauth: ClaudeAiOauth | None = None
    enterpriseGateway: GatewaySession | None = None
    gatewayTrust: dict[str, str] | None = None
    """The SHA-256 of each gateway's certificate, in lower-case hex, by its host."""


class OauthAccount(ConfigModel, frozen=True):
    """The account Claude Code last saw: a cache for display, it decides nothing."""

    accountUuid: str | None = None
    emailAddress: str | None = None
    displayName: str | None = None
    organizationUuid: str | None = None
    organizationName: str | None = None
    organizationType: str | None = None
    organizationRateLimitTier: str | None = None
    billingType: str | None = None


class ApiKeyResponses(ConfigModel, frozen=True):
    """Answers to "use this API key?"; each is the last 20 characters of the key."""

    approved: list[str] | None = None
    rejected: list[str] | None = None


class ProjectState(ConfigModel, frozen=True):
    """What Claude Code remembers of one folder."""

    hasTrustDialogAccepted: bool | None = None


class ClaudeState(ConfigModel, frozen=True):
    """``.claude.json`` of Claude Code, the few keys that matter."""

    oauthAccount: OauthAccount | None = None
    primaryApiKey: str | float | None = None
    customApiKeyResponses: ApiKeyResponses | None = None
    lastOnboardingVersion: str | None = None


def _as_text(value: object) -> object:
    """Return a value of ``env`` as JavaScript's ``String`` writes it (cases "env …")."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, list):
        return ",".join(str(_as_text(item)) for item in cast("list[object]", value))
    if value is None:
        return "null"
    return "[object Object]" if isinstance(value, dict) else str(value)


def _as_variables(value: object) -> object:
    if not isinstance(value, dict):
        return value
    return {name: _as_text(it) for name, it in cast("dict[str, object]", value).items()}


EnvironmentBlock: TypeAlias = dict[str, str]


class ClaudeSettings(ConfigModel, frozen=True):
    """A settings file of Claude Code, the keys that can decide who pays."""

    env: EnvironmentBlock | None = None
    apiKeyHelper: str | None = None
    forceLoginMethod: str | None = None
    forceLoginOrgUUID: str | list[str] | None = None
    allowedProviders: list[str] | None = None
    """In managed settings alone: with any other provider Claude Code does not start."""
    model: str | None = None
    """Decides nothing about who pays, but what it costs."""


class NamedVariable(ConfigModel, frozen=True):
    """One entry of ``claudeCode.environmentVariables``."""

    name: str | None = None
    value: str | None = None


_PREPARED: Mapping[tuple[type, str], Callable[[object], object]] = {
    (ClaudeSettings, "env"): _as_variables,
    (NamedVariable, "value"): _as_text,
}
"""Fields whose values Claude Code turns into text before it uses them."""


@cache
def field_names(model: type[ConfigModel]) -> tuple[str, ...]:
    """Return the names of a model's fields, which are the names of the JSON members."""
    return tuple(field.name for field in msgspec.structs.fields(model))


def read_model(model: type[ModelT], value: object) -> tuple[ModelT, tuple[tuple[str, str], ...]]:
    """Return `value` as `model` without its wrongly typed parts, and what was wrong.

    The second part lists (JSON Pointer, message) for each wrong part; the message names types
    only, never the value, which may be a secret. A value that is no object gives an empty model.
    """
    wrong: list[tuple[str, str]] = []
    return _read(model, value, "", wrong), tuple(wrong)


def _read(model: type[ModelT], value: object, pointer: str, wrong: list[tuple[str, str]]) -> ModelT:
    if not isinstance(value, dict):
        wrong.append((pointer, "should be a JSON object"))
        return model()
    members = cast("dict[str, object]", value)
    read: dict[str, object] = {}
    for name in filter(members.__contains__, field_names(model)):
        expected, nested = _type_of(model, name)
        member = _PREPARED.get((model, name), _unchanged)(members[name])
        here = pointer + pointer_of(name)
        if nested and member is not None:
            read[name] = _read(nested, member, here, wrong)
            continue
        if isinstance(member, list) and list[str] in get_args(expected):
            read[name] = _texts_in(cast("list[object]", member), here, wrong)
            continue
        try:
            read[name] = msgspec.convert(member, expected)
        except (msgspec.ValidationError, UnicodeEncodeError):
            # The second comes of half a surrogate pair where no text belongs.
            wrong.append((here, _should_be(expected)))
    return model(**read)


def _texts_in(elements: list[object], pointer: str, wrong: list[tuple[str, str]]) -> list[str]:
    """Return the texts of a list; any other element is left out alone."""
    for index, element in enumerate(elements):
        if not isinstance(element, str):
            wrong.append((pointer + pointer_of(index), "should be a string"))
    return [element for element in elements if isinstance(element, str)]


def _unchanged(value: object) -> object:
    return value


@cache
def _hints_of(model: type[ConfigModel]) -> Mapping[str, object]:
    return get_type_hints(model)


@cache
def _type_of(model: type[ConfigModel], name: str) -> tuple[object, type[ConfigModel] | None]:
    """Return a field's type, and the model in it where it holds one."""
    expected = _hints_of(model)[name]
    types = (it for it in get_args(expected) if isinstance(it, type))
    return expected, next((it for it in types if issubclass(it, ConfigModel)), None)


_NAMES = {
    str: "a string",
    bool: "true or false",
    float: "a number",
    dict[str, str]: "a JSON object",
    list[object]: "a list",
    list[str]: "a list",
}


def _should_be(expected: object) -> str:
    return "should be " + " or ".join(_NAMES[it] for it in get_args(expected) if it in _NAMES)
