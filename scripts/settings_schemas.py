"""Writes what is generated from the models of our own files.

``python -m scripts.settings_schemas`` (``make pages``) writes the JSON Schemas of ``config.toml``
and ``.billing-lens.toml``, and those settings of the VS Code extension that wish the same, anew.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, cast

from pydantic.json_schema import GenerateJsonSchema

from billing_lens.config.kinds import Kind
from billing_lens.config.known_keys import KNOWN_KEYS
from billing_lens.rules import RULES
from billing_lens.wishes.models import MODELS

ROOT = Path(__file__).parents[1]
MANIFEST = ROOT / "package.json"
SCHEMAS = ROOT / "server" / "billing_lens" / "output" / "schemas"
DOCUMENTS = {Kind.PREFERENCES: "config", Kind.TEAM_POLICY: "policy"}
TITLES = {Kind.PREFERENCES: "config.toml", Kind.TEAM_POLICY: ".billing-lens.toml"}

_ADDRESS = "https://raw.githubusercontent.com/billing-lens/billing-lens/main"
_DRAFT = "http://json-schema.org/draft-07/schema#"
"""What editors' TOML language servers understand."""
_LABELS = {"any": "Any", "api_usage": "API usage"}

Schema = dict[str, Any]


class _Untitled(GenerateJsonSchema):
    def field_title_should_be_set(self, schema: object) -> bool:
        del schema
        return False


def schema_of(kind: Kind) -> Schema:
    """Return the JSON Schema of one of our files, with the ids of all rules."""
    made = MODELS[kind].model_json_schema(schema_generator=_Untitled)
    inlined = cast("Schema", _inlined(made, made.get("$defs", {})))
    inlined["properties"]["rules"]["propertyNames"] = {"enum": list(RULES)}
    address = f"{_ADDRESS}/{SCHEMAS.relative_to(ROOT).as_posix()}/{DOCUMENTS[kind]}.schema.json"
    return {"$schema": _DRAFT, "$id": address, **inlined, "title": TITLES[kind]}


def _inlined(node: object, definitions: Mapping[str, Schema]) -> object:
    """Return a schema with what it refers to in its place; a draft 7 reader ignores what is beside.

    Defaults and the titles of tables, which are names of classes, are left out.
    """
    if isinstance(node, list):
        return [_inlined(each, definitions) for each in cast("list[object]", node)]
    if not isinstance(node, dict):
        return node
    schema = cast("Schema", node)
    if "$ref" in schema:
        schema = {**definitions[schema["$ref"].rpartition("/")[2]], **schema}
    left_out = ("$ref", "$defs", "default", "title")
    return {name: _inlined(it, definitions) for name, it in schema.items() if name not in left_out}


def editor_settings() -> Iterator[tuple[str, Schema]]:
    """Yield the settings of the extension that wish what ``config.toml`` does, in their order."""
    properties = schema_of(Kind.PREFERENCES)["properties"]
    expected, rules = properties["expected"]["properties"], properties["rules"]
    meanings = KNOWN_KEYS[Kind.PREFERENCES]["/expected/billing"].values
    words = expected["billing"]["enum"]
    yield (
        "billingLens.expected.billing",
        {
            "type": "string",
            "default": "",
            "order": 1,
            "enum": ["", *words],
            "enumItemLabels": ["Inferred", *map(_label, words)],
            "enumDescriptions": [
                "What you expect is inferred from your login and from policy.",
                *(meanings[word] for word in words),
            ],
            "markdownDescription": expected["billing"]["description"],
        },
    )
    yield (
        "billingLens.expected.organization",
        {
            "type": "string",
            "default": "",
            "order": 2,
            "markdownDescription": f"{expected['organization']['description']} Empty: inferred.",
        },
    )
    yield (
        "billingLens.rules",
        {
            "type": "object",
            "default": {},
            "order": 3,
            "propertyNames": rules["propertyNames"],
            "additionalProperties": rules["additionalProperties"],
            "markdownDescription": f"{rules['description']} Such as"
            ' `{"organization-changed": "off"}`.',
        },
    )


def _label(word: str) -> str:
    return _LABELS.get(word, word.replace("_", " ").capitalize())


def generated() -> Iterator[tuple[Path, str]]:
    """Yield each generated file with the text it should have."""
    for kind, document in DOCUMENTS.items():
        yield SCHEMAS / f"{document}.schema.json", _json(schema_of(kind))
    manifest = json.loads(MANIFEST.read_text("utf-8"))
    manifest["contributes"]["configuration"]["properties"].update(editor_settings())
    yield MANIFEST, _json(manifest)


def _json(value: object) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    for path, text in generated():
        path.write_text(text, encoding="utf-8")
