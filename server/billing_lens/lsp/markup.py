"""Texts for people in the client's own format: Markdown, or plain text where it shows no other.

What comes from files is escaped and secrets are masked as it is put in, so that no text can be
taken for markup and no markup can hide a secret.
"""

from __future__ import annotations

import os
import re
from collections.abc import Sequence

from lsprotocol import types
from msgspec import Struct

from billing_lens.lsp.conversion import uri_of
from billing_lens.output.redaction import Redactor

_MARKDOWN = re.compile(r"[\\`*\[\]<>]|(?<!\w)_|_(?!\w)")
"""What would be markup. An underscore within a word is none, and Neovim shows a backslash."""
_OUR_CODE = re.compile(r"`([^`]*)`")


class Writer(Struct, frozen=True):
    """Writes in one format. `home` is left out of paths that are shown."""

    redactor: Redactor
    markdown: bool
    home: str = ""

    def text(self, text: str) -> str:
        """Return text that may come from a file, on one line."""
        clean = " ".join(self.redactor.text(text).split())
        return _MARKDOWN.sub(r"\\\g<0>", clean) if self.markdown else clean

    def ours(self, text: str) -> str:
        """Return a text of our own, whose ```code``` is shown as such."""
        return text if self.markdown else _OUR_CODE.sub(r"\1", text)

    def bold(self, text: str) -> str:
        """Return text that stands out."""
        return f"**{self.text(text)}**" if self.markdown else self.text(text)

    def code(self, name: str) -> str:
        """Return the name of a key or a variable."""
        clean = " ".join(self.redactor.text(name).replace("`", "'").split())
        return f"`{clean}`" if self.markdown else clean

    def link(self, text: str, target: str) -> str:
        """Return a link to an address of our own making."""
        return f"[{self.text(text)}]({target})" if self.markdown else f"{text} ({target})"

    def place(self, path: str, line: int) -> str:
        """Return a link to a line of a file, counted from 1."""
        shown = self.text(f"{self.path(path)}:{line}")
        return f"[{shown}]({uri_of(path)}#L{line})" if self.markdown else shown

    def path(self, path: str) -> str:
        """Return a path as it is shown, with ``~`` for the home."""
        inside = self.home and path.startswith(self.home + os.sep)
        return f"~{path[len(self.home) :]}" if inside else path

    def content(self, paragraphs: Sequence[str]) -> types.MarkupContent:
        """Return the paragraphs as the content of a hover or the documentation of a completion."""
        kind = types.MarkupKind.Markdown if self.markdown else types.MarkupKind.PlainText
        return types.MarkupContent(kind, "\n\n".join(paragraphs))


def bullets(lines: Sequence[str]) -> str:
    """Return lines as a list, which reads the same in both formats."""
    return "\n".join(f"- {line}" for line in lines)


def wants_markdown(formats: Sequence[types.MarkupKind] | None) -> bool:
    """Return whether the client shows Markdown and does not prefer plain text to it."""
    known = [kind for kind in formats or () if kind in tuple(types.MarkupKind)]
    return bool(known) and known[0] == types.MarkupKind.Markdown
