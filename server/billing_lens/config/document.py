"""In which language the files of each kind are written."""

from __future__ import annotations

from typing import Protocol, TypeAlias

from billing_lens.config.kinds import YAML_KINDS, Kind
from billing_lens.text.dotenv_document import DotenvDocument
from billing_lens.text.json_document import Dialect, JsonDocument
from billing_lens.text.positions import Span
from billing_lens.text.yaml_document import YamlDocument

Document: TypeAlias = JsonDocument | YamlDocument | DotenvDocument


class PlacedNode(Protocol):
    """A value of any of these documents."""

    @property
    def kind(self) -> str:
        """What it is."""
        ...

    @property
    def span(self) -> Span:
        """Where it stands."""
        ...

    @property
    def key_span(self) -> Span | None:
        """Where its key stands."""
        ...

    @property
    def member_span(self) -> Span | None:
        """Where key and value stand."""
        ...


def document_type(kind: Kind) -> type[Document]:
    """Return in which language files of a kind are written."""
    if kind in YAML_KINDS:
        return YamlDocument
    return DotenvDocument if kind is Kind.DOTENV else JsonDocument


def document_of(kind: Kind | None, data: bytes) -> Document:
    """Return a text of a kind; one of no known kind counts as JSON, and nothing is read yet."""
    if kind in YAML_KINDS:
        return YamlDocument(data)
    if kind is Kind.DOTENV:
        return DotenvDocument(data)
    jsonc = kind in (Kind.VSCODE_SETTINGS, Kind.DEVCONTAINER)
    return JsonDocument.parse(data, Dialect.JSONC if jsonc else Dialect.JSON)
