"""A report on one machine to paste into an issue: all that matters, and nothing private."""

from __future__ import annotations

import platform
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from msgspec import Struct

from billing_lens import __version__
from billing_lens.billing.error_messages import sorted_message
from billing_lens.config.file_entry import FileEntry
from billing_lens.config.kinds import Kind
from billing_lens.config.models import ClaudeSettings
from billing_lens.fixes.journal import Entry, Journal, journal_directory
from billing_lens.machine.claude_program import find_claude
from billing_lens.machine.machine import Machine
from billing_lens.output.changes import changes_of
from billing_lens.output.contract import reports
from billing_lens.output.json import status_of
from billing_lens.output.redaction import Redactor, redact_json_text, with_texts
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
    spent: tuple[reports.RecentUse, ...] = ()


def circumstances_of(
    machine: Machine, error: str | None, *, confined: bool = False
) -> Circumstances:
    """Return what is around a machine; `confined` to a home that is not ours, which has no PATH."""
    home = str(machine.home)
    journal = Journal(journal_directory(Path(home)))
    changes = tuple(entry for entry in journal.entries() if entry.home == home)
    return Circumstances(None if confined else find_claude(machine), changes, error)


def report_of(seen: Review, around: Circumstances) -> reports.Report:
    """Return the report.

    Its texts are fit for strangers: secrets masked, addresses hidden, ids cut to 8 characters, the
    home is ``~``.
    """
    machine, status = seen.machine, status_of(seen)
    claude = status.claude_code
    report = reports.Report(
        billing_lens=reports.BillingLens(__version__, platform.python_version()),
        claude_code=reports.InstalledClaudeCode(
            version=claude.version,
            origin=claude.origin,
            label=claude.label,
            command=around.command,
        ),
        platform=reports.Platforms(
            looked_at=machine.platform.value,
            running_on=f"{sys.platform} {platform.release()} {platform.machine()}",
        ),
        provider=seen.route.provider or "anthropic",
        model=tuple(_models(machine)),
        mode=status.mode,
        route=status.route,
        other_mode=status.other_mode,
        environments=status.environments,
        expected=status.expected,
        as_expected=status.as_expected,
        credentials=status.credentials,
        findings=status.findings,
        last_account_change=status.last_account_change,
        changes=changes_of(around.changes[-CHANGES_SHOWN:]).changes,
        files=tuple(_file(it.entry, it.kind) for it in machine.files.values() if it.exists),
        spent=around.spent,
        triage=_triage(around.error) if around.error is not None else None,
    )
    return with_texts(report, for_strangers(machine))


def _models(machine: Machine) -> Iterator[reports.Model]:
    """Yield the model that each place names; which one counts does not change who pays."""
    if machine.environment.get(MODEL):
        yield reports.Model(machine.environment[MODEL], MODEL)
    for file in machine.files_of(Kind.CLAUDE_SETTINGS):
        settings = file.model(ClaudeSettings) or ClaudeSettings()
        variable = (settings.env or {}).get(MODEL)
        if variable:
            yield reports.Model(variable, f"{MODEL} in {file.path}")
        if settings.model:
            yield reports.Model(settings.model, file.path)


def _file(entry: FileEntry, kind: Kind) -> reports.PresentFile:
    return reports.PresentFile(
        path=entry.path,
        kind=kind,
        state=entry.state,
        mode=f"{entry.mode:04o}" if entry.mode is not None else None,
        bytes=len(entry.data),
        link=entry.link_target is not None,
    )


def _triage(error: str) -> reports.Triage:
    known = sorted_message(error)
    if known is None:
        meaning = "No message of Claude Code's is known in this text."
        return reports.Triage(failure=None, meaning=meaning)
    return reports.Triage(
        failure=known.failure, meaning=known.meaning, ours_to_fix=known.ours, source=known.source
    )


def for_strangers(machine: Machine) -> Callable[[str], str]:
    """Return what makes a text fit for strangers: no secret or address, ids cut, the home ``~``."""
    redactor, home = Redactor(machine), str(machine.home)
    below = re.compile(re.escape(home) + r"(?=$|[/\\\s:,;'\")])") if len(home) > 1 else None

    def changed(text: str) -> str:
        text = redactor.text(text)
        text = below.sub("~", text) if below else text
        text = _ADDRESS.sub("(e-mail address)", redact_json_text(text))
        return _IDENTIFIER.sub(lambda found: f"{found[1] or found[2]}…", text)

    return changed
