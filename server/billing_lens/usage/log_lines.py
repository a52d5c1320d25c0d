"""The members of a session log's lines that count here, and nothing else.

Claude Code writes one JSON object a line below ``projects/``. What was measured of each kind stands
in docs/spent.md. Types without a member for content are what keeps prompts and answers out.
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Annotated, TypeAlias

from msgspec import Meta, Struct

MOST_TOKENS = 10**12
"""A larger count is no count of tokens."""

Count: TypeAlias = Annotated[int, Meta(ge=0, le=MOST_TOKENS)]


class CacheCreation(Struct, frozen=True):
    """Tokens written to the prompt cache, by how long they are kept there."""

    ephemeral_5m_input_tokens: Count | None = None
    ephemeral_1h_input_tokens: Count | None = None


class ServerTools(Struct, frozen=True):
    """Tools that Anthropic runs and bills by use."""

    web_search_requests: Count | None = None


class AnswerUsage(Struct, frozen=True):
    """The ``usage`` of an answer, as the API gives it."""

    input_tokens: Count | None = None
    output_tokens: Count | None = None
    cache_read_input_tokens: Count | None = None
    cache_creation_input_tokens: Count | None = None
    cache_creation: CacheCreation | None = None
    server_tool_use: ServerTools | None = None
    speed: str | None = None
    inference_geo: str | None = None


class Message(Struct, frozen=True):
    """An answer of the model, without what it says."""

    id: str | None = None
    model: str | None = None
    usage: AnswerUsage | None = None


class Attachment(Struct, frozen=True):
    """What Claude Code adds to a conversation; of one kind the organization is read."""

    type: str | None = None
    organizationUuid: str | None = None


class RequestParameters(Struct, frozen=True):
    """How a request was made: the beta headers tell the kind of credential."""

    model: str | None = None
    betas: tuple[str, ...] | None = None


class ModelCost(Struct, frozen=True):
    """Claude Code's own sum of one model in one session."""

    inputTokens: Count | None = None
    outputTokens: Count | None = None
    cacheReadInputTokens: Count | None = None
    cacheCreationInputTokens: Count | None = None
    costUSD: Decimal | None = None


class LogLine(Struct, frozen=True):
    """Any line; which members it has depends on its `type`."""

    type: str | None = None
    sessionId: str | None = None
    timestamp: datetime | None = None
    version: str | None = None
    cwd: str | None = None
    isSidechain: bool | None = None
    message: Message | None = None
    requestId: str | None = None
    """The API's own id of the request."""
    requestRef: str | None = None
    """The `id` of the ``api-request`` line of this answer."""
    requestedModel: str | None = None
    promptCacheRequested: str | None = None
    id: str | None = None
    params: RequestParameters | None = None
    attachment: Attachment | None = None
    organizationUuid: str | None = None
    modelUsage: dict[str, ModelCost] | None = None
    hasUnknownModelCost: bool | None = None


KINDS = ("assistant", "api-request", "session-owner", "credential_org", "cost-state")
"""The kinds of lines and attachments that count; most others are passed over undecoded."""
