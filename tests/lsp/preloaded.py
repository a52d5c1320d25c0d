"""``billing-lens serve`` with its imports done beforehand, for the many tests that start a server.

Importing is most of a start: lsprotocol and pydantic build their classes anew each time. Here one
process imports once and forks for each server. The program that a test starts hands its streams,
variables and folder over to the fork and ends as the fork ends.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import sys

KEEP = "--keep"
READY = b"ready\n"


def keep(address: str) -> None:
    """Import, say so on standard output, then fork a server for whoever connects."""
    import billing_lens.lsp.server  # noqa: F401, PLC0415  # pyright: ignore[reportUnusedImport]

    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(address)
        listening.listen()
        os.write(sys.stdout.fileno(), READY)
        while True:
            connection, _ = listening.accept()
            if os.fork() == 0:
                listening.close()
                _serve(connection)
            connection.close()


def _serve(connection: socket.socket) -> None:
    from billing_lens.cli.main import main  # noqa: PLC0415

    message, streams, _, _ = socket.recv_fds(connection, 1 << 16, 3)
    environment, folder = json.loads(message)
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
        os.close(stream)
    # The old ones remember whether they could seek.
    sys.stdin = os.fdopen(0, encoding="utf-8", closefd=False)
    sys.stdout = os.fdopen(1, "w", encoding="utf-8", closefd=False)
    sys.stderr = os.fdopen(2, "w", encoding="utf-8", closefd=False, buffering=1)
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(folder)
    code = main(["serve"])
    connection.send(bytes([code]))
    os._exit(code)


def be_served(address: str) -> int:
    """Hand everything over; the exit code of the server, 255 when it ended without one."""
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(address)
        message = json.dumps([dict(os.environ), os.getcwd()]).encode()
        socket.send_fds(connection, [message], [0, 1, 2])
        for stream in (0, 1, 2):
            os.close(stream)
        return (connection.recv(1) or b"\xff")[0]


if __name__ == "__main__":
    if sys.argv[1] == KEEP:
        keep(sys.argv[2])
    os._exit(be_served(sys.argv[1]))
