"""Messages are taken from standard input however they arrive: at once, in pieces, after garbage."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import time
from collections.abc import Iterable, Mapping
from pathlib import Path

from tests.machines import headline

Message = Mapping[str, object]

INITIALIZE: Message = {
    "id": 1,
    "method": "initialize",
    "params": {"capabilities": {}, "processId": None},
}
STATUS: Message = {"id": 2, "method": "billingLens/status", "params": {}}
SHUTDOWN: Message = {"id": 3, "method": "shutdown"}
EXIT: Message = {"method": "exit"}


def framed(message: Message, header: str = "Content-Length: {}\r\n\r\n") -> bytes:
    body = json.dumps({"jsonrpc": "2.0", **message})
    return header.format(len(body)).encode() + body.encode()


def served(home: Path, pieces: Iterable[bytes]) -> tuple[int, list[int], str]:
    """Send `pieces` and end; return the exit code, the ids that were answered, and the log."""
    machine = headline().build(home)
    command = [sys.executable, "-m", "billing_lens", "serve"]
    pipe = subprocess.PIPE
    environment = {"HOME": str(machine.home), "PATH": "/usr/bin:/bin"}
    with subprocess.Popen(
        command, stdin=pipe, stdout=pipe, stderr=pipe, cwd=machine.cwd, env=environment
    ) as server:
        assert server.stdin is not None
        for piece in pieces:
            server.stdin.write(piece)
            server.stdin.flush()
            time.sleep(0.001)
        output, log = server.communicate()
    return server.returncode, [int(it) for it in re.findall(rb'"id":(\d+)', output)], log.decode()


def test_all_that_came_before_the_end_is_answered(tmp_path: Path) -> None:
    together = b"".join(map(framed, (INITIALIZE, STATUS, SHUTDOWN, EXIT)))
    assert served(tmp_path, [together]) == (0, [1, 2, 3], "")


def test_a_message_may_come_byte_by_byte(tmp_path: Path) -> None:
    together = b"".join(map(framed, (INITIALIZE, STATUS, SHUTDOWN, EXIT)))
    pieces = (together[at : at + 1] for at in range(len(together)))
    code, answered, _ = served(tmp_path, pieces)
    assert (code, answered) == (0, [1, 2, 3])


def test_headers_are_read_as_the_protocol_has_them(tmp_path: Path) -> None:
    typed = "Content-Type: application/vscode-jsonrpc; charset=utf-8\r\nContent-Length: {}\r\n\r\n"
    pieces = [framed(INITIALIZE, typed), framed(STATUS, "content-length:{}\r\n\r\n")]
    assert served(tmp_path, [*pieces, framed(EXIT)]) == (1, [1, 2], "")


def test_what_is_no_message_is_passed_over(tmp_path: Path) -> None:
    garbage = [
        b"hello\r\n\r\n",
        b"Content-Length: x\r\n\r\n",
        b"Content-Length: 3\r\n\r\n[1]",
        b"Content-Length: 1\r\n\r\n{",
    ]
    code, answered, log = served(
        tmp_path, [framed(INITIALIZE), *garbage, framed(STATUS), framed(EXIT)]
    )
    assert (code, answered) == (1, [1, 2])
    assert len(log.splitlines()) == 2


def test_an_endless_line_and_an_end_within_a_message_are_told(tmp_path: Path) -> None:
    code, answered, log = served(tmp_path, [b"x" * 100_000])
    assert (code, answered) == (1, [])
    assert "no language server protocol" in log
    code, _, log = served(tmp_path / "again", [framed(INITIALIZE), framed(SHUTDOWN)[:-3]])
    assert code == 1
    assert "ended within a message" in log
