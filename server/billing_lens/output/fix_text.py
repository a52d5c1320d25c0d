"""What a fix changes, as a diff in which every secret is masked."""

from __future__ import annotations

from collections.abc import Iterator

from billing_lens.fixes.fix import Change, CreateFile, EditFile, RenameFile, edited_text
from billing_lens.machine.machine import Machine
from billing_lens.output.redaction import Redactor, redact_json_text
from billing_lens.output.terminal import Paint, printable
from billing_lens.review import OfferedFix


def fix_text(machine: Machine, offer: OfferedFix, paint: Paint) -> str:
    """Return what a fix does: its title and a diff in which every secret is masked."""
    lines = [paint("bold", printable(offer.title))]
    for change in offer.fix.changes:
        lines.extend(_change_lines(machine, change, paint))
    return Redactor(machine).text("\n".join(lines))


def _change_lines(machine: Machine, change: Change, paint: Paint) -> Iterator[str]:
    if isinstance(change, RenameFile):
        yield paint("yellow", f"  rename {change.path}")
        yield paint("yellow", f"      to {change.to}")
        return
    file = machine.file(change.path)
    before = file.buffer.data if file and file.exists else b""
    after = edited_text(file, change) if file and isinstance(change, EditFile) else _created(change)
    import difflib  # noqa: PLC0415 only a fix needs it

    old, new = (_shown(data) for data in (before, after))
    for line in difflib.unified_diff(old, new, change.path, change.path, lineterm=""):
        style = {"+": "green", "-": "red", "@": "cyan"}.get(line[:1], "dim")
        yield paint(style, f"  {line}")


def _created(change: Change) -> bytes:
    return change.data if isinstance(change, CreateFile) else b""


def _shown(data: bytes) -> list[str]:
    text = redact_json_text(data.decode("utf-8", "replace"))
    return [printable(line) for line in text.splitlines()]
