"""Claude Code's error messages, sorted: those that were recorded, and those that are documented."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest

from billing_lens.billing.error_messages import ERROR_MESSAGES, FailureClass, sorted_message
from tests.conformance.recorded import recorded_cases

ANSWERED = "MOCK-OK"


OF_THE_STAND_IN = ("SSL certificate hostname mismatch", "There's an issue with the selected model")
"""What only the stand-in for the API brings about: it has no certificate for some hosts."""


def failures() -> Iterator[tuple[str, str]]:
    """Yield the name of each recorded run that failed with a message, and the message."""
    for case in recorded_cases():
        run: dict[str, Any] = case.get("headless") or {}
        said = f"{run.get('stdout') or ''}\n{run.get('stderr') or ''}".strip()
        ours = not any(message in said for message in OF_THE_STAND_IN)
        if run.get("exit") and said and ANSWERED not in said and ours:
            yield case["name"], said


def test_every_recorded_failure_is_known() -> None:
    unknown = {said for _, said in failures() if sorted_message(said) is None}

    assert not unknown


def test_every_recorded_failure_is_ours_to_fix() -> None:
    """They were made by changing only what Billing Lens looks at."""
    others = {said for _, said in failures() if not getattr(sorted_message(said), "ours", False)}

    assert not others


@pytest.mark.parametrize(
    ("text", "failure", "ours"),
    [
        ("Credit balance is too low", FailureClass.QUOTA, True),
        ("Your credit balance is too low to access the Anthropic API.", FailureClass.QUOTA, True),
        ("Invalid API key · Please run /login", FailureClass.ACCOUNT, True),
        ("This organization has been disabled", FailureClass.ACCOUNT, True),
        (
            "Your organization has disabled Claude subscription access",
            FailureClass.DEPLOYMENT,
            False,
        ),
        ("OAuth token has expired · Please run /login", FailureClass.ACCOUNT, True),
        ("OAuth token does not meet scope requirement user:profile", FailureClass.ACCOUNT, True),
        ("You've hit your session limit · resets 3:45pm", FailureClass.QUOTA, False),
        ("Claude AI usage limit reached|1732500000", FailureClass.QUOTA, False),
        ("API Error: Request rejected (429)", FailureClass.QUOTA, False),
        ("API Error: Repeated 529 Overloaded errors", FailureClass.MODEL, False),
        ('API Error: 500 {"type":"error"} Internal server error', FailureClass.MODEL, False),
        ("There's an issue with the selected model (opus)", FailureClass.MODEL, False),
        ("Prompt is too long", FailureClass.MODEL, False),
        ("Could not load credentials from any providers", FailureClass.DEPLOYMENT, True),
        ("Unable to connect to API (ECONNREFUSED)", FailureClass.RUNTIME, False),
        ("SSL certificate verification failed", FailureClass.RUNTIME, False),
        ("bash: claude: command not found", FailureClass.RUNTIME, False),
        ("403 with x-deny-reason: host_not_allowed", FailureClass.DEPLOYMENT, False),
    ],
)
def test_documented_messages_are_sorted(text: str, failure: FailureClass, ours: bool) -> None:
    found = sorted_message(f"some log line\n{text}\nmore")

    assert found is not None
    assert (found.failure, found.ours) == (failure, ours)


@pytest.mark.parametrize("text", ["", "all is well", "4290 files, 5000 lines", "a telescope"])
def test_other_text_is_not(text: str) -> None:
    assert sorted_message(text) is None


def test_every_message_has_a_source_that_exists() -> None:
    names = {case["name"] for case in recorded_cases()}

    for message in ERROR_MESSAGES:
        run = message.source.removeprefix("recorded run ")
        is_link = re.match(r"https://|\w+/[\w-]+#\d+$", message.source)
        assert is_link or run in names, message.source


def test_the_guide_lists_every_message() -> None:
    from pathlib import Path  # noqa: PLC0415

    guide = (Path(__file__).parents[3] / "docs" / "report.md").read_text(encoding="utf-8")

    assert all(message.meaning in guide for message in ERROR_MESSAGES)
