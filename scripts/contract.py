"""Writes the JSON Schemas of our JSON from the types that it is filled from: ``make contract``.

The editor's types are then made from the schema of `status` (``npm run contract``).
"""

from __future__ import annotations

import ast
import inspect
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
from msgspec import UNSET, Struct

from billing_lens.output.contract import reports, spent, status

SCHEMAS = Path(status.__file__).parents[1] / "schemas"

DOCUMENTS: dict[str, tuple[type[Struct], ...]] = {
    "status": (status.Status,),
    "check": (status.Check, status.UnreadHome),
    "compare": (reports.Comparisons,),
    "undo": (reports.Changes,),
    "report": (reports.Report,),
    "spent": (spent.Spent,),
}
"""What each document can be."""

_Schema = dict[str, Any]

_ADDRESS = (
    "https://github.com/billing-lens/billing-lens/blob/main/server/billing_lens/output/schemas"
)
_LOCATIONS = {
    "VariableLocation": ("An environment variable.", ("variable", "set_in", "probably_set_in")),
    "KeychainLocation": ("An entry of the macOS keychain.", ("keychain",)),
}
"""What a `status.Location` is besides a `status.FileLocation`, by the members that it then has."""


def schema_text(document: str) -> str:
    """Return the JSON Schema of one of `DOCUMENTS`, as its file has it."""
    forms = DOCUMENTS[document]
    references, components = msgspec.json.schema_components(forms, ref_template="#/$defs/{name}")
    definitions = {name: _definition(name, it) for name, it in components.items()}
    if "Location" in definitions:
        definitions |= _locations(definitions["Location"])
    first = definitions[forms[0].__name__]
    root = {**first} if len(forms) == 1 else {"anyOf": list(references)}
    if len(forms) == 1:
        del definitions[forms[0].__name__]
    schema = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"{_ADDRESS}/{document}.schema.json",
        "title": forms[0].__name__,
        "description": first["description"],
        **root,
        "$defs": definitions,
    }
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


def _definition(name: str, component: _Schema) -> _Schema:
    """Return a component with what our types say besides; an enumeration nearly as it is."""
    kept = {key: value for key, value in component.items() if key != "title"}
    struct = _structs().get(name)
    if struct is None:
        return kept
    texts, fields = _texts_of_members(struct), msgspec.structs.fields(struct)
    return {
        **kept,
        "required": [it.encode_name for it in fields if it.default is not UNSET],
        "properties": {
            it.encode_name: _member(kept["properties"][it.encode_name], texts.get(it.name))
            for it in fields
        },
    }


def _member(schema: _Schema, text: str | None) -> _Schema:
    told = {key: value for key, value in schema.items() if key != "default"}
    if text is None:
        return told
    # What stands beside a reference is another type to many a generator.
    return {"description": text, **({"allOf": [told]} if "$ref" in told else told)}


def _locations(whole: _Schema) -> dict[str, _Schema]:
    """Return the one struct of a location as the alternatives that it stands for."""
    found = {
        name: {
            "description": description,
            "type": "object",
            "required": list(members),
            "properties": {member: whole["properties"][member] for member in members},
        }
        for name, (description, members) in _LOCATIONS.items()
    }
    alternatives = [{"$ref": f"#/$defs/{name}"} for name in ("FileLocation", *found)]
    return {"Location": {"description": whole["description"], "anyOf": alternatives}, **found}


def _structs() -> dict[str, type[Struct]]:
    named = {**vars(status), **vars(reports), **vars(spent)}
    return {
        name: it for name, it in named.items() if isinstance(it, type) and issubclass(it, Struct)
    }


def _texts_of_members(struct: type[Struct]) -> dict[str, str]:
    """Return the text below each member of a struct that has one, in one line."""
    inherited = [it for it in struct.__mro__ if it.__module__.startswith("billing_lens.")]
    return {name: text for it in reversed(inherited) for name, text in _texts_in(it)}


def _texts_in(struct: type) -> Iterator[tuple[str, str]]:
    (defined,) = ast.parse(inspect.getsource(struct)).body
    assert isinstance(defined, ast.ClassDef)
    for member, below in zip(defined.body, defined.body[1:], strict=False):
        if isinstance(member, ast.AnnAssign) and isinstance(member.target, ast.Name):
            text = below.value if isinstance(below, ast.Expr) else None
            if isinstance(text, ast.Constant):
                yield member.target.id, " ".join(str(text.value).split())


def main() -> None:
    """Write every schema anew."""
    for document in DOCUMENTS:
        (SCHEMAS / f"{document}.schema.json").write_text(schema_text(document), encoding="utf-8")


if __name__ == "__main__":
    main()
