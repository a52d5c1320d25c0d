"""Every rule is registered, has its test and its page, and the page says what the rule says."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest

from billing_lens.output.rule_pages import page_of
from billing_lens.rules import RULES, Rule
from tests.conformance.recorded import recorded_cases
from tests.rules.pages import (
    HEADINGS,
    PAGES,
    README,
    ROOT,
    all_rules,
    with_generated,
    with_head,
)

MODULES = ROOT / "server/billing_lens/rules"
STALE = "run `make pages`, and commit what it writes"

each_rule = pytest.mark.parametrize("rule", RULES.values(), ids=list(RULES))


@cache
def page(rule: Rule) -> str:
    path = PAGES / f"{rule.id}.md"
    assert path.is_file(), f"docs/rules/{rule.id}.md is missing: run `make pages`, and write it"
    return path.read_text(encoding="utf-8")


def module_of(rule: Rule) -> str:
    return rule.id.replace("-", "_")


@pytest.mark.parametrize(
    "module",
    [it.stem for it in MODULES.glob("*.py") if "\n@rule(" in it.read_text(encoding="utf-8")],
)
def test_every_module_with_a_rule_is_registered(module: str) -> None:
    registered = {module_of(it) for it in RULES.values()}

    assert module in registered, f"import {module} in server/billing_lens/rules/__init__.py"


@each_rule
def test_a_rule_stands_in_the_module_of_its_name_and_has_a_test_of_its_own(rule: Rule) -> None:
    assert rule.check.__module__ == f"billing_lens.rules.{module_of(rule)}"
    test = Path(__file__).with_name(f"test_{module_of(rule)}.py")
    assert test.is_file(), f"write tests/rules/{test.name}; `make rule` would have begun it"


def test_the_rules_keep_their_order() -> None:
    """Among equally severe findings it decides which comes first."""
    assert list(RULES) == sorted(RULES)


@each_rule
def test_page_is_in_step_with_the_rule(rule: Rule) -> None:
    assert page(rule) == with_head(page(rule), rule), STALE
    parts = tuple(re.findall(r"^## (.*)$", page(rule), re.MULTILINE))
    assert parts == HEADINGS, f"a page has the parts {', '.join(HEADINGS)}"


def test_no_page_without_a_rule() -> None:
    assert {file.stem for file in PAGES.glob("*.md")} - {"README"} == set(RULES)


def test_the_list_has_every_rule() -> None:
    text = README.read_text(encoding="utf-8")

    assert text == with_generated(text, all_rules()), STALE


@cache
def names_of_recorded_runs() -> set[str]:
    return {case["name"] for case in recorded_cases()}


@each_rule
def test_recorded_runs_it_rests_on_are_there(rule: Rule) -> None:
    missing = {it for it in rule.evidence if "#" not in it} - names_of_recorded_runs()

    assert rule.evidence, (
        f"what is {rule.id} known from? Name recorded runs or issues in its `evidence`"
    )
    assert not missing, "neither an issue (#123) nor a run of tests/conformance has this name"


@each_rule
def test_page_is_printed_without_its_marks(rule: Rule) -> None:
    assert page(rule)
    assert "<!--" not in page_of(rule.id)
    assert rule.summary in page_of(rule.id)
