"""No secret leaves, whatever it looks like and wherever it stands; what is no secret stays."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing_lens.output.json import document, status_of
from billing_lens.output.redaction import Redactor, masked, redact_json_text, with_texts
from tests.machines import CANARY, MadeUpMachine, assert_no_canary, canaries, headline
from tests.rules.reviewed import reviewed
from tests.unit.machine.snapshot import snapshot

KEY = f"sk-ant-api03-{CANARY}"
ODD_SECRET = f"no known form {CANARY}"


@given(st.text())
def test_at_most_four_characters_of_a_secret_remain(secret: str) -> None:
    shown = masked(secret)

    assert shown.startswith("••••")
    assert len(shown) <= 8
    if len(secret) < 16:
        assert shown == "••••"


@pytest.mark.parametrize(
    "text",
    [
        f'{{"access_token": "{ODD_SECRET}"}}',
        f'{{"refreshToken" :\n"{ODD_SECRET}"}}',
        f'{{"client_secret": "{ODD_SECRET}", "a": 1',
        f'{{"ANTHROPIC_API_KEY": "a \\" quote {CANARY}"}}',
        f'{{"apiKeyHelper": "echo {ODD_SECRET}"}}',
        f'{{"a": "{KEY}"}}',
        f"{KEY} alone",
        f'{{"ANTHROPIC_CUSTOM_HEADERS": "Authorization: Bearer {CANARY}"}}',
        f'{{"identity_token": "eyJhbGciOi.{CANARY}"}}',
    ],
)
def test_secrets_in_json_text_valid_or_not_are_masked(text: str) -> None:
    assert_no_canary(redact_json_text(text))


@pytest.mark.parametrize(
    "text",
    [
        '{"organization_id": "22222222-2222-4222-8222-222222222222"}',
        '{"scope": "user:inference", "type": "user_oauth"}',
        '{"identity_token_file": "/run/token"}',
        '{"access_token": ""}',
        "{",
        "",
    ],
)
def test_what_is_no_secret_stays(text: str) -> None:
    assert redact_json_text(text) == text


def test_a_password_within_an_address_is_masked() -> None:
    assert_no_canary(redact_json_text(f'{{"base_url": "https://user:{CANARY}@gateway.example/"}}'))


@pytest.mark.parametrize(
    "machine",
    [
        pytest.param(headline(), id="login and profile"),
        pytest.param(MadeUpMachine({}, env={"ANTHROPIC_API_KEY": ODD_SECRET}), id="key"),
        pytest.param(MadeUpMachine({}, env={"ANTHROPIC_AUTH_TOKEN": ODD_SECRET}), id="token"),
        pytest.param(MadeUpMachine({}, env={"GITHUB_TOKEN": ODD_SECRET}), id="another's token"),
        pytest.param(
            MadeUpMachine({".claude.json": {"primaryApiKey": ODD_SECRET}}), id="managed key"
        ),
        pytest.param(
            MadeUpMachine({".claude/settings.json": {"env": {"MY_PASSWORD": ODD_SECRET}}}),
            id="settings",
        ),
        pytest.param(
            MadeUpMachine({".claude/settings.json": {"apiKeyHelper": ODD_SECRET}}), id="helper"
        ),
    ],
)
def test_whatever_secret_a_machine_holds_is_masked_in_any_text(
    tmp_path: Path, machine: MadeUpMachine
) -> None:
    redactor = Redactor(snapshot(machine, tmp_path))

    for secret in canaries(machine) or {ODD_SECRET}:
        assert_no_canary(redactor.text(f"before {secret} after, and again:{secret}"))
        assert redactor.text(f"before {secret} after").endswith("after")


def test_a_secret_that_begins_as_another_is_masked_to_its_end(tmp_path: Path) -> None:
    short, long = "first-part-of", f"first-part-of-{CANARY}"
    machine = MadeUpMachine({}, env={"A_TOKEN": short, "B_TOKEN": long})

    assert_no_canary(Redactor(snapshot(machine, tmp_path)).text(f"<{long}>"))


@pytest.mark.parametrize("value", ["1", "true", "anything"])
def test_addresses_are_hidden_in_a_demonstration(tmp_path: Path, value: str) -> None:
    machine = headline().with_env(IS_DEMO=value)

    shown = Redactor(snapshot(machine, tmp_path)).text("of dev.x+y@mail.example.com, really")

    assert shown == "of (hidden), really"


@pytest.mark.parametrize("variables", [{}, {"IS_DEMO": ""}])
def test_addresses_are_shown_otherwise(tmp_path: Path, variables: dict[str, str]) -> None:
    machine = headline().with_env(**variables)

    assert Redactor(snapshot(machine, tmp_path)).text("dev@example.com") == "dev@example.com"


@pytest.mark.parametrize(
    "text",
    [
        f'{{"apiKeyHelper": ["{ODD_SECRET}"]}}',
        f'{{"apiKeyHelper": [1, {{"a": "b"}}, "{ODD_SECRET}"]}}',
        f'{{"customApiKeyResponses": {{"approved": ["{ODD_SECRET}"], "rejected": []}}}}',
        f'{{"api_key": {{"a": [], "deep": [["{ODD_SECRET}"]]}}',
    ],
)
def test_lists_and_objects_under_a_secret_name_are_masked_to_the_last_text(text: str) -> None:
    assert CANARY not in redact_json_text(text)


def test_what_stands_after_them_is_not_masked() -> None:
    text = '{"token": ["a secret of length"], "model": "opus", "list": ["a", "b"]}'

    shown = redact_json_text(text)

    assert shown.endswith('], "model": "opus", "list": ["a", "b"]}')
    assert "secret" not in shown


def test_no_text_of_a_document_is_passed_over_and_no_word_of_ours_is_changed(
    tmp_path: Path,
) -> None:
    said = status_of(reviewed(headline().with_env(ANTHROPIC_API_KEY=KEY), tmp_path))

    masked_texts = set(texts(document(with_texts(said, lambda _: "••••"))))

    assert {"profile", "api_usage", "active", "error", "safe", "••••"} <= masked_texts
    assert {text for text in masked_texts if not text.replace("-", "_").isidentifier()} == {"••••"}


def texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for member in cast("dict[str, object]", value).values():
            yield from texts(member)
    elif isinstance(value, (list, tuple)):
        for item in cast("list[object]", value):
            yield from texts(item)
