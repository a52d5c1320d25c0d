"""Whether a folder is trusted: whether the user said so to Claude Code, which asks for it."""

from __future__ import annotations

from pathlib import PurePath

from billing_lens.billing.login import state_file
from billing_lens.machine.machine import Machine
from billing_lens.text.json_document import JsonDocument
from billing_lens.text.json_pointer import pointer_of


def is_trusted(machine: Machine, folder: PurePath) -> bool:
    """Return whether Claude Code may follow what `folder`, or the folder it starts in, says.

    Kept in ``projects`` of the state file, by the folder Claude Code was started in (facts on the
    files; cases "apikey @ proj trusted"). A job of CI was set up for the project.
    """
    if machine.in_ci:
        return True
    file = state_file(machine)
    document = file.understood if file else None
    if not isinstance(document, JsonDocument) or document.problems:
        return False
    folders = (it for it in (machine.cwd, *machine.cwd.parents) if it.is_relative_to(folder))
    answers = (
        document.node(pointer_of("projects", str(it), "hasTrustDialogAccepted")) for it in folders
    )
    return any(answer is not None and answer.value is True for answer in answers)
