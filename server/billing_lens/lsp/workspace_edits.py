"""Fixes as workspace edits, in the terms the client understands."""

from __future__ import annotations

from lsprotocol import types
from pygls.capabilities import get_capability

from billing_lens.fixes.fix import Change, CreateFile, EditFile, Fix, RenameFile
from billing_lens.lsp.conversion import lsp_range, uri_of
from billing_lens.lsp.documents import OpenDocuments
from billing_lens.machine.machine import Machine

DocumentChange = types.TextDocumentEdit | types.CreateFile | types.RenameFile | types.DeleteFile

_ANNOTATION = "billing-lens"


class EditWriter:
    """Writes the fixes of one machine for one client."""

    def __init__(
        self, machine: Machine, documents: OpenDocuments, capabilities: types.ClientCapabilities
    ) -> None:
        self._machine = machine
        self._documents = documents
        understood = get_capability(capabilities, "workspace.workspace_edit")
        self._versioned = bool(understood and understood.document_changes)
        self._operations = (understood and understood.resource_operations) or ()
        annotated = bool(understood and understood.change_annotation_support)
        self._confirms = self._versioned and annotated

    def can_write(self, fix: Fix) -> bool:
        """Return whether the client can do what the fix needs (say, rename a file)."""
        return all(map(self._can_be_done, fix.changes))

    def write(self, fix: Fix) -> types.WorkspaceEdit | None:
        """Return the edit; None when the client cannot do it."""
        if not self.can_write(fix):
            return None
        if self._versioned:
            steps = [step for change in fix.changes for step in self._steps(change)]
            return types.WorkspaceEdit(document_changes=steps)
        edited = [change for change in fix.changes if isinstance(change, EditFile)]
        return types.WorkspaceEdit(
            changes={self._documents.uri_at(change.path): self._edits(change) for change in edited}
        )

    def write_to_confirm(self, fix: Fix, title: str) -> types.WorkspaceEdit | None:
        """Return the edit so that the user sees and confirms it first, where the client can."""
        edit = self.write(fix)
        if edit is None or not self._confirms:
            return edit
        edit.change_annotations = {_ANNOTATION: types.ChangeAnnotation(title, True)}  # noqa: FBT003
        for step in edit.document_changes or ():
            if isinstance(step, types.TextDocumentEdit):
                step.edits = [
                    types.AnnotatedTextEdit(_ANNOTATION, plain.range, plain.new_text)
                    for plain in step.edits
                    if not isinstance(plain, types.SnippetTextEdit)
                ]
            else:
                step.annotation_id = _ANNOTATION
        return edit

    def _can_be_done(self, change: Change) -> bool:
        if isinstance(change, EditFile):
            return True
        kinds = types.ResourceOperationKind
        operation = kinds.Rename if isinstance(change, RenameFile) else kinds.Create
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
        buffer, encoding = self._machine.files[change.path].buffer, self._documents.encoding
        return [
            types.TextEdit(lsp_range(buffer.range(edit.span, encoding)), edit.new_text)
            for edit in change.edits
        ]
