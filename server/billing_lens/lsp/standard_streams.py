"""Speaking over standard input and output, waiting on the event loop where the system can do that.

pygls waits for each line of a message in a thread. Going there and back six times is most of what a
keystroke costs, its change and its diagnostics being a message each.
"""

from __future__ import annotations

import asyncio
import logging
import os
import stat
import sys
from threading import Event
from typing import BinaryIO

from pygls.io_ import StdoutWriter, run_async
from pygls.lsp.server import LanguageServer

_BUFFERED_BYTES = 1 << 20
"""How much of a message is read ahead; a longer one is taken in as it comes."""

logger = logging.getLogger(__name__)


class _Reader(asyncio.StreamReader):
    """Input that is taken message by message, however many have come at once."""

    async def readexactly(self, n: int) -> bytes:
        """Return the body of a message once what handles the one before it has begun."""
        await asyncio.sleep(0)
        return await super().readexactly(n)


class StandardStreamsServer(LanguageServer):
    """A server whose input is polled where it can be."""

    def start_io(self, stdin: BinaryIO | None = None, stdout: BinaryIO | None = None) -> None:
        """Speak over these streams, by default the standard ones, until the client is done."""
        source: BinaryIO = stdin or sys.stdin.buffer
        target: BinaryIO = stdout or sys.stdout.buffer
        if not _can_be_polled(source, target):
            super().start_io(source, target)
            return
        self._stop_event = Event()
        self.protocol.set_writer(StdoutWriter(target))
        try:
            asyncio.run(self._take_messages(source, self._stop_event))
        except BrokenPipeError:
            logger.error("The client is gone.")  # noqa: TRY400 - there is nothing else to say
        except (KeyboardInterrupt, SystemExit):
            pass
        finally:
            self.shutdown()

    async def _take_messages(self, source: BinaryIO, stop: Event) -> None:
        reader = _Reader(_BUFFERED_BYTES)
        loop = asyncio.get_running_loop()
        await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), source)
        try:
            await run_async(stop, reader, self.protocol, error_handler=self.report_server_error)
        except asyncio.IncompleteReadError:
            logger.warning("The input ended within a message.")
        except ValueError:
            logger.error("The input is no language server protocol: a line never ends.")  # noqa: TRY400


def _can_be_polled(source: BinaryIO, target: BinaryIO) -> bool:
    """Whether the event loop can wait for input without making output fail.

    Input must not block then, and neither may what shares it: in a terminal, or where one socket is
    both, that is the output too. Windows cannot wait for the pipes of its processes.
    """
    if os.name != "posix":
        return False
    given, taken = os.fstat(source.fileno()), os.fstat(target.fileno())
    is_same = (given.st_dev, given.st_ino) == (taken.st_dev, taken.st_ino)
    return not is_same and (stat.S_ISFIFO(given.st_mode) or stat.S_ISSOCK(given.st_mode))
