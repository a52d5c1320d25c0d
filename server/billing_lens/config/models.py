"""What matters in each config file, as pydantic models.

Every field is optional and every unknown field is kept out: Claude Code rewrites and extends these
files, and a person edits them. `read_model` never fails on wrong types: it drops the wrong field
and reports where it stood.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, TypeAlias, TypeVar, cast

from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError

from billing_lens.text.json_document import pointer_of

ModelT = TypeVar("ModelT", bound="ConfigModel")


class ConfigModel(BaseModel):
    """Base of all: strict types, unknown fields ignored, immutable."""

    model_config = ConfigDict(strict=True, extra="ignore", frozen=True)


class IdentityToken(ConfigModel):
    """Where a federated profile takes its identity token from."""

    source: str | None = None
    path: str | None = None


class Authentication(ConfigModel):
    """How a profile signs in; `type` is ``user_oauth`` or ``oidc_federation``."""

    type: str | None = None
    client_id: str | None = None
    scope: str | None = None
    console_url: str | None = None
    credentials_path: str | None = None
    federation_rule_id: str | None = None
    service_account_id: str | None = None
    identity_token: IdentityToken | None = None


class Profile(ConfigModel):
    """``configs/<profile>.json`` of the ``ant`` CLI."""

    version: str | None = None
    authentication: Authentication | None = None
    organization_id: str | None = None
    workspace_id: str | None = None
    base_url: str | float | None = None


class ProfileCredentials(ConfigModel):
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


class ClaudeAiOauth(ConfigModel):
    """The claude.ai login. `expiresAt` is in milliseconds since 1970."""

    accessToken: str | float | None = None
    refreshToken: str | None = None
    expiresAt: float | None = None
    scopes: list[object] | str | None = None
    """A string instead of a list is used on the wire, though status says none (facts, "login")."""
    subscriptionType: str | None = None
    rateLimitTier: str | None = None


class ClaudeCredentials(ConfigModel):
    """``.credentials.json`` of Claude Code."""

    claudeAiOauth: ClaudeAiOauth | None = None


class OauthAccount(ConfigModel):
    """The account Claude Code last saw: a cache for display, it decides nothing."""

    accountUuid: str | None = None
    emailAddress: str | None = None
    displayName: str | None = None
    organizationUuid: str | None = None
    organizationName: str | None = None
    organizationType: str | None = None
    organizationRateLimitTier: str | None = None
    billingType: str | None = None


class ApiKeyResponses(ConfigModel):
    """Answers to "use this API key?"; each is the last 20 characters of the key."""

    approved: list[str] | None = None
    rejected: list[str] | None = None


class ProjectState(ConfigModel):
    """What Claude Code remembers of one folder."""

    hasTrustDialogAccepted: bool | None = None


class ClaudeState(ConfigModel):
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


EnvironmentValue: TypeAlias = Annotated[str, BeforeValidator(_as_text)]


EnvironmentBlock: TypeAlias = dict[str, EnvironmentValue]


class ClaudeSettings(ConfigModel):
    """A settings file of Claude Code, the keys that can decide who pays."""

    env: EnvironmentBlock | None = None
    apiKeyHelper: str | None = None
    forceLoginMethod: str | None = None
    forceLoginOrgUUID: str | list[str] | None = None


class NamedVariable(ConfigModel):
    """One entry of ``claudeCode.environmentVariables``."""

    name: str | None = None
    value: EnvironmentValue | None = None


def read_model(model: type[ModelT], value: object) -> tuple[ModelT, tuple[tuple[str, str], ...]]:
    """Return `value` as `model` without its wrongly typed parts, and what was wrong.

    The second part lists (JSON Pointer, message) for each wrong part; the message names types
    only, never the value, which may be a secret. A value that is no object gives an empty model.
    """
    if not isinstance(value, dict):
        return model(), (("", "should be a JSON object"),)
    wrong: dict[str, str] = {}
    pruned: object = cast("object", value)
    for _ in range(len(model.model_fields) + 8):
        try:
            return model.model_validate(pruned), tuple(wrong.items())
        except ValidationError as error:
            details = error.errors(include_url=False, include_input=False, include_context=False)
            found = {_path_within(pruned, it["loc"]): it for it in reversed(details)}
            for path, detail in found.items():
                wrong.setdefault(pointer_of(*path), _expected(detail["type"], detail["msg"]))
            for path in sorted(found, key=_last_first, reverse=True):
                pruned = _without(pruned, path)
    return model(), tuple(wrong.items())


def _last_first(path: tuple[int | str, ...]) -> tuple[tuple[int, str], ...]:
    """Order paths so that removing one leaves the places of those still to be removed."""
    return tuple((part, "") if isinstance(part, int) else (-1, part) for part in path)


_ABSENT = object()


def _child(value: object, part: int | str) -> object:
    """Return a member or element of a JSON value, _ABSENT when there is none."""
    if isinstance(value, dict):
        return cast("dict[int | str, object]", value).get(part, _ABSENT)
    if isinstance(value, list) and isinstance(part, int):
        elements = cast("list[object]", value)
        return elements[part] if part < len(elements) else _ABSENT
    return _ABSENT


def _path_within(value: object, location: Sequence[int | str]) -> tuple[int | str, ...]:
    """Return the part of pydantic's location that exists in `value` (unions add type names)."""
    path: list[int | str] = []
    for part in location:
        value = _child(value, part)
        if value is _ABSENT:
            break
        path.append(part)
    return tuple(path)


def _without(value: object, path: tuple[int | str, ...]) -> object:
    """Return a copy of `value` without what stands at `path`; the whole for an empty path."""
    if not path:
        return {}
    head, rest = path[0], path[1:]
    kept: object = _without(_child(value, head), rest) if rest else _ABSENT
    if isinstance(value, dict):
        members = {**cast("dict[int | str, object]", value), head: kept}
        return {name: member for name, member in members.items() if member is not _ABSENT}
    elements = [*cast("list[object]", value)]
    elements[cast("int", head)] = kept
    return [element for element in elements if element is not _ABSENT]


def _expected(kind: str, message: str) -> str:
    known = {
        "string_type": "should be a string",
        "bool_type": "should be true or false",
        "float_type": "should be a number",
        "dict_type": "should be a JSON object",
        "model_type": "should be a JSON object",
        "model_attributes_type": "should be a JSON object",
        "tuple_type": "should be a list",
    }
    return known.get(kind, message[:1].lower() + message[1:])
