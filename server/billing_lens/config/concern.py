"""Whether a project's file has to do with Claude Code at all; only then is it worth reading."""

from __future__ import annotations

import re

from billing_lens.config.entry import FileState
from billing_lens.config.file import ConfigFile
from billing_lens.config.kinds import DECLARING_KINDS

_CONCERNS = re.compile(rb"anthropic|claude|sk-ant-", re.IGNORECASE)


def concerns_claude(file: ConfigFile) -> bool:
    """Return whether a file that sets variables elsewhere mentions Claude or Anthropic."""
    readable = file.kind in DECLARING_KINDS and file.entry.state is FileState.REGULAR
    return readable and _CONCERNS.search(file.structure.data) is not None
