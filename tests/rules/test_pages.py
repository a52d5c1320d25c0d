"""Every rule has a page, and the page says of the rule what the rule says of itself."""

from __future__ import annotations

from pathlib import Path

import pytest

from billing_lens.cli.rules import page_of
from billing_lens.rules import RULES, Rule

PAGES = Path(__file__).parents[2] / "docs" / "rules"
README = PAGES.parents[1] / "README.md"


@pytest.mark.parametrize("rule", RULES.values(), ids=list(RULES))
def test_page_is_in_step_with_the_rule(rule: Rule) -> None:
    page = page_of(rule.id)

    assert page.startswith(f"# {rule.id}\n\n{rule.summary}\n")
    assert f"| severity | {rule.severity.value}" in page
    assert f"docs/rules/{rule.id}.md" in README.read_text(encoding="utf-8")
    for issue in rule.evidence:
        assert "#" not in issue or issue.rpartition("#")[2] in page


def test_no_page_without_a_rule() -> None:
    assert {page.stem for page in PAGES.glob("*.md")} == set(RULES)
