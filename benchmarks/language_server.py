"""A language server as an editor sees it: started, spoken to over its pipes, and timed."""

from __future__ import annotations

import json
import os
import select
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from typing_extensions import Self

Message = Mapping[str, Any]

_CAPABILITIES: Mapping[str, object] = {
    "general": {"positionEncodings": ["utf-16"]},
    "textDocument": {
        "synchronization": {"dynamicRegistration": True},
        "publishDiagnostics": {"relatedInformation": True, "versionSupport": True},
        "diagnostic": {"dynamicRegistration": False, "relatedDocumentSupport": False},
    },
    "workspace": {"configuration": True, "workspaceFolders": True},
}


class LanguageServer:
    """A running server; stopped at the end of the ``with`` block.

    Diagnostics are asked for where the server answers that, otherwise waited for.
    """

    def __init__(self, command: Sequence[str], environment: Mapping[str, str], cwd: Path) -> None:
        """Start the program; it has not been spoken to yet."""
        self.started = time.perf_counter()
        self._pulls = False
        self._last_id = 0
        self._process = subprocess.Popen(
            command,
            cwd=cwd,
            env=dict(environment),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._to, self._from = self._process.stdin, self._process.stdout
        self._received = b""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._process.kill()
        self._process.wait()
        self._to.close()
        self._from.close()

    def initialize(self, folder: Path) -> None:
        """Go through the handshake."""
        answer = self._request(
            "initialize",
            {
                "processId": None,
                "rootUri": folder.as_uri(),
                "workspaceFolders": [{"uri": folder.as_uri(), "name": folder.name}],
                "capabilities": _CAPABILITIES,
                "initializationOptions": {"provideFormatter": False},
            },
        )
        self._pulls = "diagnosticProvider" in answer["capabilities"]
        self._notify("initialized", {})

    def open(self, file: Path) -> None:
        """Open a file that has diagnostics and wait for them."""
        self._open(file)
        self._wait_for_diagnostics(file.as_uri(), version=None)

    def open_clean(self, file: Path) -> None:
        """Open a file that has no diagnostics; when this returns, the server has looked at it."""
        self._open(file)
        if self._pulls:
            self._wait_for_diagnostics(file.as_uri(), version=None)
        else:
            self._request("billingLens/status", None)

    def _open(self, file: Path) -> None:
        document = {
            "uri": file.as_uri(),
            "languageId": "json",
            "version": 1,
            "text": file.read_text(encoding="utf-8"),
        }
        self._notify("textDocument/didOpen", {"textDocument": document})

    def change(self, file: Path, version: int, change: Mapping[str, object]) -> float:
        """Make a change; return the seconds until its diagnostics were there."""
        changed = {"uri": file.as_uri(), "version": version}
        started = time.perf_counter()
        self._notify(
            "textDocument/didChange", {"textDocument": changed, "contentChanges": [change]}
        )
        self._wait_for_diagnostics(file.as_uri(), version)
        return time.perf_counter() - started

    def pause(self, seconds: float) -> None:
        """Wait, and meanwhile read what the server says unasked, as an editor does."""
        end = time.perf_counter() + seconds
        while (left := end - time.perf_counter()) > 0:
            if self._received or select.select([self._from], [], [], left)[0]:
                self._take(self._receive())

    def resident_megabytes(self) -> float:
        """Return the memory the server holds now, in MB (10^6 bytes)."""
        lines = Path(f"/proc/{self._process.pid}/status").read_text(encoding="utf-8").splitlines()
        kibibytes = next(line.split()[1] for line in lines if line.startswith("VmRSS:"))
        return int(kibibytes) * 1024 / 1e6

    def _wait_for_diagnostics(self, uri: str, version: int | None) -> None:
        if self._pulls:
            self._request("textDocument/diagnostic", {"textDocument": {"uri": uri}})
            return

        def is_it(message: Message) -> bool:
            parameters = _parameters(message)
            return (
                message.get("method") == "textDocument/publishDiagnostics"
                and parameters["uri"] == uri
                and version in (None, parameters.get("version"))
            )

        self._read_until(is_it)

    def _request(self, method: str, parameters: object) -> Any:
        self._last_id += 1
        number = self._last_id
        self._send({"id": number, "method": method, "params": parameters})
        answer = self._read_until(lambda it: it.get("id") == number and "method" not in it)
        if "error" in answer:
            raise RuntimeError(f"{method}: {answer['error']}")
        return answer["result"]

    def _notify(self, method: str, parameters: object) -> None:
        self._send({"method": method, "params": parameters})

    def _read_until(self, is_it: Callable[[Message], bool]) -> Message:
        while True:
            message = self._receive()
            if is_it(message):
                return message
            self._take(message)

    def _take(self, message: Message) -> None:
        """Answer a message that nobody waits for, where it is a request."""
        if "method" in message and "id" in message:
            self._send({"id": message["id"], "result": _nothing_set(message)})

    def _send(self, message: Mapping[str, object]) -> None:
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        self._to.write(b"Content-Length: %d\r\n\r\n" % len(body) + body)
        self._to.flush()

    def _receive(self) -> Message:
        while (end := self._received.find(b"\r\n\r\n")) < 0:
            self._read()
        header = self._received[:end].lower().split(b"content-length:")[1]
        start = end + 4
        end = start + int(header.split(b"\r\n")[0])
        while len(self._received) < end:
            self._read()
        body, self._received = self._received[start:end], self._received[end:]
        return cast("Message", json.loads(body))

    def _read(self) -> None:
        data = os.read(self._from.fileno(), 1 << 16)
        if not data:
            raise RuntimeError(f"the server ended: exit {self._process.wait()}")
        self._received += data


def _parameters(message: Message) -> Mapping[str, Any]:
    return cast("Mapping[str, Any]", message.get("params") or {})


def _nothing_set(request: Message) -> object:
    """Return the answer of a client that has no settings and agrees to everything."""
    if request["method"] == "workspace/configuration":
        return [None for _ in _parameters(request)["items"]]
    return None
