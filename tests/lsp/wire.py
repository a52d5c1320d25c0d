"""Every byte a server wrote, and the messages they make up."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Callable, Iterable
from typing import Any, SupportsIndex, cast

from tests.lsp.waiting import PATIENCE_S

Message = dict[str, Any]
"""One JSON-RPC message as it came, before anything read it as a type."""

_HEADER = re.compile(rb"Content-Length: (\d+)\r\n(?:Content-Type: [^\r\n]+\r\n)?\r\n")


class Wire:
    """Listens in on what a server writes to its standard output and standard error."""

    def __init__(self, output: asyncio.StreamReader, log: asyncio.StreamReader) -> None:
        self.output = bytearray()
        self.log = bytearray()
        self.messages: list[Message] = []
        self.ended = asyncio.Event()
        self._changed = asyncio.Event()
        self._parsed = 0
        _listen(output, self._hear_output)
        _listen(log, self._hear_log)

    @property
    def rest(self) -> bytes:
        """What was written to standard output and is no complete message."""
        return bytes(self.output[self._parsed :])

    async def until(self, condition: Callable[[], object]) -> None:
        """Wait until `condition`, asked anew after each output, holds; else TimeoutError."""
        deadline = asyncio.get_running_loop().time() + PATIENCE_S
        while not condition():
            self._changed.clear()
            left = deadline - asyncio.get_running_loop().time()
            await asyncio.wait_for(self._changed.wait(), left)

    def _hear_log(self, data: bytes) -> None:
        self.log += data
        self._changed.set()

    def _hear_output(self, data: bytes) -> None:
        if not data:
            self.ended.set()
        self.output += data
        while header := _HEADER.match(self.output, self._parsed):
            end = header.end() + int(header[1])
            if len(self.output) < end:
                break
            self.messages.append(cast("Message", json.loads(self.output[header.end() : end])))
            self._parsed = end
        self._changed.set()


def _listen(reader: asyncio.StreamReader, hear: Callable[[bytes], None]) -> None:
    """Let `hear` have every chunk before `reader` has it, and the empty one at the end."""
    feed_data, feed_eof = reader.feed_data, reader.feed_eof

    def feed(data: Iterable[SupportsIndex]) -> None:
        hear(bytes(data))
        feed_data(data)

    def end() -> None:
        hear(b"")
        feed_eof()

    reader.feed_data = feed
    reader.feed_eof = end
