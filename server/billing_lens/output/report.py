"""A report on one machine to paste into an issue: all that matters, and nothing private."""

from __future__ import annotations

import platform
import re
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, cast

from msgspec import Struct

from billing_lens import __version__
from billing_lens.billing.error_messages import sorted_message
from billing_lens.config.file_entry import FileEntry
from billing_lens.config.kinds import Kind
from billing_lens.config.models import ClaudeSettings
from billing_lens.fixes.journal import Entry, Journal, journal_directory
from billing_lens.machine.claude_program import find_claude
from billing_lens.machine.machine import Machine
from billing_lens.output.changes import changes_document
from billing_lens.output.json import SCHEMA, Document, status_document
from billing_lens.output.redaction import Redactor, redact_json_text
from billing_lens.review import Review

CHANGES_SHOWN = 20
MODEL = "ANTHROPIC_MODEL"

_ADDRESS = re.compile(r"[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")
_IDENTIFIER = re.compile(
    r"\b([0-9a-f]{8})-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b"
    r"|\b((?:wrkspc|fdrl|svac|org|user)_\w{1,8})\w*",
    re.IGNORECASE,
)


class Circumstances(Struct, frozen=True):
    """What a report needs to know besides the machine.

    `command` is the path of the ``claude`` that would run, `error` a message of its own.
    """

    command: str | None = None
    changes: Sequence[Entry] = ()
    error: str | None = None


def circumstances_of(
    machine: Machine, error: str | None, *, confined: bool = False
) -> Circumstances:
    """Return what is around a machine; `confined` to a home that is not ours, which has no PATH."""
    home = str(machine.home)
    journal = Journal(journal_directory(Path(home)))
    changes = tuple(entry for entry in journal.entries() if entry.home == home)
    return Circumstances(None if confined else find_claude(machine), changes, error)


def report_document(seen: Review, around: Circumstances) -> Document:
    """Return the report as JSON.

    Secrets are gone, e-mail addresses hidden, ids cut to 8 characters, the home is ``~``.
    """
    machine, status = seen.machine, status_document(seen)
    document: Document = {
        "schema": SCHEMA,
        "billingLens": {"version": __version__, "python": platform.python_version()},
        "claudeCode": {**status["claudeCode"], "command": around.command},
        "platform": {
            "looked at": machine.platform.value,
            "running on": f"{sys.platform} {platform.release()} {platform.machine()}",
        },
        "provider": seen.route.provider or "anthropic",
        "model": list(_models(machine)),
        "mode": status["mode"],
        "route": status["route"],
        "otherMode": status["otherMode"],
        "environments": status["environments"],
        "expected": status["expected"],
        "asExpected": status["asExpected"],
        "credentials": status["credentials"],
        "findings": status["findings"],
        "lastAccountChange": status["lastAccountChange"],
        "changes": changes_document(around.changes[-CHANGES_SHOWN:])["changes"],
        "files": [_file(file.entry, file.kind) for file in machine.files.values() if file.exists],
        "triage": _triage(around.error),
    }
    return cast("Document", _private(document, machine))


def _models(machine: Machine) -> Iterator[Document]:
    """Yield the model that each place names; which one counts does not change who pays."""
    if machine.environment.get(MODEL):
        yield {"model": machine.environment[MODEL], "from": MODEL}
    for file in machine.files_of(Kind.CLAUDE_SETTINGS):
        settings = file.model(ClaudeSettings) or ClaudeSettings()
        variable = (settings.env or {}).get(MODEL)
        if variable:
            yield {"model": variable, "from": f"{MODEL} in {file.path}"}
        if settings.model:
            yield {"model": settings.model, "from": file.path}


def _file(entry: FileEntry, kind: Kind) -> Document:
    return {
        "path": entry.path,
        "kind": kind.value,
        "state": entry.state.value,
        "mode": f"{entry.mode:04o}" if entry.mode is not None else None,
        "bytes": len(entry.data),
        "link": entry.link_target is not None,
    }


def _triage(error: str | None) -> Document | None:
    if error is None:
        return None
    known = sorted_message(error)
    if known is None:
        return {"class": None, "meaning": "No message of Claude Code's is known in this text."}
    return {
        "class": known.failure.value,
        "meaning": known.meaning,
        "oursToFix": known.ours,
        "source": known.source,
    }


def _private(value: Any, machine: Machine) -> Any:
    """Return `value` with every text in it fit for strangers."""
    redactor, home = Redactor(machine), str(machine.home)

    def clean(it: Any) -> Any:
        if isinstance(it, str):
            return _for_strangers(redactor.text(it), home)
        if isinstance(it, list):
            return [clean(item) for item in cast("list[Any]", it)]
        if isinstance(it, dict):
            return {name: clean(item) for name, item in cast("dict[str, Any]", it).items()}
        return it

    return clean(value)


def _for_strangers(text: str, home: str) -> str:
    below = re.compile(re.escape(home) + r"(?=$|[/\\\s:,;'\")])") if len(home) > 1 else None
    text = below.sub("~", text) if below else text
    text = _ADDRESS.sub("(e-mail address)", redact_json_text(text))
    return _IDENTIFIER.sub(lambda found: f"{found[1] or found[2]}…", text)
