"""Begins a rule, so that only the rule itself is to be written: ``make rule NAME=my-rule``.

It writes the module, its test and its page from the templates beside this file, and adds the module
to those that are registered. What it writes runs, and finds a variable that nobody sets.
"""

from __future__ import annotations

import argparse
import re
from pathlib import Path
from string import Template

ROOT = Path(__file__).parents[1]
TEMPLATES = Path(__file__).with_name("rule_templates")

PAGE = "docs/rules/{id}.md"
REGISTERED = "server/billing_lens/rules/__init__.py"
BEGUN = {
    "rule.py.txt": "server/billing_lens/rules/{module}.py",
    "test.py.txt": "tests/rules/test_{module}.py",
    "page.md.txt": PAGE,
}
"""What is made of each template."""

_ID = re.compile(r"[a-z]+(-[a-z0-9]+)+")
_MODULES = re.compile(r"(?<=registers its rule\n)(?: {4}\w+,\n)+")


def begin(root: Path, identifier: str) -> list[str]:
    """Write all that a new rule needs below `root`, and return the paths from there.

    Raises:
        ValueError: the id is not of words divided by hyphens, or there is such a rule.
    """
    if not _ID.fullmatch(identifier):
        raise ValueError(f"a rule is called by two words or more, like-this, not {identifier!r}")
    module = identifier.replace("-", "_")
    paths = {name: path.format(id=identifier, module=module) for name, path in BEGUN.items()}
    for path in paths.values():
        if (root / path).exists():
            raise ValueError(f"there is {path} already")
    for name, path in paths.items():
        _write(root / path, name, identifier)
    _register(root / REGISTERED, module)
    return [*paths.values(), REGISTERED]


def write_page(root: Path, identifier: str) -> None:
    """Write a rule's page from the template; ``make pages`` adds what is made from the rule."""
    _write(root / PAGE.format(id=identifier), "page.md.txt", identifier)


def _write(path: Path, template: str, identifier: str) -> None:
    text = Template((TEMPLATES / template).read_text(encoding="utf-8"))
    path.write_text(text.substitute(id=identifier), encoding="utf-8")


def _register(path: Path, module: str) -> None:
    text = path.read_text(encoding="utf-8")
    found = _MODULES.search(text)
    assert found, f"{path} has no list of modules"
    lines = sorted({*found[0].splitlines(keepends=True), f"    {module},\n"})
    path.write_text(text[: found.start()] + "".join(lines) + text[found.end() :], encoding="utf-8")


def main() -> None:
    """Begin the rule that the command line names."""
    parser = argparse.ArgumentParser(prog="make rule", description="Begin a rule.")
    parser.add_argument("id", metavar="NAME", help="its id, words divided by hyphens")
    identifier = parser.parse_args().id
    try:
        written = begin(ROOT, identifier)
    except ValueError as error:
        parser.error(str(error))
    print("\n".join(("begun:", *(f"  {path}" for path in written))))
    print('What to do next stands under "A new rule" in CONTRIBUTING.md.')


if __name__ == "__main__":
    main()
