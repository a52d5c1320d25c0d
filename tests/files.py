"""Files that another program reads or writes at the same time."""

from __future__ import annotations

import json
import shutil
from pathlib import Path


def replace(path: Path, text: str) -> None:
    """Put a file in place as a whole, as Claude Code does: no reader sees half of it.

    Its folder is made where there is none, its mode is kept where there was a file.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f".{path.name}.new")
    fresh.write_bytes(text.encode())
    if path.exists():
        shutil.copymode(path, fresh)
    fresh.replace(path)


def json_in(path: Path) -> object:
    """What a file says, None while it is half written."""
    try:
        return json.loads(path.read_bytes())
    except ValueError:
        return None
