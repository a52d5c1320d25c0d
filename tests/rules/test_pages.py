"""Every rule has a page; it says what the rule says of itself, and its examples hold."""

from __future__ import annotations

import re

import pytest

from billing_lens.output.rule_pages import page_of
from billing_lens.rules import RULES, Rule
from tests.conformance.recorded import recorded_cases
from tests.rules.pages import (
    HEADINGS,
    MANIFEST,
    PAGES,
    POLICY_SCHEMA,
    README,
    generated,
    manifest_with_rules,
    policy_schema_with_rules,
    readme_list,
    with_generated,
)

each_rule = pytest.mark.parametrize("rule", RULES.values(), ids=list(RULES))


def page(rule: Rule) -> str:
    return (PAGES / f"{rule.id}.md").read_text(encoding="utf-8")


@each_rule
def test_page_is_in_step_with_the_rule(rule: Rule) -> None:
    text = page(rule)

    assert text.startswith(f"# {rule.id}\n\n{rule.summary}\n")
    assert text == with_generated(text, generated(rule)), "run `make pages`"
    assert tuple(re.findall(r"^## (.*)$", text, re.MULTILINE)) == HEADINGS


def test_no_page_without_a_rule() -> None:
    assert {file.stem for file in PAGES.glob("*.md")} == set(RULES)


def test_readme_lists_every_rule() -> None:
    text = README.read_text(encoding="utf-8")

    assert text == with_generated(text, readme_list()), "run `make pages`"


def test_the_editors_settings_know_every_rule() -> None:
    text = MANIFEST.read_text(encoding="utf-8")

    assert text == manifest_with_rules(text), "run `make pages`"


def test_the_policys_schema_knows_every_rule() -> None:
    text = POLICY_SCHEMA.read_text(encoding="utf-8")

    assert text == policy_schema_with_rules(text), "run `make pages`"


@each_rule
def test_recorded_runs_it_rests_on_are_there(rule: Rule) -> None:
    names = {case["name"] for case in recorded_cases()}
    missing = [it for it in rule.evidence if "#" not in it and it not in names]

    assert not missing
    assert rule.evidence


@each_rule
def test_page_is_printed_without_its_marks(rule: Rule) -> None:
    assert "<!--" not in page_of(rule.id)
    assert rule.summary in page_of(rule.id)
