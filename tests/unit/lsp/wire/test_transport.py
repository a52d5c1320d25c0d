"""Messages are taken from standard input however they arrive: at once, in pieces, after garbage.

By pipes, which can be polled, and by one socket for input and output, which cannot: there a thread
copies the input, as on Windows.
"""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import BinaryIO, cast

import pytest

from billing_lens.lsp.wire.transport import can_be_polled
from tests.machines import headline

Message = Mapping[str, object]
Serve = Callable[..., tuple[int, list[int], str]]
"""Sends pieces and ends; returns the exit code, the ids that were answered, and the log."""

INITIALIZE: Message = {
    "id": 1,
    "method": "initialize",
    "params": {"capabilities": {}, "processId": None},
}
STATUS: Message = {"id": 2, "method": "billingLens/status", "params": {}}
SHUTDOWN: Message = {"id": 3, "method": "shutdown"}
EXIT: Message = {"method": "exit"}
MEGABYTE = 1 << 20


def framed(message: Message, header: str = "Content-Length: {}\r\n\r\n") -> bytes:
    body = json.dumps({"jsonrpc": "2.0", **message})
    return header.format(len(body)).encode() + body.encode()


@pytest.fixture(params=["pipes", "one socket"])
def served(request: pytest.FixtureRequest, tmp_path: Path) -> Serve:
    machine = headline().build(tmp_path / "machine")
    environment = {"HOME": str(machine.home), "PATH": "/usr/bin:/bin"}

    def serve(pieces: Iterable[bytes], *program: str) -> tuple[int, list[int], str]:
        ours, theirs = socket.socketpair()
        stream = theirs.fileno() if request.param == "one socket" else subprocess.PIPE
        with (
            ours,
            subprocess.Popen(
                [sys.executable, *(program or ("-m", "billing_lens", "serve"))],
                stdin=stream,
                stdout=stream,
                stderr=subprocess.PIPE,
                cwd=machine.cwd,
                env=environment,
            ) as server,
        ):
            theirs.close()
            into, out_of = server.stdin or ours.makefile("wb", 0), server.stdout
            for piece in pieces:
                into.write(piece)
                into.flush()
                time.sleep(0.001)
            if server.stdin is None:
                ours.shutdown(socket.SHUT_WR)
            into.close()
            output = (out_of or ours.makefile("rb")).read()
            assert server.stderr
            log = server.stderr.read().decode()
        return (
            server.returncode,
            [int(number) for number in re.findall(rb'"id":(\d+)', output)],
            log,
        )

    return serve


def test_all_that_came_before_the_end_is_answered(served: Serve) -> None:
    together = b"".join(map(framed, (INITIALIZE, STATUS, SHUTDOWN, EXIT)))
    assert served([together]) == (0, [1, 2, 3], "")


def test_a_message_may_come_byte_by_byte(served: Serve) -> None:
    together = b"".join(map(framed, (INITIALIZE, STATUS, SHUTDOWN, EXIT)))
    pieces = (together[at : at + 1] for at in range(len(together)))
    code, answered, _ = served(pieces)
    assert (code, answered) == (0, [1, 2, 3])


def test_headers_are_read_as_the_protocol_has_them(served: Serve) -> None:
    typed = "Content-Type: application/vscode-jsonrpc; charset=utf-8\r\nContent-Length: {}\r\n\r\n"
    pieces = [framed(INITIALIZE, typed), framed(STATUS, "content-length:{}\r\n\r\n")]
    assert served([*pieces, framed(EXIT)]) == (1, [1, 2], "")


def test_what_is_no_message_is_passed_over(served: Serve) -> None:
    garbage = [
        b"hello\r\n\r\n",
        b"Content-Length: x\r\n\r\n",
        b"Content-Length: 99999999999999\r\n\r\n",
        b"Content-Length: 3\r\n\r\n[1]",
        b"Content-Length: 1\r\n\r\n{",
    ]
    code, answered, log = served([framed(INITIALIZE), *garbage, framed(STATUS), framed(EXIT)])
    assert (code, answered) == (1, [1, 2])
    assert len(log.splitlines()) == 2


PEAK_IN_LOG = """
import sys
from billing_lens.cli.main import main

code = main(["serve"])
with open("/proc/self/status") as status:
    peak = next(line.split()[1] for line in status if line.startswith("VmHWM"))
print(peak, file=sys.stderr)
sys.exit(code)
"""
"""Kilobytes, of this program alone: ``ru_maxrss`` goes on from whoever started it."""


@pytest.mark.skipif(sys.platform != "linux", reason="the unit of memory is another elsewhere")
def test_an_endless_line_is_told_once_and_not_kept(served: Serve) -> None:
    line = [b"x" * MEGABYTE] * 200
    after = map(framed, (INITIALIZE, SHUTDOWN, EXIT))
    code, answered, log = served([*line, b"\r\n\r\n", *after], "-c", PEAK_IN_LOG)
    told, peak = log.splitlines()
    assert (code, answered) == (0, [1, 3])
    assert "no language server protocol" in told
    assert int(peak) * 1024 < 150 * MEGABYTE


def test_an_end_within_a_message_is_told(served: Serve) -> None:
    for end in (framed(SHUTDOWN)[:-3], framed(SHUTDOWN)[:5]):
        code, answered, log = served([framed(INITIALIZE), end])
        assert (code, answered) == (1, [1])
        assert "ended within a message" in log


def test_only_pipes_and_sockets_that_are_not_the_output_too_are_polled(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.touch()
    ours, theirs = socket.socketpair()
    source, target = os.pipe()
    with ours, theirs, file.open("rb") as plain, open(os.devnull, "wb") as nowhere:
        socket_in, socket_out = ours.makefile("rb", 0), ours.makefile("wb", 0)
        with os.fdopen(source, "rb") as pipe, os.fdopen(target, "wb") as other_end:
            assert can_be_polled(pipe, nowhere)
            assert not can_be_polled(pipe, other_end)
            assert can_be_polled(cast("BinaryIO", socket_in), nowhere)
            assert not can_be_polled(cast("BinaryIO", socket_in), cast("BinaryIO", socket_out))
            assert not can_be_polled(plain, nowhere)
