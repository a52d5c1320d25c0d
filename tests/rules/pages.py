"""The parts of the rules' pages that are made from the rules, and the examples that stand in them.

``python -m tests.rules.pages`` (``make pages``) writes the made parts and the list of all rules
anew. A page that is missing is begun.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from billing_lens.rules import RULES, Rule
from scripts.new_rule import write_page
from tests.machines import MadeUpMachine, headline

ROOT = Path(__file__).parents[2]
PAGES = ROOT / "docs" / "rules"
README = PAGES / "README.md"

START, END = "<!-- generated: do not edit -->", "<!-- end of generated -->"
HEADINGS = ("What it means", "Who pays", "Why it happens", "How to fix it", "Bad", "Good")

_MACHINE = re.compile(r"<!-- machine: (\w+) (\S+) -->")
_MODE = re.compile(r"<!-- mode: (\d+) -->")
_FILE = re.compile(r"^`~/([^`]+)`:\n\n```(?:json|toml|yaml)\n(.*?)\n```$", re.MULTILINE | re.DOTALL)
_EXPORT = re.compile(r"^export (\w+)=(.*)$", re.MULTILINE)
_PROFILE_FILES = ".config/anthropic/"


def generated(rule: Rule) -> str:
    """Return the made part of a rule's page, with its marks."""
    issues = [_linked(it) for it in rule.evidence if "#" in it]
    runs = [f"`{it}`" for it in rule.evidence if "#" not in it]
    rows = [
        ("severity", f"{rule.severity.value} at worst"),
        ("Claude Code", rule.versions.text or "every version"),
        *((("reports", ", ".join(issues)),) if issues else ()),
        *((("recorded runs", ", ".join(runs)),) if runs else ()),
    ]
    table = "\n".join(("| | |", "|---|---|", *(f"| {name} | {text} |" for name, text in rows)))
    return f"{START}\n\n{table}\n\n{END}"


def _linked(issue: str) -> str:
    repository, _, number = issue.partition("#")
    return f"[{issue}](https://github.com/{repository}/issues/{number})"


def head(rule: Rule) -> str:
    """Return all of a rule's page that stands above its six parts."""
    return f"# {rule.id}\n\n{rule.summary}\n\n{generated(rule)}"


def all_rules() -> str:
    """Return the made part of the list of all rules, with its marks."""
    payers = [it for it in RULES.values() if it.explains_route]
    others = [it for it in RULES.values() if not it.explains_route]
    tables = (("Why the wrong one pays", payers), ("What else is wrong", others))
    parts = [f"## {title}\n\n{_table(rules)}" for title, rules in tables]
    return "\n\n".join((START, *parts, END))


def _table(rules: Iterable[Rule]) -> str:
    titles = ("rule", "at worst", "Claude Code", "what it finds")
    rows = (
        (f"[{it.id}]({it.id}.md)", it.severity.value, it.versions.text or "every", it.summary)
        for it in rules
    )
    return "\n".join(f"| {' | '.join(row)} |" for row in (titles, ("---",) * len(titles), *rows))


def with_generated(text: str, part: str) -> str:
    """Return `text` with `part` between its marks."""
    before, _, rest = text.partition(START)
    return before + part + rest.partition(END)[2]


def with_head(page: str, rule: Rule) -> str:
    """Return a rule's page with all of it made anew that is made from the rule."""
    return head(rule) + page.partition(END)[2]


@dataclass(frozen=True)
class Example:
    """One example of a page as a machine, and the version of Claude Code it is about."""

    machine: MadeUpMachine
    version: str


def example(page: str, heading: str, secret: str = "…") -> Example:
    """Return the machine that the example under `heading` ("Bad" or "Good") describes.

    Files stand under their names, variables as ``export`` lines; the comment under "Bad" says which
    machine they are added to. `secret` takes the place of the dots that a secret ends in there.
    """
    found = _MACHINE.search(page)
    assert found, "the page says no machine"
    section = page.partition(f"\n## {heading}\n")[2].partition("\n## ")[0].replace("…", secret)
    mode = _MODE.search(section)
    files: dict[str, object] = {}
    for path, text in _FILE.findall(section):
        details = {"content": text, "mode": mode[1]} if mode else {"content": text}
        files[path] = {"__file__": details}
    machine = _bases()[found[1]].with_files(files).with_env(**dict(_EXPORT.findall(section)))
    return Example(machine, found[2])


def _bases() -> dict[str, MadeUpMachine]:
    whole = headline()
    profile = [path for path in whole.files if path.startswith(_PROFILE_FILES)]
    return {
        "headline": whole,
        "login": whole.without(*profile),
        "empty": whole.without(*whole.files),
    }


def main() -> None:
    """Write the made part of every page, of the list of rules anew."""
    for rule in RULES.values():
        page = PAGES / f"{rule.id}.md"
        if not page.is_file():
            write_page(ROOT, rule.id)
            print(f"begun: docs/rules/{page.name}; what each part has to say stands in it")
        page.write_text(with_head(page.read_text("utf-8"), rule), encoding="utf-8")
    README.write_text(with_generated(README.read_text("utf-8"), all_rules()), encoding="utf-8")


if __name__ == "__main__":
    main()
