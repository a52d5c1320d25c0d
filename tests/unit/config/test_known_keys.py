"""What is known about keys: all of them, and each claim with evidence that is there."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import get_args, get_type_hints

import pytest

from billing_lens.billing.environment import GROUPS
from billing_lens.billing.login import PLANS
from billing_lens.config.file import MODELS
from billing_lens.config.kinds import DECLARING_KINDS, Kind
from billing_lens.config.known_key import KnownKey, Sort
from billing_lens.config.known_keys import KNOWN_KEYS
from billing_lens.config.known_variables import KNOWN_VARIABLES
from billing_lens.config.models import ConfigModel, field_names
from billing_lens.config.secrets import SECRET_NAME

RECORDED = Path(__file__).parents[2] / "conformance"
ALL_KEYS = [key for keys in (*KNOWN_KEYS.values(), KNOWN_VARIABLES) for key in keys.values()]


def fields(model: type[ConfigModel], above: str = "") -> Iterator[str]:
    """The JSON Pointers of everything a model reads."""
    hints = get_type_hints(model)
    for name in field_names(model):
        yield f"{above}/{name}"
        for part in get_args(hints[name]):
            if isinstance(part, type) and issubclass(part, ConfigModel):
                yield from fields(part, f"{above}/{name}")


@pytest.mark.parametrize("kind", MODELS)
def test_every_key_that_is_read_is_known(kind: Kind) -> None:
    assert set(fields(MODELS[kind])) <= KNOWN_KEYS[kind].keys()


def test_every_variable_that_is_treated_apart_is_known() -> None:
    assert GROUPS.keys() <= KNOWN_VARIABLES.keys()


@pytest.mark.parametrize("kind", Kind)
def test_every_kind_of_file_has_known_keys(kind: Kind) -> None:
    """Those that say how the project runs elsewhere have the known variables."""
    assert (kind in KNOWN_KEYS) is not (kind in DECLARING_KINDS)


def test_the_recorded_cases_that_are_named_as_evidence_exist() -> None:
    names = set(recorded_names())
    named = {it for key in ALL_KEYS for it in key.evidence if not is_public(it)}
    assert len(named) > 50
    assert [it for it in named if not any(stands_for(it, name) for name in names)] == []


def recorded_names() -> Iterator[str]:
    for file in sorted(RECORDED.glob("*.jsonl")):
        for line in file.read_text().splitlines():
            yield json.loads(line).get("name") or ""


def is_public(evidence: str) -> bool:
    return (
        evidence.startswith("https://") or re.fullmatch(r"[\w-]+/[\w-]+#\d+", evidence) is not None
    )


def stands_for(pattern: str, name: str) -> bool:
    return re.fullmatch(".*".join(map(re.escape, pattern.split("…"))), name) is not None


@pytest.mark.parametrize("key", ALL_KEYS)
def test_a_meaning_is_a_sentence(key: KnownKey) -> None:
    for text in (key.meaning, *key.values.values()):
        assert text.endswith(".")
        assert text[0].isupper()
        assert text.count("`") % 2 == 0


def test_what_sounds_like_a_secret_is_never_shown_as_a_value() -> None:
    """Claude Code's own names for plain things that only sound like secrets are named here."""
    harmless = {"identity_token", "ANTHROPIC_IDENTITY_TOKEN_FILE", "refreshTokenExpiresAt"}
    harmless |= {"apiKeyHelper", "customApiKeyResponses", "organizationRateLimitTier"}
    for keys in (*KNOWN_KEYS.values(), KNOWN_VARIABLES):
        for pointer, key in keys.items():
            name = pointer.rpartition("/")[2]
            if SECRET_NAME.search(name) and name not in harmless:
                assert key.sort is Sort.TOKEN, name


def test_the_plans_are_those_the_login_is_judged_by() -> None:
    known = KNOWN_KEYS[Kind.CLAUDE_CREDENTIALS]["/claudeAiOauth/subscriptionType"]
    assert tuple(known.values) == PLANS
