"""The server on standard input and output.

pygls waits for each line of a message in a thread. Going there and back six times is most of what a
keystroke costs, its change and its diagnostics being a message each. So here the event loop itself
waits for input, and for what it cannot wait for, a thread copies input to where it can.
"""

from __future__ import annotations

import asyncio
import logging
import os
import re
import socket
import stat
import sys
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from threading import Thread
from typing import Any, BinaryIO, cast

from lsprotocol import types
from pygls.exceptions import JsonRpcException
from pygls.io_ import StdoutWriter
from pygls.lsp.server import LanguageServer

from billing_lens.lsp.wire.messages import decoded

_LONGEST_HEADER = 1 << 16
"""How many bytes may come without a message; nobody sends so many that speaks the protocol."""
_CONTENT_LENGTH = re.compile(rb"(?im)^content-length:[ \t]*(\d{1,9})[ \t]*\r?$")
_BLANK_LINE = b"\r\n\r\n"
_CHUNK = 1 << 16

logger = logging.getLogger(__name__)


class StandardStreamsServer(LanguageServer):
    """pygls's server with a transport of its own, and with what pygls keeps to itself."""

    def start_io(self, stdin: BinaryIO | None = None, stdout: BinaryIO | None = None) -> None:
        """Speak over these streams, by default the standard ones, until the client is done."""
        source: BinaryIO = stdin or sys.stdin.buffer
        target: BinaryIO = stdout or sys.stdout.buffer
        self.protocol.set_writer(StdoutWriter(target))
        try:
            asyncio.run(self._take_messages(source, target))
        except (KeyboardInterrupt, SystemExit):
            pass
        finally:
            self.shutdown()

    async def _take_messages(self, source: BinaryIO, target: BinaryIO) -> None:
        loop = asyncio.get_running_loop()
        ended = loop.create_future()
        if can_be_polled(source, target):
            await loop.connect_read_pipe(lambda: _MessageReader(self, ended), source)
        else:
            copy = _copied_to_socket(source)
            await loop.create_connection(lambda: _MessageReader(self, ended), sock=copy)
        await ended

    def replace_builtin(self, method: str, handler: Callable[[Any], object]) -> None:
        """Handle a method that pygls has a handler of its own for in its place."""
        # One that is registered as a feature is called after pygls's own.
        cast("Any", self.protocol.fm).add_builtin_feature(method, handler)

    def begin_progress(
        self, token: types.ProgressToken, title: str, cancel: Callable[[], object]
    ) -> None:
        """Report that work begins, and call `cancel` when the user wants it no more."""
        self.work_done_progress.begin(token, types.WorkDoneProgressBegin(title, cancellable=True))
        self._progress_futures[token].add_done_callback(lambda _: cancel())

    def end_progress(self, token: types.ProgressToken) -> None:
        """Report that work has ended."""
        del self._progress_futures[token]
        self.work_done_progress.end(token, types.WorkDoneProgressEnd())

    @property
    def _progress_futures(self) -> dict[types.ProgressToken, Future[object]]:
        # pygls cancels them for the client, tells nobody else, and never forgets one.
        return cast("dict[types.ProgressToken, Future[object]]", self.work_done_progress.tokens)


class _MessageReader(asyncio.Protocol):
    """Hands each message that arrives to a server, and tells when no more will come."""

    def __init__(self, server: LanguageServer, ended: asyncio.Future[None]) -> None:
        self._server = server
        self._ended = ended
        self._received = bytearray()
        self._length = 0
        """How many bytes the message that is arriving has; 0 before its header is there."""
        self._next: asyncio.Handle | None = None
        self._is_last = False
        self._is_lost = False
        """Whether so much came without a message that it was told."""

    def data_received(self, data: bytes) -> None:
        """Handle what has arrived, one message after the other."""
        self._received += data
        if self._next is None:
            self._take()

    def connection_lost(self, exc: Exception | None) -> None:
        """Handle what has arrived still; the client sends no more."""
        del exc
        self._is_last = True
        if self._next is None:
            self._take()

    def _take(self) -> None:
        """Handle a message; what that begins goes before the next."""
        body = self._message()
        if body is not None:
            self._handle(body)
            again = self._received or self._is_last
            self._next = asyncio.get_running_loop().call_soon(self._take) if again else None
            return
        self._next = None
        if self._is_last and not self._ended.done():
            if self._received or self._length:
                logger.warning("The input ended within a message.")
            self._ended.set_result(None)

    def _handle(self, body: bytes) -> None:
        protocol: Any = self._server.protocol
        try:
            message = decoded(body)
            is_object = isinstance(message, dict)
            protocol.handle_message(protocol.structure_message(message) if is_object else message)
        except Exception as error:  # noqa: BLE001 - the next message may be a better one
            self._server.report_server_error(error, JsonRpcException)

    def _message(self) -> bytes | None:
        """Return the next message once it is there as a whole."""
        while not self._length:
            end = self._received.find(_BLANK_LINE)
            if end < 0:
                if len(self._received) > _LONGEST_HEADER:
                    if not self._is_lost:
                        logger.error("What comes in is no language server protocol; passed over.")
                    self._is_lost = True
                    self._received.clear()
                return None
            self._is_lost = False
            length = _CONTENT_LENGTH.search(self._received, 0, end + 1)
            self._length = int(length[1]) if length else 0
            del self._received[: end + len(_BLANK_LINE)]
        if len(self._received) < self._length:
            return None
        body = bytes(memoryview(self._received)[: self._length])
        del self._received[: self._length]
        self._length = 0
        return body


def can_be_polled(source: BinaryIO, target: BinaryIO) -> bool:
    """Whether the event loop can wait for input without making output fail.

    Input must not block then, and neither may what shares it: in a terminal, or where one socket is
    both, that is the output too. Windows cannot wait for the pipes of its processes.
    """
    if os.name != "posix":
        return False
    given, taken = os.fstat(source.fileno()), os.fstat(target.fileno())
    is_same = (given.st_dev, given.st_ino) == (taken.st_dev, taken.st_ino)
    return not is_same and (stat.S_ISFIFO(given.st_mode) or stat.S_ISSOCK(given.st_mode))


def _copied_to_socket(source: BinaryIO) -> socket.socket:
    """Return a socket, which every event loop can wait for, that has what comes from `source`."""
    ours, theirs = socket.socketpair()
    # A daemon: the process may end while it waits for what never comes.
    Thread(target=_copy, args=(source.fileno(), theirs), daemon=True).start()
    return ours


def _copy(source: int, target: socket.socket) -> None:
    """Copy input up to its end, no faster than it is taken."""
    with target, suppress(OSError):  # nobody takes it any more, or a terminal has gone
        while data := os.read(source, _CHUNK):
            target.sendall(data)
