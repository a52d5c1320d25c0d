"""What was changed on a machine and who paid before and after: for people and as JSON."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timezone
from pathlib import Path

from billing_lens.billing.sources import Billing
from billing_lens.fixes.journal import ChangedFile, Entry, KeptFinding
from billing_lens.output.contract import reports
from billing_lens.output.places_text import short_path
from billing_lens.output.redaction import redact_json_text
from billing_lens.output.terminal import Paint, lines_of, terminal_width
from billing_lens.review import Review, describe_payment

_STATES = {
    "applied": ("applied", "green"),
    "undone": ("undone", "dim"),
    "pending": ("cut off while it was applied", "yellow"),
}
_DONE = {"edit": "edited", "rename": "renamed", "create": "created"}


def payment_sentence(seen: Review, adverb: str, verdict: str = "") -> str:
    """Return "Claude Code now bills Claude Max 20x (as expected)", without the full stop.

    `verdict` is said instead of "not as expected".
    """
    route = seen.route
    payment = describe_payment(route)
    if route.billing is Billing.NONE:
        payment = f"bills nobody ({route.label[:1].lower()}{route.label[1:]})"
    note = {True: " (as expected)", False: f" ({verdict or 'not as expected'})", None: ""}
    return f"Claude Code {adverb} {payment}{note[seen.as_expected]}"


def changes_of(entries: Sequence[Entry]) -> reports.Changes:
    """Return what ``undo --list --json`` prints, the entries in the order given."""
    return reports.Changes(changes=tuple(map(_change, entries)))


def _change(entry: Entry) -> reports.Change:
    return reports.Change(
        id=entry.id,
        at=entry.at,
        state=entry.state,
        home=entry.home,
        claude_code=reports.ChangedWith(entry.claude_version or None),
        mode=entry.mode or None,
        rule=entry.rule,
        finding=_finding(entry.finding) if entry.finding else None,
        fix=entry.fix,
        title=redact_json_text(entry.title),
        files=tuple(
            reports.ChangedFile(action=file.action, path=file.path, to=file.to)
            for file in entry.files
        ),
        before=entry.before_route or None,
        after=entry.resulting_route,
        observed=entry.observed,
        as_expected=entry.as_expected,
    )


def _finding(kept: KeptFinding) -> reports.KeptFinding:
    place = reports.KeptPlace(path=kept.path, pointer=kept.pointer, variable=kept.variable)
    return reports.KeptFinding(redact_json_text(kept.message), place)


def changes_text(entries: Sequence[Entry], paint: Paint) -> str:
    """Return the entries as a person reads them, in the order given."""
    width = terminal_width()
    return "\n\n".join("\n".join(_entry_lines(entry, paint, width)) for entry in entries)


def _entry_lines(entry: Entry, paint: Paint, width: int) -> Iterator[str]:
    state, style = _STATES[entry.state]
    yield paint("bold", entry.id)
    yield f"  {local_time(entry.at)}, {paint(style, state)}, for {entry.rule}"
    yield from lines_of(f"  {redact_json_text(entry.title)}", width, "    ")
    for file in entry.files:
        yield paint("dim", f"  {_DONE[file.action]} {short_path(file.path, entry.home)}")
        if file.to:
            yield paint("dim", f"       to {short_path(file.to, entry.home)}")
    yield from lines_of(f"  {_payers(entry)}", width, "    ")


def _payers(entry: Entry) -> str:
    before = f"{entry.before_route} -> " if entry.before_route else "-> "
    verdict = {True: " (as expected)", False: " (not as expected)", None: ""}[entry.as_expected]
    promise = "" if entry.observed else " (promised, not looked at afterwards)"
    return redact_json_text(f"{before}{entry.resulting_route}{verdict}{promise}")


def local_time(at: str) -> str:
    """Return a time in UTC as the clock on the wall shows it; what is no time, as it is."""
    try:
        utc = datetime.strptime(at, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=timezone.utc)
        return utc.astimezone().strftime("%Y-%m-%d %H:%M")
    except (ValueError, OverflowError, OSError):
        return at


def put_back_lines(files: Sequence[ChangedFile]) -> Iterator[str]:
    """Yield what undoing did to each file."""
    for file in files:
        if file.action == "create":
            yield f"Removed {file.path}"
        elif file.to:
            yield f"Put back {file.path}, which was {Path(file.to).name}"
        else:
            yield f"Put back {file.path}"
