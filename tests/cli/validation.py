"""Validating what the command line prints against JSON Schemas."""

from __future__ import annotations

import json
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any, cast

from jsonschema import Draft4Validator, Draft202012Validator
from jsonschema.exceptions import ValidationError

SARIF = Path(__file__).parent / "schemas" / "sarif-2.1.0-rtm.5.json"


def sarif_errors(log: Any) -> list[str]:
    """Return what the official schema of SARIF 2.1.0 says against a log."""
    return _errors(_sarif(), log)


def schema_errors(schema: dict[str, Any], document: Any) -> list[str]:
    """Return what one of our own schemas says against a document."""
    return _errors(_ours(json.dumps(schema)), document)


@cache
def _sarif() -> Draft4Validator:
    return Draft4Validator(json.loads(SARIF.read_text(encoding="utf-8")))


@cache
def _ours(schema: str) -> Draft202012Validator:
    Draft202012Validator.check_schema(json.loads(schema))
    return Draft202012Validator(json.loads(schema))


def _errors(validator: Draft4Validator | Draft202012Validator, document: Any) -> list[str]:
    found = cast("Iterable[ValidationError]", validator.iter_errors(document))  # pyright: ignore[reportUnknownMemberType]
    return [f"{error.json_path}: {error.message}" for error in found]


def closed(schema: Any) -> Any:
    """Return the schema so that fields it does not know are an error."""
    if isinstance(schema, list):
        return [closed(one) for one in cast("list[Any]", schema)]
    if not isinstance(schema, dict):
        return schema
    members = {name: closed(one) for name, one in cast("dict[str, Any]", schema).items()}
    is_object = members.get("type") == "object" and "properties" in members
    return {**members, "additionalProperties": False} if is_object else members
