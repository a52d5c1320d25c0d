"""Runs a command and prints its exit code, wall time and processor time (s) and peak memory (KiB).

This is a program of its own because Linux counts the memory of whoever starts a program as that
program's peak, and this one needs little: ``python -I -S launch.py COMMAND…``.
"""

import os
import sys
import time


def main(command: list[str]) -> None:
    """Run the command with its output thrown away."""
    quiet = [(os.POSIX_SPAWN_OPEN, stream, os.devnull, os.O_RDWR, 0) for stream in (0, 1, 2)]
    started = time.perf_counter()
    child = os.posix_spawn(command[0], command, os.environ, file_actions=quiet)
    _, status, usage = os.wait4(child, 0)
    seconds = time.perf_counter() - started
    processor = usage.ru_utime + usage.ru_stime
    print(os.waitstatus_to_exitcode(status), seconds, processor, usage.ru_maxrss)


if __name__ == "__main__":
    main(sys.argv[1:])
