"""Fixes as code actions: plain workspace edits, so that the editor's undo undoes them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from lsprotocol import types

from billing_lens.fixes.expectation_fix import expect
from billing_lens.fixes.fix import Safety
from billing_lens.lsp.conversion import our_range
from billing_lens.lsp.diagnostics import path_of_finding
from billing_lens.lsp.workspace_edits import EditWriter
from billing_lens.review import OfferedFix, Review, ReviewedFinding
from billing_lens.rules import RULES, Severity
from billing_lens.rules.preferences import preferences_file_of

FIX_ALL = "source.fixAll.billingLens"
KINDS = (types.CodeActionKind.QuickFix, FIX_ALL)

_SERIOUS = (types.DiagnosticSeverity.Error, types.DiagnosticSeverity.Warning)


def code_actions(
    review: Review,
    path: str,
    params: types.CodeActionParams,
    published: Sequence[types.Diagnostic],
    writer: EditWriter,
    *,
    records: bool,
) -> list[types.CodeAction]:
    """Return the quick fixes for what stands in the range, best first, and the fix-all action.

    `published` are the diagnostics the client shows in the file. `records` says whether what
    ``config.toml`` expects would count. Fix-all comes only when asked for.
    """
    only = params.context.only or (types.CodeActionKind.QuickFix,)
    actions: list[types.CodeAction] = []
    if _is_wanted(types.CodeActionKind.QuickFix, only):
        touched = [it for it in published if _overlap(it.range, params.range)]
        actions.extend(_quick_fixes(review, path, touched, writer))
        if records:
            actions.extend(_intended(review, touched, writer))
    if _is_wanted(FIX_ALL, only):
        actions.extend(_fix_all(review, path, writer))
    return actions


def _is_wanted(kind: str, only: Sequence[str]) -> bool:
    """Whether one of the kinds asked for is `kind` or an ancestor of it, as ``source`` is."""
    return any(wanted in ("", kind) or kind.startswith(f"{wanted}.") for wanted in only)


def _quick_fixes(
    review: Review,
    path: str,
    touched: Sequence[types.Diagnostic],
    writer: EditWriter,
) -> Iterator[types.CodeAction]:
    codes = {diagnostic.code for diagnostic in touched}
    offers = {
        offer.id: offer
        for found in _findings_in(review, path)
        if found.finding.rule in codes
        for offer in found.fixes
    }
    written = [(offer, edit) for offer in offers.values() if (edit := writer.write(offer.fix))]
    preferred = next((offer.id for offer, _ in written if offer.safety is Safety.SAFE), None)
    for offer, edit in written:
        rules = {found.finding.rule for found in _findings_in(review, path) if offer in found.fixes}
        yield types.CodeAction(
            offer.title,
            kind=types.CodeActionKind.QuickFix,
            diagnostics=[diagnostic for diagnostic in touched if diagnostic.code in rules],
            is_preferred=offer.id == preferred,
            edit=edit,
        )


def _intended(
    review: Review, touched: Sequence[types.Diagnostic], writer: EditWriter
) -> Iterator[types.CodeAction]:
    """Yield the action that records what pays now as expected, instead of silencing a finding.

    Not for what does not work: nobody means that. Nor for a mere hint.
    """
    explained = [it for it in touched if it.severity in _SERIOUS and _explains_route(it)]
    preferences = preferences_file_of(review.machine)
    wrong = review.as_expected is False and review.route.works is not False
    if not explained or not wrong or preferences is None:
        return
    fix = expect(review.route, preferences)
    edit = writer.write(fix) if fix else None
    if fix and edit:
        yield types.CodeAction(
            fix.title,
            kind=types.CodeActionKind.QuickFix,
            diagnostics=explained,
            is_preferred=False,
            edit=edit,
        )


def _explains_route(diagnostic: types.Diagnostic) -> bool:
    found_by = RULES.get(str(diagnostic.code))
    return found_by is not None and found_by.explains_route


def _fix_all(review: Review, path: str, writer: EditWriter) -> Iterator[types.CodeAction]:
    """Yield the best safe fix alone: after it the route is another, and the rest may be moot."""
    for offer in _safe_fixes_of_serious_findings(review, path):
        edit = writer.write(offer.fix)
        if edit:
            yield types.CodeAction(offer.title, kind=FIX_ALL, edit=edit)
            return


def _safe_fixes_of_serious_findings(review: Review, path: str) -> Iterator[OfferedFix]:
    for found in _findings_in(review, path):
        if found.finding.severity in (Severity.ERROR, Severity.WARNING):
            yield from (offer for offer in found.fixes if offer.safety is Safety.SAFE)


def _findings_in(review: Review, path: str) -> Iterator[ReviewedFinding]:
    return (found for found in review.findings if path_of_finding(review, found) == path)


def _overlap(one: types.Range, other: types.Range) -> bool:
    """Whether two ranges share text or touch, as the cursor touches the word it stands behind."""
    (start, end), (other_start, other_end) = our_range(one), our_range(other)
    return start <= other_end and other_start <= end
