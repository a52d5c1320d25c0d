"""Where a variable of the process was probably set: a line in a shell's start-up file."""

from __future__ import annotations

import re

from billing_lens.billing.place import Location, Place, locate
from billing_lens.config.file_entry import FileState
from billing_lens.config.paths import shell_startup_files
from billing_lens.machine.machine import Machine
from billing_lens.text.buffer import TextBuffer
from billing_lens.text.positions import PositionEncoding, Span


def locate_or_guess(
    machine: Machine, place: Place, encoding: PositionEncoding = PositionEncoding.UTF16
) -> Location | None:
    """Return where `place` is; for a variable of the process, the line that probably sets it."""
    located = locate(machine, place, encoding)
    if located is None and place.variable:
        return probably_set_in(machine, place.variable, encoding)
    return located


def probably_set_in(
    machine: Machine, variable: str, encoding: PositionEncoding = PositionEncoding.UTF16
) -> Location | None:
    """Return the last line that sets `variable`, in the first start-up file that has one.

    Only the name is marked, never the value. Understood are ``export NAME=``, ``NAME=``,
    ``typeset -x NAME=`` and fish's ``set -gx NAME``; comments are passed over.
    """
    name = re.escape(variable)
    assignment = re.compile(
        rf"^[^\S\n]*(?:(?:export|typeset|declare)\s+(?:-\S+\s+)*)?({name})="
        rf"|^[^\S\n]*set\s+(?:-\S+\s+)+({name})\s",
        re.MULTILINE,
    )
    for path in map(str, shell_startup_files(machine.home, machine.cwd)):
        entry = machine.entry(path)
        if entry.state is not FileState.REGULAR:
            continue
        buffer = TextBuffer(entry.data)
        matches = list(assignment.finditer(buffer.text))
        if matches:
            group = matches[-1].lastindex or 1
            before, found = buffer.text[: matches[-1].start(group)], matches[-1][group]
            start = len(before.encode("utf-8", "surrogatepass"))
            return Location(path, "", buffer.range(Span(start, start + len(found)), encoding))
    return None
