"""Models take what is right, name what is wrong by its place, and never show a value."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, get_type_hints

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing_lens.config.models import (
    ClaudeCredentials,
    ClaudeSettings,
    ClaudeState,
    ConfigModel,
    Profile,
    ProfileCredentials,
    read_model,
)
from tests.machines import CANARY, assert_no_canary

JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.just(CANARY),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["str", "list[str]", "0", "env", "a"]), inner, max_size=3)
    ),
    max_leaves=6,
)
MODELS: list[type[ConfigModel]] = [
    Profile,
    ProfileCredentials,
    ClaudeCredentials,
    ClaudeState,
    ClaudeSettings,
]


def documents(model: type[ConfigModel]) -> st.SearchStrategy[dict[str, Any]]:
    """Return objects with the fields of `model` and anything at all in them, one level down too."""
    fields: dict[str, st.SearchStrategy[Any]] = {}
    for name, annotation in get_type_hints(model).items():
        nested = [part for part in _types_in(annotation) if issubclass(part, ConfigModel)]
        fields[name] = JSON_VALUES | (documents(nested[0]) if nested else JSON_VALUES)
    return st.fixed_dictionaries({}, optional=fields)


def _types_in(annotation: Any) -> Iterator[type]:
    parts = getattr(annotation, "__args__", (annotation,))
    return (part for part in parts if isinstance(part, type))


@given(st.sampled_from(MODELS).flatmap(lambda model: st.tuples(st.just(model), documents(model))))
def test_any_object_can_be_read_and_no_message_shows_a_value(
    pair: tuple[type[ConfigModel], dict[str, Any]],
) -> None:
    model, document = pair

    read, wrong = read_model(model, document)

    assert isinstance(read, model)
    for pointer, message in wrong:
        assert pointer.partition("/")[0] == ""
        assert_no_canary(message)


@pytest.mark.parametrize("value", [[], "text", 1, None, True])
def test_what_is_no_object_is_wrong_as_a_whole(value: object) -> None:
    assert read_model(Profile, value) == (Profile(), (("", "should be a JSON object"),))


@pytest.mark.parametrize(
    ("model", "value", "wrong"),
    [
        (Profile, {"organization_id": 7}, ("/organization_id", "should be a string")),
        (Profile, {"authentication": []}, ("/authentication", "should be a JSON object")),
        (
            Profile,
            {"authentication": {"type": True}},
            ("/authentication/type", "should be a string"),
        ),
        (ProfileCredentials, {"expires_at": "1"}, ("/expires_at", "should be a number")),
        (ClaudeState, {"oauthAccount": "x"}, ("/oauthAccount", "should be a JSON object")),
        (
            ClaudeState,
            {"customApiKeyResponses": {"approved": ["a", 1]}},
            ("/customApiKeyResponses/approved/1", "should be a string"),
        ),
        (ClaudeSettings, {"env": [CANARY]}, ("/env", "should be a JSON object")),
    ],
)
def test_one_wrong_type_is_named_by_its_pointer(
    model: type[ConfigModel], value: object, wrong: tuple[str, str]
) -> None:
    assert read_model(model, value)[1] == (wrong,)


def test_the_right_parts_beside_a_wrong_one_are_kept() -> None:
    value = {"organization_id": 7, "workspace_id": "w", "authentication": {"type": "user_oauth"}}

    read, _ = read_model(Profile, value)

    assert read.organization_id is None
    assert read.workspace_id == "w"
    assert read.authentication is not None
    assert read.authentication.type == "user_oauth"


def test_a_wrong_value_where_two_types_are_allowed_spoils_nothing_around_it() -> None:
    value = {"claudeAiOauth": {"accessToken": "a", "scopes": 5, "subscriptionType": "max"}}

    read, wrong = read_model(ClaudeCredentials, value)

    assert [pointer for pointer, _ in wrong] == ["/claudeAiOauth/scopes"]
    assert read.claudeAiOauth is not None
    assert read.claudeAiOauth.accessToken == "a"


def test_scopes_may_be_a_list_or_a_string() -> None:
    for scopes in (["user:inference"], "user:inference"):
        read, wrong = read_model(ClaudeCredentials, {"claudeAiOauth": {"scopes": scopes}})
        assert wrong == ()
        assert read.claudeAiOauth is not None
        assert read.claudeAiOauth.scopes == scopes


@pytest.mark.parametrize(
    ("value", "text"), [(1, "1"), (True, "true"), (False, "false"), (1.5, "1.5"), ("", "")]
)
def test_numbers_and_booleans_in_env_count_as_their_text(value: object, text: str) -> None:
    read, wrong = read_model(ClaudeSettings, {"env": {"A": value}})

    assert wrong == ()
    assert read.env == {"A": text}


@pytest.mark.parametrize(
    ("value", "text"),
    [(None, "null"), ([], ""), ([1, "a"], "1,a"), ({"a": 1}, "[object Object]"), (1.0, "1")],
)
def test_other_values_in_env_are_written_as_javascript_does(value: object, text: str) -> None:
    read, wrong = read_model(ClaudeSettings, {"env": {"A": value, "B": "b"}})

    assert wrong == ()
    assert read.env == {"A": text, "B": "b"}


def test_half_a_surrogate_pair_where_no_text_belongs_is_a_wrong_type() -> None:
    assert read_model(ClaudeSettings, {"env": "\ud800"})[1] == (
        ("/env", "should be a JSON object"),
    )


def test_unknown_fields_are_neither_wrong_nor_kept() -> None:
    read, wrong = read_model(Profile, {"api_key": CANARY})

    assert wrong == ()
    assert_no_canary(json.dumps(msgspec.to_builtins(read)))
