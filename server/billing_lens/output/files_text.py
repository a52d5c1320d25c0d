"""Which files were looked at, for ``--verbose``."""

from __future__ import annotations

from collections.abc import Iterator

from billing_lens.machine.machine import Machine
from billing_lens.output.places_text import short_path
from billing_lens.output.screen import Screen


def files_lines(machine: Machine, screen: Screen) -> Iterator[str]:
    """Yield every config file that was looked for, what it is, and whether it is there."""
    yield "Files looked at:"
    home = str(machine.home)
    files = sorted(machine.files.values(), key=lambda file: (not file.exists, file.path))
    kinds = {file.path: _kind(file.kind.value, file.scope) for file in files}
    width = max(map(len, kinds.values()), default=0)
    for file in files:
        path = short_path(file.path, home)
        if file.exists:
            yield f"  {kinds[file.path]:{width}}  {screen.links(path, file.path)}"
        else:
            yield screen.paint("dim", f"  {kinds[file.path]:{width}}  {path} (not there)")
    yield ""


def _kind(kind: str, scope: object) -> str:
    return f"{kind} ({getattr(scope, 'value', scope)})" if scope else kind
