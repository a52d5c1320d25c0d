"""An editor with one language server, our own program, on a made-up machine."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, cast
from uuid import uuid4

from lsprotocol import types
from pygls.exceptions import JsonRpcException
from pytest_lsp import LanguageClient

from tests.lsp.texts import position
from tests.lsp.waiting import PATIENCE_S
from tests.lsp.wire import Message, Wire
from tests.machines import BuiltMachine

SERVE = (sys.executable, "-m", "billing_lens", "serve")

REFRESHES = (
    types.WORKSPACE_DIAGNOSTIC_REFRESH,
    types.WORKSPACE_CODE_LENS_REFRESH,
    types.WORKSPACE_INLAY_HINT_REFRESH,
)
UNDERSTOOD = (
    *REFRESHES,
    types.CLIENT_REGISTER_CAPABILITY,
    types.CLIENT_UNREGISTER_CAPABILITY,
    types.WINDOW_WORK_DONE_PROGRESS_CREATE,
)
"""The requests that are answered with nothing."""

Change = str | tuple[tuple[int, int], tuple[int, int], str]
"""A new text for the whole document, or for what stands between two positions."""


PYTHON = {
    "PATH": "",
    "PYTHONPATH": os.pathsep.join(os.path.abspath(entry) for entry in sys.path if entry),
    "PYTHONUTF8": "1",
}
"""What Python needs to find the package, and no program anywhere."""


def environment(machine: BuiltMachine) -> dict[str, str]:
    """The variables of a made-up machine."""
    return {**PYTHON, "HOME": str(machine.home), **machine.environment}


class RequestRefusedError(Exception):
    """The server answered a request with this error."""

    def __init__(self, error: Mapping[str, Any]) -> None:
        super().__init__(error["message"])
        self.code = error["code"]
        self.error = error


class Editor(LanguageClient):
    """Speaks for an editor in the words of the protocol, and reads answers as they came.

    `settings` is what it answers to ``workspace/configuration``, an exception to refuse. It
    `refuses` the other requests named there, and leaves unanswered those it is `silent` about
    until `answering` is set.
    What it is asked to apply goes to `apply`, which says whether it was applied.
    """

    def __init__(self, machine: BuiltMachine) -> None:
        super().__init__()  # pyright: ignore[reportUnknownMemberType] - it takes whatever pygls takes
        self.machine = machine
        self.settings: object = {}
        self.refuses: set[str] = set()
        self.silent: set[str] = set()
        self.answering = asyncio.Event()
        self.apply: Callable[[types.WorkspaceEdit], bool] = lambda edit: False
        self.search_path = ""
        self._versions: dict[str, int] = {}
        self._answer_server_requests()

    async def run(self, *command: str) -> None:
        """Start the server; nothing is said to it yet."""
        start = cast("Callable[..., Awaitable[None]]", self.start_io)
        variables = {**environment(self.machine), "PATH": self.search_path}
        await start(*(command or SERVE), env=variables, cwd=self.machine.cwd)
        output, log = self.process.stdout, self.process.stderr
        assert output
        assert log
        self.wire = Wire(output, log)

    async def greet(
        self,
        capabilities: types.ClientCapabilities,
        *,
        folder: Path | None = None,
        folders: Sequence[str] = (),
        options: object = None,
        process_id: int | None = None,
    ) -> types.InitializeResult:
        """Initialize as an editor with folders open, and wait for the first status.

        `folders` are those of the home with these names.
        """
        self.capabilities = capabilities
        opened = [
            types.WorkspaceFolder(each.as_uri(), each.name)
            for each in (*map(self.home, folders), *([folder] if folder else []))
        ]
        result = await self.initialize_async(
            types.InitializeParams(
                capabilities=capabilities,
                process_id=process_id,
                workspace_folders=opened or None,
                initialization_options=cast("Any", options),
            )
        )
        self.capabilities_of_server = result.capabilities
        self.initialized(types.InitializedParams())
        await self.wire.until(lambda: self.statuses)
        return result

    async def leave(self) -> int:
        """Answer what was left unanswered, shut down and exit; the exit code."""
        self.answering.set()
        if isinstance(self.settings, asyncio.Event):
            self.settings.set()
        await self.shutdown_async(None)
        self.exit(None)
        return await self.ended()

    async def ended(self) -> int:
        """Wait for the server to end; its exit code."""
        return await asyncio.wait_for(self.process.wait(), PATIENCE_S)

    @property
    def process(self) -> asyncio.subprocess.Process:
        """The server."""
        assert self._server
        return self._server

    def home(self, *names: str) -> Path:
        """A path in the made-up home."""
        return self.machine.home.joinpath(*names)

    def open(self, path: Path, text: str | None = None, language: str = "json") -> str:
        """Open a document, with the disk's text unless told another; its text."""
        return self.open_uri(path.as_uri(), read(path) if text is None else text, language)

    def open_uri(self, uri: str, text: str, language: str = "json") -> str:
        """Open a document under a URI; its text."""
        self._versions[uri] = 1
        item = types.TextDocumentItem(uri, language, 1, text)
        self.text_document_did_open(types.DidOpenTextDocumentParams(item))
        return text

    def edit(self, path: Path, *changes: Change) -> int:
        """Change an open document; its version after that."""
        uri = path.as_uri()
        self._versions[uri] = version = self._versions[uri] + 1
        self.text_document_did_change(
            types.DidChangeTextDocumentParams(
                types.VersionedTextDocumentIdentifier(version, uri),
                [_content_change(change) for change in changes],
            )
        )
        return version

    def close(self, path: Path) -> None:
        """Close an open document."""
        identifier = types.TextDocumentIdentifier(path.as_uri())
        self.text_document_did_close(types.DidCloseTextDocumentParams(identifier))

    async def status(self, **params: object) -> Message:
        """The answer to ``billingLens/status``.

        Everything the server had to say about what it was told before has then arrived.
        """
        return cast("Message", await self.ask("billingLens/status", params))

    async def pull(self, path: Path, known: str | None = None) -> Message:
        """The answer to ``textDocument/diagnostic``; `known` is the id of the last one."""
        identifier = types.TextDocumentIdentifier(path.as_uri())
        params = types.DocumentDiagnosticParams(identifier, previous_result_id=known)
        return cast("Message", await self.ask(types.TEXT_DOCUMENT_DIAGNOSTIC, params))

    async def execute(self, command: str, *arguments: object, **more: object) -> Message:
        """The result of a command of the server's; `more` goes beside its arguments."""
        params = {"command": command, "arguments": arguments, **more}
        return cast("Message", await self.ask(types.WORKSPACE_EXECUTE_COMMAND, params))

    async def actions(
        self, path: Path, text: str, at: str, only: Sequence[str] | None = None
    ) -> list[Message]:
        """The code actions with the cursor before the first `at` in `text`."""
        return await self.actions_at(path, position(text, text.index(at)), only)

    async def actions_at(
        self, path: Path, at: tuple[int, int], only: Sequence[str] | None = None
    ) -> list[Message]:
        """The code actions with the cursor at a position."""
        cursor = types.Position(*at)
        params = types.CodeActionParams(
            types.TextDocumentIdentifier(path.as_uri()),
            types.Range(cursor, cursor),
            types.CodeActionContext([], only),
        )
        return cast("list[Message]", await self.ask(types.TEXT_DOCUMENT_CODE_ACTION, params))

    async def ask(self, method: str, params: object) -> object:
        """Send a request; its result as it came, RequestRefusedError for an error.

        Parameters that are a dictionary are sent as they are.
        """
        identifier = str(uuid4())
        if isinstance(params, dict):
            request = {"jsonrpc": "2.0", "id": identifier, "method": method}
            self.say({**request, "params": cast("object", params)})
        else:
            self.protocol.send_request(method, params, msg_id=identifier)
        return await self.answer(identifier)

    async def answer(self, identifier: str | int) -> object:
        """Wait for the result of a request."""

        def answers() -> list[Message]:
            said = self.wire.messages
            return [each for each in said if each.get("id") == identifier and "method" not in each]

        await self.wire.until(answers)
        answer = answers()[0]
        if "error" in answer:
            raise RequestRefusedError(answer["error"])
        return answer.get("result")

    def say(self, message: object) -> None:
        """Send any JSON whatever."""
        self.send_bytes(json.dumps(message).encode())

    def send_bytes(self, body: bytes) -> None:
        """Send anything with the header of a message."""
        assert self.process.stdin
        self.process.stdin.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))

    def told(self, method: str) -> list[Any]:
        """The parameters of every notification and request of a method that came so far."""
        said = self.wire.messages
        return [each.get("params") for each in said if each.get("method") == method]

    @property
    def statuses(self) -> list[Message]:
        """The documents of every ``billingLens/statusChanged``."""
        return self.told("billingLens/statusChanged")

    @property
    def payer(self) -> str:
        """Who pays, by the newest ``billingLens/statusChanged``."""
        return self.statuses[-1]["route"]["billing"]

    def publications(self, path: Path | None = None) -> list[Message]:
        """Every ``publishDiagnostics``, of one file or of all."""
        told = self.told(types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)
        return [each for each in told if path is None or each["uri"] == path.as_uri()]

    def shown(self, path: Path) -> list[Message]:
        """The diagnostics that an editor now shows in a file."""
        publications = self.publications(path)
        return publications[-1]["diagnostics"] if publications else []

    def codes(self, path: Path) -> list[str]:
        """The codes of the diagnostics that an editor now shows in a file."""
        return [diagnostic["code"] for diagnostic in self.shown(path)]

    def take_log(self) -> str:
        """What was logged since it was last taken; what nobody takes fails the test."""
        text = self.wire.log.decode()
        self.wire.log.clear()
        return text

    def _answer_server_requests(self) -> None:
        feature = cast("Callable[[str], Callable[[object], object]]", self.feature)

        @feature(types.WORKSPACE_CONFIGURATION)
        async def configuration(params: types.ConfigurationParams) -> object:
            if isinstance(self.settings, Exception):
                raise self.settings
            if isinstance(self.settings, asyncio.Event):
                await self.settings.wait()
                return [None]
            return None if self.settings is None else [self.settings for _ in params.items]

        async def answer(method: str, result: object = None) -> object:
            if method in self.silent:
                await self.answering.wait()
            if method in self.refuses:
                raise JsonRpcException("This editor does no such thing.", -32601)
            return result

        for method in UNDERSTOOD:

            @feature(method)
            async def understood(params: Any, method: str = method) -> object:
                return await answer(method)

        @feature(types.WORKSPACE_APPLY_EDIT)
        async def apply(params: types.ApplyWorkspaceEditParams) -> object:
            await answer(types.WORKSPACE_APPLY_EDIT)
            return types.ApplyWorkspaceEditResult(self.apply(params.edit))


def read(path: Path) -> str:
    """A file's text with its own line breaks."""
    return path.read_bytes().decode()


def _content_change(change: Change) -> types.TextDocumentContentChangeEvent:
    if isinstance(change, str):
        return types.TextDocumentContentChangeWholeDocument(change)
    start, end, text = change
    range_ = types.Range(types.Position(*start), types.Position(*end))
    return types.TextDocumentContentChangePartial(range_, text)
