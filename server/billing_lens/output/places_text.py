"""Places as a person reads them, and as a terminal opens them."""

from __future__ import annotations

import os
from pathlib import Path

from billing_lens.billing.credential import Place
from billing_lens.billing.location import Location, locate
from billing_lens.billing.shell_startup import probably_set_in
from billing_lens.machine.machine import Machine
from billing_lens.output.columns import printable
from billing_lens.output.screen import Screen


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
