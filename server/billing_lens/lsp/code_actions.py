"""Fixes as code actions: plain workspace edits, so that the editor's undo undoes them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import cast

from lsprotocol import types
from msgspec import Struct
from pygls.capabilities import get_capability
from pygls.exceptions import JsonRpcContentModified, JsonRpcInvalidParams

from billing_lens.fixes.expectation_fix import expect
from billing_lens.fixes.fix import Fix, Safety
from billing_lens.lsp.conversion import our_range
from billing_lens.lsp.diagnostics import is_shown_in
from billing_lens.lsp.workspace_edits import EditWriter
from billing_lens.review import OfferedFix, Review, ReviewedFinding
from billing_lens.rules import RULES
from billing_lens.wishes.own_files import preferences_file_of
from billing_lens.wishes.severity import Severity

FIX_ALL = "source.fixAll.billingLens"
KINDS = (types.CodeActionKind.QuickFix, FIX_ALL)
ACTION_OPTIONS = types.CodeActionOptions(KINDS, resolve_provider=True)

_SERIOUS = (types.DiagnosticSeverity.Error, types.DiagnosticSeverity.Warning)


def can_resolve(capabilities: types.ClientCapabilities) -> bool:
    """Return whether the client asks for an action's edit once the user has chosen it."""
    lazily = get_capability(capabilities, "text_document.code_action.resolve_support.properties")
    keeps_data = get_capability(capabilities, "text_document.code_action.data_support")
    return bool(keeps_data and lazily and "edit" in lazily)


class CodeActions(Struct, frozen=True):
    """What can be done about the findings of one folder's machine."""

    review: Review
    writer: EditWriter
    folder: str | None
    """The folder's URI."""
    records: bool
    """Whether what ``config.toml`` expects would count."""
    lazily: bool
    """Whether the client resolves actions, which then come without their edits."""

    def offered(
        self, path: str, params: types.CodeActionParams, shown: Sequence[types.Diagnostic]
    ) -> list[types.CodeAction]:
        """Return the quick fixes for what stands in the range, best first, and fix-all.

        `shown` are the diagnostics the client shows in the file. Fix-all comes only when asked for.
        """
        only = params.context.only or (types.CodeActionKind.QuickFix,)
        actions: list[types.CodeAction] = []
        if _is_wanted(types.CodeActionKind.QuickFix, only):
            touched = [one for one in shown if _overlap(one.range, params.range)]
            actions.extend(self._quick_fixes(path, touched))
            actions.extend(self._recording(touched))
        if _is_wanted(FIX_ALL, only):
            actions.extend(self._fix_all(path))
        return actions

    def resolved(self, action: types.CodeAction) -> types.CodeAction:
        """Return the action with its edit, made for the texts as they are now.

        Raises:
            JsonRpcContentModified: what the action promised is no longer offered.
        """
        _, identifier = resolved_from(action)
        fixes = {offer.id: (offer.title, offer.fix) for offer in self.review.offered}
        recording = self._recording_fix()
        if recording:
            fixes[recording.id] = (recording.title, recording)
        title, fix = fixes.get(identifier, (None, None))
        edit = self.writer.write(fix) if fix and title == action.title else None
        if edit is None:
            raise JsonRpcContentModified("The files have changed; ask for the fixes again.")
        action.edit = edit
        return action

    def _quick_fixes(
        self, path: str, touched: Sequence[types.Diagnostic]
    ) -> Iterator[types.CodeAction]:
        codes = {diagnostic.code for diagnostic in touched}
        here = list(_findings_in(self.review, path))
        offers = {
            offer.id: offer
            for found in here
            if found.finding.rule in codes
            for offer in found.fixes
            if self.writer.can_write(offer.fix)
        }.values()
        preferred = next((offer.id for offer in offers if offer.safety is Safety.SAFE), None)
        for offer in offers:
            rules = {found.finding.rule for found in here if offer in found.fixes}
            explained = [diagnostic for diagnostic in touched if diagnostic.code in rules]
            action = self._action(offer.title, types.CodeActionKind.QuickFix, offer.fix)
            action.diagnostics = explained
            action.is_preferred = offer.id == preferred
            yield action

    def _recording(self, touched: Sequence[types.Diagnostic]) -> Iterator[types.CodeAction]:
        """Yield the action that records what pays now as expected, instead of silencing a finding.

        Not for a mere hint.
        """
        serious = (one for one in touched if one.severity in _SERIOUS)
        explained = [one for one in serious if _explains_route(one)]
        fix = self._recording_fix() if explained else None
        if fix and self.writer.can_write(fix):
            action = self._action(fix.title, types.CodeActionKind.QuickFix, fix)
            action.diagnostics = explained
            action.is_preferred = False
            yield action

    def _recording_fix(self) -> Fix | None:
        """Return the fix that expects what pays; None if that works not, or is expected already."""
        review = self.review
        preferences = preferences_file_of(review.machine) if self.records else None
        wrong = review.as_expected is False and review.route.works is not False
        return expect(review.route, preferences) if wrong and preferences else None

    def _fix_all(self, path: str) -> Iterator[types.CodeAction]:
        """Yield the best safe fix alone: after it the rest may be moot."""
        here = _findings_in(self.review, path)
        offer = best_safe_fix(here, self.writer)
        if offer:
            yield self._action(offer.title, FIX_ALL, offer.fix)

    def _action(self, title: str, kind: str, fix: Fix) -> types.CodeAction:
        if self.lazily:
            data = {"folder": self.folder, "fix": fix.id}
            return types.CodeAction(title, kind=kind, data=data)
        return types.CodeAction(title, kind=kind, edit=self.writer.write(fix))


def resolved_from(action: types.CodeAction) -> tuple[str | None, str]:
    """Return the URI of the folder an action was offered for, and the id of its fix.

    Raises:
        JsonRpcInvalidParams: the action is none of ours.
    """
    is_ours = isinstance(action.data, dict)
    data: Mapping[str, object] = cast("Mapping[str, object]", action.data) if is_ours else {}
    folder, fix = data.get("folder"), data.get("fix")
    if isinstance(fix, str) and (folder is None or isinstance(folder, str)):
        return folder, fix
    raise JsonRpcInvalidParams("This code action is not one of Billing Lens.")


def best_safe_fix(found: Iterator[ReviewedFinding], writer: EditWriter) -> OfferedFix | None:
    """Return the best safe fix of the first serious finding that has one the client can do."""
    return next(
        (
            offer
            for each in found
            if each.finding.severity in (Severity.ERROR, Severity.WARNING)
            for offer in each.fixes
            if offer.safety is Safety.SAFE and writer.can_write(offer.fix)
        ),
        None,
    )


def _is_wanted(kind: str, only: Sequence[str]) -> bool:
    """Whether one of the kinds asked for is `kind` or an ancestor of it, as ``source`` is."""
    return any(wanted in ("", kind) or kind.startswith(f"{wanted}.") for wanted in only)


def _explains_route(diagnostic: types.Diagnostic) -> bool:
    found_by = RULES.get(str(diagnostic.code))
    return found_by is not None and found_by.explains_route


def _findings_in(review: Review, path: str) -> Iterator[ReviewedFinding]:
    return (found for found in review.findings if is_shown_in(review, found, path))


def _overlap(one: types.Range, other: types.Range) -> bool:
    """Whether two ranges share text or touch, as the cursor touches the word it stands behind."""
    (start, end), (other_start, other_end) = our_range(one), our_range(other)
    return start <= other_end and other_start <= end
