"""Asking the client to ask again: for diagnostics, code lenses and inlay hints, where it can."""

from __future__ import annotations

from collections.abc import Callable, Container

from lsprotocol import types
from msgspec import Struct

Ask = Callable[[str], object]
"""Sends a request without parameters; what is answered, an error too, changes nothing."""


class RefreshSupport(Struct, frozen=True):
    """Which refresh requests the client takes."""

    diagnostics: bool = False
    code_lenses: bool = False
    inlay_hints: bool = False

    @classmethod
    def of(cls, capabilities: types.ClientCapabilities, features: Container[str]) -> RefreshSupport:
        """Return what the client said of itself, as far as it is about one of our `features`."""
        workspace = capabilities.workspace
        if workspace is None:
            return cls()
        return cls(
            bool(workspace.diagnostics and workspace.diagnostics.refresh_support),
            types.TEXT_DOCUMENT_CODE_LENS in features
            and bool(workspace.code_lens and workspace.code_lens.refresh_support),
            types.TEXT_DOCUMENT_INLAY_HINT in features
            and bool(workspace.inlay_hint and workspace.inlay_hint.refresh_support),
        )

    def ask(self, ask: Ask, *, diagnostics: bool, annotations: bool) -> None:
        """Ask for `diagnostics`, and for lenses and hints (`annotations`), as far as supported."""
        if diagnostics and self.diagnostics:
            ask(types.WORKSPACE_DIAGNOSTIC_REFRESH)
        if annotations and self.code_lenses:
            ask(types.WORKSPACE_CODE_LENS_REFRESH)
        if annotations and self.inlay_hints:
            ask(types.WORKSPACE_INLAY_HINT_REFRESH)
