"""Places as a person reads them, and as a terminal opens them."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

from billing_lens.billing.place import Location, Place, locate
from billing_lens.billing.shell_startup import probably_set_in
from billing_lens.machine.machine import Machine
from billing_lens.output.terminal import Paint, Screen, printable


def short_path(path: str, home: str) -> str:
    """Return a path in our own home with ~, as shells understand it; others in full."""
    own = str(Path.home())
    if os.name == "posix" and home == own and path.startswith(f"{own}/"):
        path = f"~{path[len(own) :]}"
    return printable(path)


def place_text(machine: Machine, place: Place, screen: Screen) -> str:
    """Return ``path:line:column`` (1-based), a variable with where it is set, or the keychain."""
    located = locate(machine, place)
    if located is None and place.variable:
        line = probably_set_in(machine, place.variable)
        origin = f", probably set in {_position(machine, line, screen)}" if line else ""
        return f"{printable(place.variable)} in the environment{origin}"
    if place.keychain:
        return f"{printable(place.keychain)} in the keychain"
    if located is None:
        return ""
    position = _position(machine, located, screen)
    return f"{printable(place.variable)} in {position}" if place.variable else position


def _position(machine: Machine, location: Location, screen: Screen) -> str:
    line, character = location.range.start
    path = short_path(location.path, str(machine.home))
    return screen.links(f"{path}:{line + 1}:{character + 1}", location.path, line + 1)


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


Again = Callable[..., str]
"""Takes the words of a command and returns the line to copy, with this run's machine options."""


def command_lines(command: str, paint: Paint) -> Iterator[str]:
    """Yield a command of ours, and a reminder where a secret was left out of it."""
    yield f"  {paint('bold', printable(command))}"
    if "••••" in command:
        yield "  Put the secrets in again where •••• stands."
