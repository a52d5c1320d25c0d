"""Which source was billed: whose token the model request carried, and what the status claims."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from typing import Literal

from tests.claude_code.api import TokenExchange
from tests.claude_code.observe import Observation
from tests.machines import MadeUpMachine, Source

_NOT_LOGGED_IN = "Not logged in"
_NOT_IN_USE = "not in use"

_IN_STATUS: dict[str, Source] = {
    "API provider": "cloud_provider",
    "Auth token: ANTHROPIC_AUTH_TOKEN": "auth_token",
    "Auth token: CLAUDE_CODE_OAUTH_TOKEN": "oauth_token",
    "Auth token: apiKeyHelper": "api_key_helper",
    "Auth token: claude.ai": "claude_ai_login",
    "Login method: Claude": "claude_ai_login",
    "Profile: env-quad": "federation",
    "Profile: credentials-file": "profile",
    "API key: ANTHROPIC_API_KEY": "api_key",
    "API key: apiKeyHelper": "api_key_helper",
    "API key: /login managed key": "managed_key",
    _NOT_LOGGED_IN: "none",
}
"""How a line of ``claude auth status --text`` starts that names a source."""


class UnknownSourceError(Exception):
    """The observations do not say which source was billed; the message says why."""


@dataclass(frozen=True)
class Billed:
    """The source in charge of what was observed."""

    source: Source
    also_sent: Source | None = None
    """The owner of the ``x-api-key`` that went along with a bearer token of another source."""
    basis: Literal["wire", "status"] = "wire"
    """Whether a model request was seen, or the status had to be believed."""


def source_of(
    machine: MadeUpMachine, traffic: Observation, status: Observation | None = None
) -> Billed:
    """The source that `traffic` (wire or interactive) was billed to.

    Without a model request the status decides, as when the source in charge cannot authenticate.
    UnknownSourceError when the token is not the machine's own, or is that of several sources and
    the status names none of them.
    """
    claimed = claimed_sources(status) if status else ()
    if not traffic.model_requests:
        return _source_without_request(traffic, claimed)
    request = traffic.model_requests[0]
    sent = [value for value in (request.bearer, request.api_key) if value is not None]
    if not sent:
        raise UnknownSourceError("the model request carried no credential")
    owners: list[Source | None] = [
        _owner(value, machine, traffic.exchanges, claimed) for value in sent
    ]
    if owners[0] is None:
        raise UnknownSourceError("the model request carried a token that is not the machine's own")
    others: list[Source] = [owner for owner in owners[1:] if owner and owner != owners[0]]
    return Billed(owners[0], also_sent=others[0] if others else None)


def claimed_sources(status: Observation) -> tuple[Source, ...]:
    """The sources the status names as in use; several when it does not say which one decides."""
    named: list[Source] = [
        source
        for line in status.text.splitlines()
        for start, source in _IN_STATUS.items()
        if line.startswith(start) and _NOT_IN_USE not in line
    ]
    return tuple(dict.fromkeys(named))


def _source_without_request(traffic: Observation, claimed: tuple[Source, ...]) -> Billed:
    said = "\n".join((traffic.stdout, *traffic.screen))
    if _NOT_LOGGED_IN in said or not claimed:
        return Billed("none", basis="status")
    return Billed(claimed[0], basis="status")


def _owner(
    value: str,
    machine: MadeUpMachine,
    exchanges: tuple[TokenExchange, ...],
    claimed: tuple[Source, ...],
) -> Source | None:
    owners = _owners(value, machine, exchanges)
    if len(owners) < 2:
        return next(iter(owners), None)
    believed: list[Source] = [source for source in claimed if source in owners]
    if not believed:
        raise UnknownSourceError(f"the same token belongs to {', '.join(sorted(owners))}")
    return believed[0]


def _owners(
    value: str, machine: MadeUpMachine, exchanges: tuple[TokenExchange, ...]
) -> set[Source]:
    granted = {part for it in exchanges if it.issued == value for part in it.grant.values()}
    return {
        token.source
        for token in machine.tokens()
        if token.value in {value, *granted} or (token.is_command and _prints(token.value, value))
    }


def _prints(helper: str, value: str) -> bool:
    """Whether the command is an ``echo`` of the value; a helper that fails prints nothing."""
    return not value or value in shlex.split(helper)
