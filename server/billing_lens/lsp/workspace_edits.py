"""Fixes as workspace edits, in the terms the client understands."""

from __future__ import annotations

from lsprotocol import types

from billing_lens.fixes.fix import Change, CreateFile, EditFile, Fix, RenameFile
from billing_lens.lsp.conversion import lsp_edit, uri_of
from billing_lens.lsp.documents import OpenDocuments
from billing_lens.machine.machine import Machine

DocumentChange = types.TextDocumentEdit | types.CreateFile | types.RenameFile | types.DeleteFile


class EditWriter:
    """Writes the fixes of one machine for one client."""

    def __init__(
        self, machine: Machine, documents: OpenDocuments, capabilities: types.ClientCapabilities
    ) -> None:
        self._machine = machine
        self._documents = documents
        workspace = capabilities.workspace
        understood = workspace.workspace_edit if workspace else None
        self._versioned = bool(understood and understood.document_changes)
        self._operations = (understood and understood.resource_operations) or ()

    def write(self, fix: Fix) -> types.WorkspaceEdit | None:
        """Return the edit; None when the client cannot do it (say, rename a file)."""
        if not all(map(self._can_be_done, fix.changes)):
            return None
        if self._versioned:
            steps = [step for change in fix.changes for step in self._steps(change)]
            return types.WorkspaceEdit(document_changes=steps)
        edited = [change for change in fix.changes if isinstance(change, EditFile)]
        return types.WorkspaceEdit(
            changes={self._documents.uri_at(change.path): self._edits(change) for change in edited}
        )

    def _can_be_done(self, change: Change) -> bool:
        if isinstance(change, EditFile):
            return True
        operation = (
            types.ResourceOperationKind.Rename
            if isinstance(change, RenameFile)
            else types.ResourceOperationKind.Create
        )
        return self._versioned and operation in self._operations

    def _steps(self, change: Change) -> list[DocumentChange]:
        if isinstance(change, RenameFile):
            options = types.RenameFileOptions(overwrite=False)
            old, new = self._documents.uri_at(change.path), uri_of(change.to)
            return [types.RenameFile(old, new, options=options)]
        if isinstance(change, CreateFile):
            start = types.Position(0, 0)
            text = types.TextEdit(types.Range(start, start), change.data.decode())
            fresh = types.OptionalVersionedTextDocumentIdentifier(uri_of(change.path))
            return [types.CreateFile(fresh.uri), types.TextDocumentEdit(fresh, [text])]
        document = self._documents.at(change.path)
        identifier = types.OptionalVersionedTextDocumentIdentifier(
            self._documents.uri_at(change.path), document.version if document else None
        )
        return [types.TextDocumentEdit(identifier, self._edits(change))]

    def _edits(self, change: EditFile) -> list[types.TextEdit]:
        file = self._machine.files[change.path]
        return [lsp_edit(file, edit, self._documents.encoding) for edit in change.edits]
