"""The JSON Schemas of our JSON documents, one file each; all but the policy's are generated."""

from __future__ import annotations

from pathlib import Path

DOCUMENTS = ("status", "check", "compare", "undo", "report", "spent", "config", "policy")
"""The documents that have a schema."""


def schema_text(document: str) -> str:
    """Return the schema of one of `DOCUMENTS` as JSON text."""
    path = Path(__file__).with_name(f"{document}.schema.json")
    return path.read_text(encoding="utf-8")
