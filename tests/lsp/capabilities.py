"""What editors say they can do."""

from __future__ import annotations

from collections.abc import Sequence

from lsprotocol import types

BARE = types.ClientCapabilities()
"""An editor that can do nothing that it need not."""


def capable(
    *,
    encodings: Sequence[str] | None = None,
    document_changes: bool = True,
    operations: Sequence[types.ResourceOperationKind] = tuple(types.ResourceOperationKind),
    watching: bool = False,
    configuration: bool = False,
) -> types.ClientCapabilities:
    """An editor that understands all of a diagnostic and of an edit, or less where told so."""
    return types.ClientCapabilities(
        general=types.GeneralClientCapabilities(position_encodings=encodings),
        text_document=types.TextDocumentClientCapabilities(
            publish_diagnostics=types.PublishDiagnosticsClientCapabilities(
                related_information=True,
                tag_support=types.ClientDiagnosticsTagOptions([types.DiagnosticTag.Unnecessary]),
                code_description_support=True,
                version_support=True,
            )
        ),
        workspace=types.WorkspaceClientCapabilities(
            configuration=configuration,
            workspace_edit=types.WorkspaceEditClientCapabilities(
                document_changes=document_changes, resource_operations=operations
            ),
            did_change_watched_files=types.DidChangeWatchedFilesClientCapabilities(
                dynamic_registration=watching, relative_pattern_support=watching
            ),
        ),
    )
