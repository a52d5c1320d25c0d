"""The real Claude Code: where it is, and how to ask it who pays. Nothing is run here.

It is asked only when the user says so: ``claude auth status`` may rewrite the state file.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Mapping, Sequence
from typing import cast

from msgspec import Struct

from billing_lens.machine.machine import Machine

ANSWER_SECONDS = 60
"""A state file that is a directory makes Claude Code hang; so long it may take to answer."""


class StatusCall(Struct, frozen=True):
    """One call of ``claude auth status``: arguments with the program first, folder, variables."""

    arguments: tuple[str, ...]
    cwd: str
    environment: Mapping[str, str]


def find_claude(machine: Machine, named: str | None = None) -> str | None:
    """Return the program's path, None when the machine's PATH does not lead to it."""
    return shutil.which(named or "claude", path=machine.environment.get("PATH"))


def status_call(
    machine: Machine, program: str, arguments: Sequence[str] = (), *, confined: bool = False
) -> StatusCall:
    """Return how to ask `program` about `machine`; `confined` to a home that is not ours."""
    environment = dict(machine.environment)
    if confined:
        environment["HOME"] = str(machine.home)
    environment.setdefault("PATH", os.defpath)
    return StatusCall((program, *arguments, "auth", "status"), str(machine.cwd), environment)


def read_status(output: bytes) -> Mapping[str, object] | None:
    """Return the status in what the program printed, None when that is no JSON object.

    The exit code does not tell: it is 1 when nobody is logged in.
    """
    try:
        status: object = json.loads(output)
    except ValueError:
        return None
    return cast("Mapping[str, object]", status) if isinstance(status, dict) else None
