"""Own files as they would be on the disk."""

from __future__ import annotations

import os
from pathlib import Path

from billing_lens.config.file import ConfigFile
from billing_lens.config.kinds import Kind
from billing_lens.machine.disk import Disk


def file_at(path: Path, kind: Kind = Kind.PREFERENCES) -> ConfigFile:
    """Return the file at `path` as it is read now."""
    return ConfigFile(str(path), kind, Disk().entry(str(path)))


def written(path: Path, text: str, modified_ns: int | None = None) -> ConfigFile:
    """Write a file, as of some time, and return it as it is read."""
    path.write_text(text, encoding="utf-8")
    if modified_ns is not None:
        os.utime(path, ns=(modified_ns, modified_ns))
    return file_at(path)
