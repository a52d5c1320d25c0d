"""Fixes as code actions: plain workspace edits, so that the editor's undo undoes them."""

from __future__ import annotations

from collections.abc import Iterator

from lsprotocol import types

from billing_lens.fixes.fix import Change, CreateFile, RenameFile, Safety
from billing_lens.lsp.conversion import lsp_edit, uri_of
from billing_lens.lsp.documents import OpenDocuments
from billing_lens.review import OfferedFix, Review, ReviewedFinding
from billing_lens.rules import Severity

FIX_ALL = "source.fixAll.billingLens"


class EditWriter:
    """Writes fixes as workspace edits in the terms this client understands."""

    def __init__(
        self, review: Review, documents: OpenDocuments, capabilities: types.ClientCapabilities
    ) -> None:
        self._review = review
        self._documents = documents
        workspace = capabilities.workspace
        understood = workspace.workspace_edit if workspace else None
        self._versioned = bool(understood and understood.document_changes)
        self._operations = (understood and understood.resource_operations) or ()

    def write(self, offer: OfferedFix) -> types.WorkspaceEdit | None:
        """Return the edit; None when the client cannot do it (say, rename a file)."""
        changes = offer.fix.changes
        if self._versioned:
            written = [self._document_changes(change) for change in changes]
            flat = [part for parts in written for part in parts]
            return types.WorkspaceEdit(document_changes=flat) if all(written) else None
        if any(isinstance(change, RenameFile | CreateFile) for change in changes):
            return None
        return types.WorkspaceEdit(
            changes={uri_of(change.path): self._text_edits(change) for change in changes}
        )

    def _document_changes(
        self, change: Change
    ) -> list[types.TextDocumentEdit | types.CreateFile | types.RenameFile | types.DeleteFile]:
        """Return the operations of one change; none when the client cannot do them."""
        uri = uri_of(change.path)
        if isinstance(change, RenameFile):
            if types.ResourceOperationKind.Rename not in self._operations:
                return []
            options = types.RenameFileOptions(overwrite=False)
            return [types.RenameFile(uri, uri_of(change.to), options=options)]
        if isinstance(change, CreateFile):
            if types.ResourceOperationKind.Create not in self._operations:
                return []
            start = types.Position(0, 0)
            text = types.TextEdit(types.Range(start, start), change.data.decode())
            fresh = types.OptionalVersionedTextDocumentIdentifier(uri)
            return [types.CreateFile(uri), types.TextDocumentEdit(fresh, [text])]
        document = self._documents.at_path(change.path)
        identifier = types.OptionalVersionedTextDocumentIdentifier(
            document.uri if document else uri, document.version if document else None
        )
        return [types.TextDocumentEdit(identifier, self._text_edits(change))]

    def _text_edits(self, change: Change) -> list[types.TextEdit]:
        if isinstance(change, RenameFile | CreateFile):
            return []
        file = self._review.machine.files[change.path]
        return [lsp_edit(file, edit, self._documents.encoding) for edit in change.edits]


def code_actions(
    review: Review,
    path: str,
    params: types.CodeActionParams,
    published: list[types.Diagnostic],
    writer: EditWriter,
) -> list[types.CodeAction]:
    """Return the quick fixes for what stands in the range, best first, and the fix-all action."""
    only = params.context.only or [types.CodeActionKind.QuickFix]
    actions: list[types.CodeAction] = []
    if _wanted(types.CodeActionKind.QuickFix, only):
        actions.extend(_quick_fixes(review, path, params.range, published, writer))
    if _wanted(FIX_ALL, only):
        actions.extend(_fix_all(review, path, writer))
    return actions


def _wanted(kind: str, only: list[types.CodeActionKind | str]) -> bool:
    wanted = [str(getattr(entry, "value", entry)) for entry in only]
    return any(kind == entry or kind.startswith(f"{entry}.") or not entry for entry in wanted)


def _quick_fixes(
    review: Review,
    path: str,
    range_: types.Range,
    published: list[types.Diagnostic],
    writer: EditWriter,
) -> Iterator[types.CodeAction]:
    touched = [diagnostic for diagnostic in published if _overlap(diagnostic.range, range_)]
    codes = {diagnostic.code for diagnostic in touched}
    offers: dict[str, OfferedFix] = {}
    for found in _findings_in(review, path):
        if found.finding.rule in codes:
            offers.update({offer.id: offer for offer in found.fixes})
    preferred = next((o.id for o in offers.values() if o.safety is Safety.SAFE), None)
    for offer in offers.values():
        edit = writer.write(offer)
        if edit:
            fixed = [d for d in touched if _offers(review, path, d, offer)]
            yield types.CodeAction(
                offer.title,
                kind=types.CodeActionKind.QuickFix,
                diagnostics=fixed,
                is_preferred=offer.id == preferred,
                edit=edit,
            )


def _offers(review: Review, path: str, diagnostic: types.Diagnostic, offer: OfferedFix) -> bool:
    return any(
        found.finding.rule == diagnostic.code and offer.id in [fix.id for fix in found.fixes]
        for found in _findings_in(review, path)
    )


def _fix_all(review: Review, path: str, writer: EditWriter) -> Iterator[types.CodeAction]:
    """Yield the one best safe fix: after it the route is computed anew, and the rest may be moot."""
    for found in _findings_in(review, path):
        serious = found.finding.severity in (Severity.ERROR, Severity.WARNING)
        safe = [offer for offer in found.fixes if offer.safety is Safety.SAFE]
        edit = writer.write(safe[0]) if serious and safe else None
        if edit:
            yield types.CodeAction(safe[0].title, kind=FIX_ALL, edit=edit)
            return


def _findings_in(review: Review, path: str) -> Iterator[ReviewedFinding]:
    return (found for found in review.findings if found.finding.place.path == path)


def _overlap(one: types.Range, other: types.Range) -> bool:
    return one.start <= other.end and other.start <= one.end
