"""How what was found reaches the client: diagnostics pushed or pulled, requests to ask again.

A client that can pull diagnostics does so for the documents it has open, as the protocol has it: it
knows best when it needs them. What stands in other files nobody would ask for; that is pushed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import count

from lsprotocol import types
from pygls.capabilities import get_capability

Push = Callable[[str, list[types.Diagnostic]], None]
"""Sends the diagnostics of the document with this URI."""

PULL_OPTIONS = types.DiagnosticOptions(inter_file_dependencies=True, workspace_diagnostics=False)
"""One file can decide what another means. The rest of the workspace is not pulled: we push."""


def can_pull(capabilities: types.ClientCapabilities) -> bool:
    """Return whether the client asks for diagnostics by itself."""
    return get_capability(capabilities, "text_document.diagnostic") is not None


class DiagnosticChannels:
    """What was found, by URI, and over which of the two ways the client has it.

    A document is pulled from its first pull until it is closed; only then what was pushed for it is
    taken back, so that no finding is gone for a moment or shown twice.
    """

    def __init__(self, push: Push) -> None:
        self._push = push
        self._found: Mapping[str, list[types.Diagnostic]] = {}
        self._pushed: dict[str, list[types.Diagnostic]] = {}
        self._pulled: dict[str, types.RelatedFullDocumentDiagnosticReport] = {}
        self._edited: set[str] = set()
        self._ids = count(1)

    def found(self, uri: str) -> list[types.Diagnostic]:
        """Return what there is to show in a document."""
        return self._found.get(uri, [])

    def show(self, found: Mapping[str, list[types.Diagnostic]]) -> None:
        """Take over what was found, and push where it is not what the client has."""
        self._found = found
        for uri in {**self._pushed, **found}:
            self._push_if_new(uri, [] if uri in self._pulled else self.found(uri))

    def show_in(self, uri: str, diagnostics: list[types.Diagnostic]) -> None:
        """Take over what was found in the one document that is being pulled."""
        self._found = {**self._found, uri: diagnostics}

    def pull(self, uri: str, known_id: str | None) -> types.DocumentDiagnosticReport:
        """Return the answer to a pull; `known_id` is that of the answer the client has."""
        self._edited.discard(uri)
        found, report = self.found(uri), self._pulled.get(uri)
        if report is None or report.items != found:
            identifier = str(next(self._ids))
            report = types.RelatedFullDocumentDiagnosticReport(found, result_id=identifier)
            self._pulled[uri] = report
        self._push_if_new(uri, [])
        if known_id is not None and report.result_id == known_id:
            return types.RelatedUnchangedDocumentDiagnosticReport(known_id)
        return report

    def edited(self, uri: str) -> None:
        """Take note that the client changed a document, and so will pull it unasked."""
        if uri in self._pulled:
            self._edited.add(uri)

    def closed(self, uri: str) -> None:
        """Take note that the client will not pull a document any more."""
        self._pulled.pop(uri, None)
        self._edited.discard(uri)

    @property
    def outdated(self) -> bool:
        """Whether a pulled document has other diagnostics now, and no edit has it pulled again."""
        return any(
            self.found(uri) != report.items
            for uri, report in self._pulled.items()
            if uri not in self._edited
        )

    def _push_if_new(self, uri: str, diagnostics: list[types.Diagnostic]) -> None:
        if self._pushed.get(uri, []) == diagnostics:
            return
        if diagnostics:
            self._pushed[uri] = diagnostics
        else:
            del self._pushed[uri]
        self._push(uri, diagnostics)


def refresh_requests(
    capabilities: types.ClientCapabilities, *, diagnostics: bool, annotations: bool
) -> Iterator[str]:
    """Yield the requests, without parameters, that have the client ask again, as far as it can.

    For `diagnostics`, and for code lenses and inlay hints (`annotations`).
    """
    workspace = capabilities.workspace or types.WorkspaceClientCapabilities()
    for wanted, request, understood in (
        (diagnostics, types.WORKSPACE_DIAGNOSTIC_REFRESH, workspace.diagnostics),
        (annotations, types.WORKSPACE_CODE_LENS_REFRESH, workspace.code_lens),
        (annotations, types.WORKSPACE_INLAY_HINT_REFRESH, workspace.inlay_hint),
    ):
        if wanted and understood and understood.refresh_support:
            yield request
