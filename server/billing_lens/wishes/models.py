"""The user's ``config.toml`` and a team's ``.billing-lens.toml`` as pydantic models.

The JSON Schemas of both files and the settings of the editor are generated from them
(``scripts/settings_schemas.py``). Importing this costs about half of ``claude auth status``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, GetCoreSchemaHandler
from pydantic_core import PydanticCustomError, core_schema

from billing_lens.billing.expectation import EXPECTABLE
from billing_lens.billing.sources import Source
from billing_lens.config.kinds import Kind
from billing_lens.config.known_keys import KNOWN_KEYS
from billing_lens.config.secrets import holds_a_token
from billing_lens.wishes.severity import LEVELS

_MEANINGS = {pointer: key.meaning for pointer, key in KNOWN_KEYS[Kind.TEAM_POLICY].items()}


@dataclass(frozen=True)
class OneOf:
    """Annotates a text that has to be one of some words; `what` it is called in a sentence."""

    what: str
    words: tuple[str, ...]

    def __get_pydantic_core_schema__(
        self, source: type[Any], handler: GetCoreSchemaHandler
    ) -> core_schema.CoreSchema:
        """Return the schema of the words; its error says them, and has them in its context."""
        del source, handler
        words = ", ".join(self.words)
        return core_schema.custom_error_schema(
            core_schema.literal_schema(list(self.words)),
            custom_error_type="word",
            custom_error_message=f"{self.what} is one of {words}.",
            custom_error_context={"words": words},
        )


def _no_token(text: str) -> str:
    if holds_a_token(text):
        message = "This is a key or token, and no organization's id: take it out of the file."
        raise PydanticCustomError("token", message)
    return text.strip()


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Expected(_Table):
    """Who should pay."""

    billing: Annotated[str, OneOf("billing", EXPECTABLE)] = Field(
        default="", description=_MEANINGS["/expected/billing"]
    )
    organization: Annotated[str, AfterValidator(_no_token)] = Field(
        default="", description=_MEANINGS["/expected/organization"]
    )


class Allowed(_Table):
    """What may pay at all."""

    sources: list[
        Annotated[str, OneOf("A source", tuple(it.value for it in Source if it != Source.NONE))]
    ] = Field(default=[], description=_MEANINGS["/allowed/sources"])


class Config(_Table):
    """What you expect to pay for Claude Code, and which findings you want to see."""

    expected: Expected = Expected()
    rules: dict[str, Annotated[str, OneOf("A rule", LEVELS)]] = Field(
        default={},
        description="The severity of each rule's findings, or `off`. Run `billing-lens rules` for"
        " the ids. Hints stay hints.",
    )


class Policy(Config):
    """What a team expects to pay for Claude Code, and what it allows."""

    allowed: Allowed = Allowed()


MODELS = {Kind.PREFERENCES: Config, Kind.TEAM_POLICY: Policy}
