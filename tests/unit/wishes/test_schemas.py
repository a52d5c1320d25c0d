"""The generated schemas and settings are fresh, and judge as the program does."""

from __future__ import annotations

import json

import pytest
import tomlkit
from jsonschema import Draft7Validator

from billing_lens.billing.expectation import EXPECTABLE
from billing_lens.billing.sources import Source
from billing_lens.config.kinds import Kind
from billing_lens.config.known_keys import KNOWN_KEYS
from billing_lens.rules import RULES
from billing_lens.wishes.reading import read_wishes
from billing_lens.wishes.severity import LEVELS
from scripts.settings_schemas import DOCUMENTS, MANIFEST, generated, schema_of

KINDS = list(DOCUMENTS)


def test_what_is_generated_is_fresh() -> None:
    for path, text in generated():
        assert path.read_text(encoding="utf-8") == text, f"run `make pages`: {path.name}"


@pytest.mark.parametrize("kind", KINDS)
def test_a_schema_is_one_and_says_what_each_part_is(kind: Kind) -> None:
    schema = schema_of(kind)

    Draft7Validator.check_schema(schema)
    assert schema["description"]
    for section in schema["properties"].values():
        assert section["description"]
        assert all(key["description"] for key in section.get("properties", {}).values())


def test_the_words_are_all_that_are_known_and_mean_something() -> None:
    expected, rules, allowed = (
        schema_of(Kind.TEAM_POLICY)["properties"][it] for it in ("expected", "rules", "allowed")
    )
    known = KNOWN_KEYS[Kind.PREFERENCES]

    assert tuple(expected["properties"]["billing"]["enum"]) == EXPECTABLE
    assert tuple(known["/expected/billing"].values) == EXPECTABLE
    assert tuple(rules["additionalProperties"]["enum"]) == LEVELS
    assert tuple(known["/rules/*"].values) == LEVELS
    assert rules["propertyNames"]["enum"] == list(RULES)
    sources = allowed["properties"]["sources"]["items"]["enum"]
    assert sources == [it.value for it in Source if it is not Source.NONE]


def test_the_editors_settings_are_those_of_the_file() -> None:
    manifest = json.loads(MANIFEST.read_text(encoding="utf-8"))
    settings = manifest["contributes"]["configuration"]["properties"]
    properties = schema_of(Kind.PREFERENCES)["properties"]

    billing = settings["billingLens.expected.billing"]
    assert billing["enum"] == ["", *properties["expected"]["properties"]["billing"]["enum"]]
    assert (
        len(billing["enum"]) == len(billing["enumItemLabels"]) == len(billing["enumDescriptions"])
    )
    assert settings["billingLens.rules"]["propertyNames"] == properties["rules"]["propertyNames"]
    assert [it["order"] for it in settings.values()] == list(range(1, len(settings) + 1))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "text",
    [
        "",
        '[expected]\nbilling = "any"\norganization = "1-1"\n',
        '[expected]\nbilling = ""\n',
        "[expected]\norganization = 1\n",
        '[rules]\nprofile-drift = "off"\n',
        '[rules]\nprofile-drift = "OFF"\n',
        "rules = []\n",
        "[allowed]\n",
        "[allowed]\nsources = []\n",
        '[allowed]\nsources = ["profile", "profile"]\n',
        '[allowed]\nsources = ["none"]\n',
        '[allowed]\nsources = "profile"\n',
        "other = 1\n",
    ],
)
def test_it_accepts_what_the_program_does(kind: Kind, text: str) -> None:
    problems = read_wishes(kind, text.encode()).problems
    validator = Draft7Validator(schema_of(kind))

    accepts = validator.is_valid(tomlkit.parse(text).unwrap())  # pyright: ignore[reportUnknownMemberType]
    assert accepts is not bool(problems)
