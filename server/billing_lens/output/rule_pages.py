"""The page of each rule, as it is shipped with the package."""

from __future__ import annotations

import re
from pathlib import Path

_PACKAGE = Path(__file__).parents[1]
_PAGES = (_PACKAGE / "rule_pages", _PACKAGE.parents[1] / "docs" / "rules")
"""Where the pages are in a wheel, and in a source checkout."""

_COMMENT = re.compile(r"<!--.*?-->\n+", re.DOTALL)
_MEANING = re.compile(r"^## What it means\n+(.+?)(?=\n\n|\Z)", re.DOTALL | re.MULTILINE)


def page_of(rule: str) -> str:
    """Return the Markdown page of a rule without its comments; a test sees that each has one."""
    folder = next(folder for folder in _PAGES if folder.is_dir())
    text = (folder / f"{rule}.md").read_text(encoding="utf-8")
    return _COMMENT.sub("", text).rstrip()


def meaning_of(page: str) -> str:
    """Return the first paragraph of "What it means" on one line; empty when there is none."""
    found = _MEANING.search(page)
    return " ".join(found[1].split()) if found else ""
