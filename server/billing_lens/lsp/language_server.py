"""The server: takes what the editor says, looks at the machine again, tells what it found."""

from __future__ import annotations

import asyncio
import logging
import os
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

from lsprotocol import types
from pygls.exceptions import JsonRpcException
from pygls.lsp.server import LanguageServer

from billing_lens import __version__
from billing_lens.config.kinds import Kind
from billing_lens.lsp.conversion import path_of
from billing_lens.lsp.diagnostics import DiagnosticSupport, diagnostics_by_path
from billing_lens.lsp.documents import OpenDocuments
from billing_lens.lsp.protocol import BillingLensProtocol, fault
from billing_lens.lsp.settings import SECTION, Settings, read_settings
from billing_lens.lsp.watching import POLL_SECONDS, Parent, can_watch, watch_registration
from billing_lens.machine.machine import Machine
from billing_lens.machine.reading import MachineReader, this_machine
from billing_lens.output.json import Document, status_document
from billing_lens.review import Review, review
from billing_lens.text.positions import PositionEncoding

STATUS = "billingLens/status"
STATUS_CHANGED = "billingLens/statusChanged"

SETTLE_SECONDS = 0.03
"""How long to wait for the next keystroke before looking again."""
LONGEST_WAIT_SECONDS = 0.3
"""How long to wait at most, however fast they come."""
SETTINGS_SECONDS = 0.5
"""How long the first look waits for the client's settings."""
LOOK_ANYWAY_SECONDS = 60.0
"""How often to look although nothing changed: sign-ins run out."""

logger = logging.getLogger(__name__)


class BillingLensServer(LanguageServer):
    """The language server. One machine, looked at again after every change."""

    def __init__(self) -> None:
        super().__init__(  # pyright: ignore[reportUnknownMemberType] - pygls leaves *args bare
            "billing-lens", __version__, protocol_cls=BillingLensProtocol
        )
        self.documents = OpenDocuments()
        self.settings = Settings()
        self._reader = MachineReader(this_machine())
        self._review: Review | None = None
        self._looked_at = 0.0
        self._support = DiagnosticSupport()
        self._published: dict[str, list[types.Diagnostic]] = {}
        self._status: Document | None = None
        self._pending: asyncio.TimerHandle | None = None
        self._latest = 0.0
        self._polling: asyncio.Task[None] | None = None
        self._parent = Parent()
        self._resting = False

    @property
    def exit_code(self) -> int:
        """What the process ends with."""
        return cast("BillingLensProtocol", self.protocol).exit_code

    def prepare(self, params: types.InitializeParams) -> None:
        """Take over what the client said of itself: encoding, parent, settings."""
        encoding = self.workspace.position_encoding or types.PositionEncodingKind.Utf16
        self.documents.encoding = PositionEncoding(encoding)
        self._support = DiagnosticSupport.of(params.capabilities)
        self._parent = Parent(params.process_id)
        self.settings = read_settings(params.initialization_options)
        self.use_first_folder()

    def use_first_folder(self) -> None:
        """Look at the machine as Claude Code would see it from the first workspace folder."""
        folders = self.workspace.folders.values()
        uri = next((folder.uri for folder in folders), self.workspace.root_uri)
        path = path_of(uri) if uri else None
        here = this_machine()
        self._reader = MachineReader(replace(here, cwd=Path(path)) if path else here)

    async def start(self) -> None:
        """Look for the first time, once the client is ready to be told."""
        asyncio.get_running_loop().set_exception_handler(_log_fault)
        self._polling = asyncio.create_task(self._poll())
        pulling = asyncio.create_task(self.pull_settings())
        await asyncio.wait([pulling], timeout=SETTINGS_SECONDS)
        if self._review is None:
            self.look_again()
        if can_watch(self.client_capabilities):
            try:
                await self.client_register_capability_async(watch_registration(self.machine))
            except JsonRpcException:
                logger.warning("The client does not watch files; changes are polled for.")

    def rest(self) -> None:
        """Look no more; the client said that it is leaving."""
        self._resting = True
        if self._pending is not None:
            self._pending.cancel()

    @property
    def machine(self) -> Machine:
        """The machine as it was last looked at."""
        return self.review.machine

    @property
    def review(self) -> Review:
        """What was last found, up to date with every change that was announced."""
        if self._review is None or self._pending is not None:
            self.look_again()
        assert self._review is not None
        return self._review

    def open(self, document: types.TextDocumentItem) -> None:
        """Take over a document's text."""
        path = path_of(document.uri)
        file = self._read().files.get(path) if path else None
        self.documents.open(document, file.kind if file else None)
        if file and self._review is not None:
            self.look_again()

    def change(self, params: types.DidChangeTextDocumentParams) -> None:
        """Change a document's text."""
        kind = self._kind_of(params.text_document.uri)
        self.documents.change(params, kind)
        if kind is not None:
            self.look_soon()

    def close(self, uri: str) -> None:
        """Forget a document's text; what stands on the disk counts again."""
        self.documents.close(uri)
        if self._kind_of(uri) is not None:
            self.look_soon()

    def look_soon(self) -> None:
        """Look again when typing pauses."""
        if self._review is None:
            return
        loop = asyncio.get_running_loop()
        if self._pending is None:
            self._latest = loop.time() + LONGEST_WAIT_SECONDS
        else:
            self._pending.cancel()
        when = min(loop.time() + SETTLE_SECONDS, self._latest)
        self._pending = loop.call_at(when, self.look_again)

    def look_again(self) -> None:
        """Read the machine, review it, and tell the client what changed."""
        self._take(self._read())

    def look_if_changed(self) -> None:
        """Look again if a file, or the installed version, is not what it was."""
        if self._pending is not None or self._review is None:
            self.look_again()
            return
        machine = self._read()
        aged = asyncio.get_running_loop().time() - self._looked_at > LOOK_ANYWAY_SECONDS
        if aged or _differ(machine, self._review.machine):
            self._take(machine)

    def published(self, path: str) -> Sequence[types.Diagnostic]:
        """Return the diagnostics last sent for a file."""
        return self._published.get(self.documents.uri_at(path), ())

    async def pull_settings(self) -> None:
        """Ask the client for our settings, where it can be asked."""
        workspace = self.client_capabilities.workspace
        if not (workspace and workspace.configuration):
            return
        params = types.ConfigurationParams([types.ConfigurationItem(section=SECTION)])
        try:
            values = await self.workspace_configuration_async(params)
        except JsonRpcException:
            logger.warning("The client does not tell its settings.")
        else:
            self.take_settings(values[0] if values else None)

    def take_settings(self, value: object) -> None:
        """Use new settings and look again."""
        self.settings = read_settings(value)
        self.look_again()

    def report_server_error(self, error: Exception, source: object) -> None:
        """Log where something went wrong, and no message: it may quote a document."""
        del source
        if not isinstance(error, JsonRpcException) or error.code == types.ErrorCodes.InternalError:
            logger.error("%s", fault(sys.exc_info()[1] or error))

    def _read(self) -> Machine:
        return self._reader.read(self.documents.texts())

    def _kind_of(self, uri: str) -> Kind | None:
        """Return the kind of config file a document was at the last look, None for any other."""
        path = path_of(uri)
        machine = self._review.machine if self._review else self._read()
        file = machine.files.get(path) if path else None
        return file.kind if file else None

    def _take(self, machine: Machine) -> None:
        if self._pending is not None:
            self._pending.cancel()
            self._pending = None
        self._looked_at = asyncio.get_running_loop().time()
        self._review = review(
            machine, self.settings.mode, self.settings.wish, self.settings.severities
        )
        self._publish()
        status = status_document(self._review)
        if status != self._status:
            self._status = status
            self.protocol.notify(STATUS_CHANGED, status)

    def _publish(self) -> None:
        """Send the diagnostics of every file for which they are not what they were."""
        assert self._review is not None
        by_path = diagnostics_by_path(self._review, self.documents.encoding, self._support)
        found = {self.documents.uri_at(path): diagnostics for path, diagnostics in by_path.items()}
        before, self._published = self._published, found
        for uri in {**before, **found}:
            if found.get(uri, []) != before.get(uri, []):
                version = self.documents.version_of(uri) if self._support.version else None
                self.text_document_publish_diagnostics(
                    types.PublishDiagnosticsParams(uri, found.get(uri, []), version)
                )

    async def _poll(self) -> None:
        while True:
            await asyncio.sleep(POLL_SECONDS)
            if self._parent.is_gone():
                # The thread that waits for input would keep an orderly end waiting for ever.
                os._exit(self.exit_code)
            try:
                if not self._resting:
                    self.look_if_changed()
            except Exception as error:  # noqa: BLE001 - the next look may succeed again
                self.report_server_error(error, type(error))


def _differ(one: Machine, other: Machine) -> bool:
    """Whether anything but the time of the look differs. Files are compared by being the same."""
    if one.files.keys() != other.files.keys() or one.version.origin != other.version.origin:
        return True
    if any(one.files[path] is not other.files[path] for path in one.files):
        return True
    return replace(one, files={}, now_ms=0) != replace(other, files={}, now_ms=0)


def _log_fault(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """Log an exception that nobody awaited."""
    del loop
    error = context.get("exception")
    logger.error("%s", fault(error) if error else "A task ended unexpectedly.")
