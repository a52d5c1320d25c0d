"""List prices: the table against its source, and against Claude Code's own sums."""

from __future__ import annotations

import json
import sys
from datetime import datetime, timezone
from decimal import Decimal
from pathlib import Path

import pytest
from genai_prices import Usage, calc_price
from msgspec.structs import replace

from billing_lens.usage.accounting import spent_of
from billing_lens.usage.prices import Row, list_price, plain_model, price_rows
from billing_lens.usage.requests import Request, Tokens
from tests.unit.usage.logs import RECORDED, MadeUpLog, read

BEFORE_THE_FIRST_CHANGE = datetime(2026, 1, 2, tzinfo=timezone.utc)
TOKENS = Tokens(input=7_001, output=311, cache_read=5_003, cache_write_5m=1_009, cache_write_1h=503)


def request(model: str, at: datetime, tokens: Tokens = TOKENS) -> Request:
    return Request(
        message_id="m",
        request_id="r",
        at=at,
        session="s",
        project="p",
        version="2.1.332",
        model=model,
        side_chain=False,
        tokens=tokens,
    )


def day_of(row: Row) -> datetime:
    day = row.since
    return (
        datetime(day.year, day.month, day.day, tzinfo=timezone.utc)
        if day
        else BEFORE_THE_FIRST_CHANGE
    )


@pytest.mark.skipif(
    sys.version_info < (3, 11), reason="what runs there does not know the newest models"
)
@pytest.mark.parametrize("long", [False, True])
@pytest.mark.parametrize("row", price_rows(), ids=lambda it: f"{it.model} {it.since or ''}")
def test_a_row_agrees_with_genai_prices(row: Row, long: bool) -> None:
    tokens = Tokens(250_001, 311, 5_003, 1_009, 503) if long else TOKENS
    at = day_of(row)

    theirs = calc_price(
        Usage(
            input_tokens=tokens.prompt,
            output_tokens=tokens.output,
            cache_read_tokens=tokens.cache_read,
            cache_write_tokens=tokens.cache_write_5m + tokens.cache_write_1h,
            cache_write_1h_tokens=tokens.cache_write_1h,
        ),
        model_ref=row.model,
        provider_id="anthropic",
        genai_request_timestamp=at,
    )

    assert list_price(request(row.model, at, tokens)) == theirs.total_price


def test_every_row_says_where_it_is_from_and_no_two_speak_of_one_day() -> None:
    for row in price_rows():
        assert row.source.startswith("https://")
        assert row.cache_read < row.input < row.cache_write_5m < row.cache_write_1h < row.output
        for other in (it for it in price_rows() if it.model == row.model and it is not row):
            assert row.until == other.since or row.since == other.until


@pytest.mark.parametrize(
    "model",
    [
        "claude-opus-4-5",
        "claude-opus-4-5-20251101",
        "claude-opus-4-5@20251101",
        "us.anthropic.claude-opus-4-5-20251101-v1:0",
        "anthropic.claude-opus-4-5-20251101-v1:0",
        "global.anthropic.claude-opus-4-5",
        "arn:aws:bedrock:us-east-1:1:inference-profile/us.anthropic.claude-opus-4-5-20251101-v1:0",
        "claude-opus-4-5[1m]",
    ],
)
def test_one_model_has_many_names(model: str) -> None:
    assert plain_model(model) == "claude-opus-4-5"


@pytest.mark.parametrize("model", ["claude-opus-9", "gpt-5", "", "claude-opus-5-50"])
def test_an_unknown_model_has_no_price(model: str) -> None:
    assert list_price(request(model, BEFORE_THE_FIRST_CHANGE)) is None


def test_fast_mode_and_inference_in_the_us_cost_more() -> None:
    at = datetime(2026, 11, 1, tzinfo=timezone.utc)
    opus, haiku = request("claude-opus-4-6", at), request("claude-haiku-4-5", at)
    usual = list_price(opus)

    assert usual is not None
    assert list_price(replace(opus, fast=True)) == usual * 6
    assert list_price(replace(opus, us_only=True)) == usual * Decimal("1.1")
    assert list_price(replace(haiku, fast=True)) is None


LISTED = [
    path
    for path in sorted(RECORDED.glob("*.jsonl"))
    if '"cost-state"' in path.read_text() and "setup-token-2.1.284" not in path.name
]
"""All but one of the recorded logs with Claude Code's own sum: 2.1.284 took another price for
reading Sonnet 5.5's cache than the list and later versions."""


@pytest.mark.parametrize("path", LISTED, ids=lambda it: it.stem)
def test_the_table_gives_what_claude_code_itself_counted(tmp_path: Path, path: Path) -> None:
    kept = [line for line in path.read_text().splitlines() if '"cost-state"' not in line]
    (tmp_path / "a.jsonl").write_text("\n".join(kept))
    own = json.loads(path.read_text().splitlines()[-1])

    (part,) = spent_of(read(tmp_path)).parts

    assert sum(it.price or 0 for it in part.requests) == pytest.approx(
        Decimal(str(own["totalCostUSD"])), abs=Decimal("1e-9")
    )


def own_sum(log: MadeUpLog, model: str, cost: float, **more: object) -> None:
    count = len([it for it in log.lines if it["type"] == "assistant"])
    usage = {
        "inputTokens": 10 * count,
        "outputTokens": 100 * count,
        "cacheReadInputTokens": 1000 * count,
        "cacheCreationInputTokens": 500 * count,
        "costUSD": cost,
    }
    line = {"type": "cost-state", "sessionId": log.session, "modelUsage": {model: usage}}
    log.lines.append({**line, **more})


@pytest.mark.parametrize("model", ["claude-opus-5-5", "claude-future-7"])
def test_claude_codes_own_sum_of_the_same_tokens_counts(tmp_path: Path, model: str) -> None:
    log = MadeUpLog(model=model).answer().answer().answer()
    own_sum(log, model, 0.1000000000000001)
    log.write(tmp_path)

    (part,) = spent_of(read(tmp_path)).parts

    assert sum(it.price or 0 for it in part.requests) == Decimal("0.1")


def test_a_sum_of_other_tokens_or_with_a_guessed_price_does_not(tmp_path: Path) -> None:
    log = MadeUpLog(model="claude-future-7").answer()
    own_sum(log, "claude-future-7", 5.0, hasUnknownModelCost=True)
    log.write(tmp_path)
    other = MadeUpLog(session="bbbbbbbb", model="claude-future-7").answer()
    own_sum(other, "claude-future-7", 5.0)
    other.answer().write(tmp_path)

    parts = spent_of(read(tmp_path)).parts

    assert [it.price for part in parts for it in part.requests] == [None, None, None]
