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
    annotations: bool = False,
    watching: bool = False,
    configuration: bool = False,
    applying: bool = False,
    pulling: bool = False,
    resolving: bool = False,
    refreshing: bool = False,
    progress: bool = False,
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
            ),
            diagnostic=types.DiagnosticClientCapabilities() if pulling else None,
            code_action=_resolving() if resolving else None,
        ),
        workspace=types.WorkspaceClientCapabilities(
            apply_edit=applying,
            configuration=configuration,
            workspace_edit=types.WorkspaceEditClientCapabilities(
                document_changes=document_changes,
                resource_operations=operations,
                change_annotation_support=_annotations() if annotations else None,
            ),
            did_change_watched_files=types.DidChangeWatchedFilesClientCapabilities(
                dynamic_registration=watching, relative_pattern_support=watching
            ),
            diagnostics=types.DiagnosticWorkspaceClientCapabilities(refreshing),
            code_lens=types.CodeLensWorkspaceClientCapabilities(refreshing),
            inlay_hint=types.InlayHintWorkspaceClientCapabilities(refreshing),
        ),
        window=types.WindowClientCapabilities(work_done_progress=progress),
    )


def everything(**but: object) -> types.ClientCapabilities:
    """An editor that can do all that VS Code can, but for what is said otherwise."""
    can = dict.fromkeys(
        (
            *("annotations", "watching", "configuration", "applying"),
            *("pulling", "resolving", "refreshing", "progress"),
        ),
        True,
    )
    return capable(**{**can, **but})  # pyright: ignore[reportArgumentType] - each is checked there


def _resolving() -> types.CodeActionClientCapabilities:
    return types.CodeActionClientCapabilities(
        data_support=True, resolve_support=types.ClientCodeActionResolveOptions(["edit"])
    )


def _annotations() -> types.ChangeAnnotationsSupportOptions:
    return types.ChangeAnnotationsSupportOptions(groups_on_label=True)
